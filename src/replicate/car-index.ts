import { type FileHandle, open } from 'node:fs/promises'
import type { CID } from 'multiformats/cid'
import { digestOf } from '../model/content-id.ts'

/** Where one block lies: bytes of it alone, without its section's head. */
export interface IndexEntry {
  /** SHA-256; 32 bytes. */
  readonly digest: Uint8Array
  /** Number of the CAR, from 1. */
  readonly part: number
  readonly offset: number
  readonly length: number
}

/** SHA-256, part (u32), offset (u64), length (u32), big-endian; in the order of the hashes. */
const ENTRY_BYTES = 48
/** No block is longer; whatever an index says. */
const MAX_BLOCK_BYTES = 2_097_152

/** An index only says where to look: what is read there is hashed, so nothing depends on its being right. */
export function encodeIndex(entries: readonly IndexEntry[]): Uint8Array {
  const bytes = Buffer.alloc(entries.length * ENTRY_BYTES)
  const sorted = entries.toSorted((one, other) => Buffer.compare(one.digest, other.digest))
  for (const [i, { digest, part, offset, length }] of sorted.entries()) {
    const at = i * ENTRY_BYTES
    bytes.set(digest, at)
    bytes.writeUInt32BE(part, at + 32)
    bytes.writeBigUInt64BE(BigInt(offset), at + 36)
    bytes.writeUInt32BE(length, at + 44)
  }
  return bytes
}

/** Where an index file says that a block lies; nothing when it says nothing, or is not there. */
export async function findInIndex(path: string, cid: CID): Promise<Omit<IndexEntry, 'digest'> | undefined> {
  const digest = digestOf(cid)
  if (digest === undefined) return undefined
  const file = await open(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return undefined
  try {
    return await search(file, digest)
  } finally {
    await file.close()
  }
}

async function search(file: FileHandle, digest: Uint8Array): Promise<Omit<IndexEntry, 'digest'> | undefined> {
  const entry = Buffer.alloc(ENTRY_BYTES)
  let low = 0
  let high = Math.floor((await file.stat()).size / ENTRY_BYTES)
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const { bytesRead } = await file.read(entry, 0, ENTRY_BYTES, middle * ENTRY_BYTES)
    if (bytesRead < ENTRY_BYTES) return undefined
    const order = Buffer.compare(entry.subarray(0, 32), digest)
    if (order === 0) return placeIn(entry)
    if (order < 0) low = middle + 1
    else high = middle
  }
  return undefined
}

function placeIn(entry: Buffer): Omit<IndexEntry, 'digest'> | undefined {
  const offset = Number(entry.readBigUInt64BE(36))
  const length = entry.readUInt32BE(44)
  if (length > MAX_BLOCK_BYTES || !Number.isSafeInteger(offset)) return undefined
  return { part: entry.readUInt32BE(32), offset, length }
}
