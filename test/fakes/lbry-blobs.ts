import { createCipheriv, createHash, randomBytes } from 'node:crypto'

/** A stream as the daemon makes it: random key and IVs, so that the same file gives other blobs each time. */
export interface MadeBlobs {
  readonly sdHash: string
  readonly streamHash: string
  readonly key: string
  /** By hash, the descriptor first. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

const CHUNK_BYTES = 2_097_151

export function makeBlobs(file: Uint8Array, fileName: string): MadeBlobs {
  const key = randomBytes(16)
  const blobs = new Map<string, Uint8Array>()
  const list: { blob_hash?: string; blob_num: number; iv: string; length: number }[] = []
  for (let from = 0; from < file.length; from += CHUNK_BYTES) {
    const iv = randomBytes(16)
    const cipher = createCipheriv('aes-128-cbc', key, iv)
    const blob = Buffer.concat([cipher.update(file.subarray(from, from + CHUNK_BYTES)), cipher.final()])
    const blob_hash = sha384(blob)
    blobs.set(blob_hash, blob)
    list.push({ blob_hash, blob_num: list.length, iv: iv.toString('hex'), length: blob.length })
  }
  list.push({ blob_num: list.length, iv: randomBytes(16).toString('hex'), length: 0 })
  const name = Buffer.from(fileName).toString('hex')
  const each = list.map((b) => digest(`${b.blob_hash ?? ''}${b.blob_num}${b.iv}${b.length}`))
  const streamHash = sha384(
    Buffer.concat([Buffer.from(name + key.toString('hex') + name), digest(Buffer.concat(each))]),
  )
  const descriptor = {
    blobs: list,
    key: key.toString('hex'),
    stream_hash: streamHash,
    stream_name: name,
    stream_type: 'lbryfile',
    suggested_file_name: name,
  }
  const sd = Buffer.from(JSON.stringify(descriptor))
  const sdHash = sha384(sd)
  return { sdHash, streamHash, key: descriptor.key, blobs: new Map([[sdHash, sd], ...blobs]) }
}

function digest(data: string | Uint8Array): Buffer {
  return createHash('sha384').update(data).digest()
}

export function sha384(data: Uint8Array): string {
  return digest(data).toString('hex')
}
