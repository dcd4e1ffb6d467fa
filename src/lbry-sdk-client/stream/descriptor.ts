import { createHash, hash } from 'node:crypto'
import { STREAM_TYPE } from './format.ts'

/** One data blob of a stream. */
export interface StreamBlob {
  /** SHA-384 of the encrypted bytes; 96 lower-case hexadecimal digits. */
  readonly hash: string
  /** 16 bytes in lower-case hexadecimal. */
  readonly iv: string
  /** Encrypted bytes: a multiple of 16, at most 2 MiB. */
  readonly length: number
}

/** What a stream is made of. Blob 0 is the beginning of the file. */
export interface StreamDescriptor {
  /** Name of the file as it was published. */
  readonly name: string
  /** Name under which to save it; made from `name` by {@link suggestFileName}. */
  readonly suggestedFileName: string
  /** AES-128 key; 16 bytes in lower-case hexadecimal. Public, as the descriptor is. */
  readonly key: string
  readonly blobs: readonly StreamBlob[]
  /** IV of the entry that ends a stream. It encrypts nothing, but the stream hash covers it. */
  readonly terminatorIv: string
}

/** Hash over all fields of a descriptor, which the descriptor repeats (`calculate_stream_hash` in lbry-sdk). */
export function streamHash(descriptor: StreamDescriptor): string {
  const entries = createHash('sha384')
  for (const [i, { hash: blobHash, iv, length }] of descriptor.blobs.entries())
    entries.update(hash('sha384', `${blobHash}${i}${iv}${length}`, 'buffer'))
  entries.update(hash('sha384', `${descriptor.blobs.length}${descriptor.terminatorIv}0`, 'buffer'))
  return createHash('sha384')
    .update(hexOfText(descriptor.name) + descriptor.key + hexOfText(descriptor.suggestedFileName))
    .update(entries.digest())
    .digest('hex')
}

/**
 * Writes the descriptor as lbry-sdk does: keys sorted, `", "` and `": "` between them, ASCII. Others order the keys in
 * other ways, so a descriptor that was received is never written anew: its hash is that of the bytes received.
 */
export function encodeDescriptor(descriptor: StreamDescriptor): Uint8Array {
  const data = descriptor.blobs.map(
    ({ hash: blobHash, iv, length }, i) =>
      `{"blob_hash": "${blobHash}", "blob_num": ${i}, "iv": "${iv}", "length": ${length}}`,
  )
  const end = `{"blob_num": ${descriptor.blobs.length}, "iv": "${descriptor.terminatorIv}", "length": 0}`
  const fields = [
    `"blobs": [${[...data, end].join(', ')}]`,
    `"key": "${descriptor.key}"`,
    `"stream_hash": "${streamHash(descriptor)}"`,
    `"stream_name": "${hexOfText(descriptor.name)}"`,
    `"stream_type": "${STREAM_TYPE}"`,
    `"suggested_file_name": "${hexOfText(descriptor.suggestedFileName)}"`,
  ]
  return new TextEncoder().encode(`{${fields.join(', ')}}`)
}

/** The `sd_hash` of a descriptor: SHA-384 of its bytes as they were received. */
export function descriptorHash(bytes: Uint8Array): string {
  return hash('sha384', bytes, 'hex')
}

function hexOfText(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex')
}
