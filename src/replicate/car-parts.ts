import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, lstat, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { parseCid } from '../model/content-id.ts'
import { encodeIndex, type IndexEntry } from './car-index.ts'
import { carHeader, sectionHead } from './car-sections.ts'
import { flush } from './disk.ts'
import type { PinBlock, PinOptions, PinRequest } from './engine.ts'
import { ReplicateError } from './errors.ts'

export interface Parts extends PinOptions {
  readonly name: string
  readonly maxBytes: number
  /** Leaves CARs that an earlier run has finished as they are, once they were read and are what they should be. @default false */
  readonly keepsWhole?: boolean
}

interface Part {
  readonly file: string
  /** Undefined for one that is there already, and is only compared. */
  readonly handle: FileHandle | undefined
  readonly hash: Hash
  bytes: number
}

/**
 * Writes the blocks as CARs of at most so many bytes, each whole by itself with the root in its header, then their index,
 * then the checksums. Each file has its name once all of it is on the disk, and was read back from there.
 */
export async function writeParts(directory: string, request: PinRequest, options: Parts): Promise<void> {
  // A CAR that was kept and turns out to be wrong is taken away, and everything begins anew: without it.
  while (!(await wroteAll(directory, request, options))) options.signal.throwIfAborted()
}

/** @returns false when a CAR that was there had other bytes; it is gone then. */
async function wroteAll(directory: string, request: PinRequest, options: Parts): Promise<boolean> {
  const sums: { readonly file: string; readonly sha256: string }[] = []
  const entries: IndexEntry[] = []
  const root = parseCid(request.root)
  let part: Part | undefined
  const close = async (): Promise<boolean> => {
    if (part === undefined) return true
    const { file, handle, hash, bytes } = part
    part = undefined
    const sha256 = hash.digest('hex')
    sums.push({ file, sha256 })
    if (handle === undefined) return isKept(directory, file, { bytes, sha256 }, options)
    await handle.sync()
    await handle.close()
    await readBack(directory, file, sha256, options)
    await rename(join(directory, `${file}.part`), join(directory, file))
    return true
  }
  try {
    for await (const block of request.blocks(options.signal)) {
      const head = sectionHead(block)
      const length = head.length + block.bytes.length
      if (part !== undefined && part.bytes + length > options.maxBytes && !(await close())) return false
      part ??= await begin(directory, request.root, sums.length + 1, root, options)
      entries.push(entryOf(block, sums.length + 1, part.bytes + head.length))
      await append(part, head)
      await append(part, block.bytes)
      options.onBytes?.(length)
    }
    if (!(await close())) return false
  } finally {
    await part?.handle?.close()
  }
  await writeWhole(directory, `${request.root}.index`, encodeIndex(entries))
  const lines = sums.map(({ file, sha256 }) => `${sha256}  ${file}\n`).join('')
  await flush(directory)
  await writeWhole(directory, `${request.root}.sha256`, Buffer.from(lines))
  await flush(directory)
  return true
}

function entryOf({ cid, bytes }: PinBlock, part: number, offset: number): IndexEntry {
  return { digest: cid.multihash.digest, part, offset, length: bytes.length }
}

async function begin(directory: string, root: string, number: number, cid: CID, { keepsWhole }: Parts): Promise<Part> {
  const file = `${root}.${number}.car`
  const isThere = keepsWhole === true && (await lstat(join(directory, file)).catch(() => undefined))?.isFile() === true
  const handle = isThere ? undefined : await open(join(directory, `${file}.part`), 'w')
  const part = { file, handle, hash: createHash('sha256'), bytes: 0 }
  await append(part, carHeader(cid))
  return part
}

async function append(part: Part, bytes: Uint8Array): Promise<void> {
  for (let done = 0; part.handle !== undefined && done < bytes.length; ) {
    const { bytesWritten } = await part.handle.write(bytes, done)
    done += bytesWritten
  }
  part.hash.update(bytes)
  part.bytes += bytes.length
}

/** Reads a CAR that was there; one that is not what it should be is taken away. */
async function isKept(
  directory: string,
  file: string,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
  { signal }: Parts,
): Promise<boolean> {
  const path = join(directory, file)
  if ((await stat(path)).size === bytes && (await sha256Of(path, signal)) === sha256) return true
  await rm(path)
  return false
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(path, { highWaterMark: 1_048_576, signal })) hash.update(bytes)
  return hash.digest('hex')
}

async function readBack(directory: string, file: string, sha256: string, { name, signal }: Parts): Promise<void> {
  if ((await sha256Of(join(directory, `${file}.part`), signal)) === sha256) return
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
