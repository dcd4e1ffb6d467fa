import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { parseCid } from '../model/content-id.ts'
import { encodeIndex, type IndexEntry } from './car-index.ts'
import { carHeader, sectionHead } from './car-sections.ts'
import { flush } from './disk.ts'
import type { PinBlock, PinOptions, PinRequest } from './engine.ts'
import { ReplicateError } from './errors.ts'

interface Parts extends PinOptions {
  readonly name: string
  readonly maxBytes: number
}

interface Part {
  readonly file: string
  readonly handle: FileHandle
  readonly hash: Hash
  bytes: number
}

/**
 * Writes the blocks as CARs of at most so many bytes, each whole by itself with the root in its header, then their index,
 * then the checksums. Each file has its name once all of it is on the disk, and was read back from there.
 */
export async function writeParts(directory: string, request: PinRequest, options: Parts): Promise<void> {
  const sums: { readonly file: string; readonly sha256: string }[] = []
  const entries: IndexEntry[] = []
  const root = parseCid(request.root)
  let part: Part | undefined
  const close = async (): Promise<void> => {
    if (part === undefined) return
    const { file, handle, hash } = part
    part = undefined
    await handle.sync()
    await handle.close()
    const sha256 = hash.digest('hex')
    await readBack(directory, file, sha256, options)
    await rename(join(directory, `${file}.part`), join(directory, file))
    sums.push({ file, sha256 })
  }
  try {
    for await (const block of request.blocks(options.signal)) {
      const head = sectionHead(block)
      const length = head.length + block.bytes.length
      if (part !== undefined && part.bytes + length > options.maxBytes) await close()
      part ??= await begin(directory, request.root, sums.length + 1, root)
      entries.push(entryOf(block, sums.length + 1, part.bytes + head.length))
      await append(part, head)
      await append(part, block.bytes)
      options.onBytes?.(length)
    }
    await close()
  } finally {
    await part?.handle.close()
  }
  await writeWhole(directory, `${request.root}.index`, encodeIndex(entries))
  const lines = sums.map(({ file, sha256 }) => `${sha256}  ${file}\n`).join('')
  await flush(directory)
  await writeWhole(directory, `${request.root}.sha256`, Buffer.from(lines))
  await flush(directory)
}

function entryOf({ cid, bytes }: PinBlock, part: number, offset: number): IndexEntry {
  return { digest: cid.multihash.digest, part, offset, length: bytes.length }
}

async function begin(directory: string, root: string, number: number, cid: CID): Promise<Part> {
  const file = `${root}.${number}.car`
  const part = { file, handle: await open(join(directory, `${file}.part`), 'w'), hash: createHash('sha256'), bytes: 0 }
  await append(part, carHeader(cid))
  return part
}

async function append(part: Part, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await part.handle.write(bytes, done)
    done += bytesWritten
  }
  part.hash.update(bytes)
  part.bytes += bytes.length
}

async function readBack(directory: string, file: string, sha256: string, { name, signal }: Parts): Promise<void> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(join(directory, `${file}.part`), { highWaterMark: 1_048_576, signal }))
    hash.update(bytes)
  if (hash.digest('hex') === sha256) return
  throw new ReplicateError('ENGINE_BYTES_DIFFER', `${name} does not give back what was written to ${file}`, {
    hint: 'the disk is failing, or lies about its size: replace it',
  })
}

async function writeWhole(directory: string, file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(join(directory, `${file}.part`), 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(join(directory, `${file}.part`), join(directory, file))
}
