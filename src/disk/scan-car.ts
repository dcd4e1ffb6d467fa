import { open } from 'node:fs/promises'
import { varint } from 'multiformats'
import { decodeCid, digestOf } from '../model/content-id.ts'
import { ENTRY_BYTES } from './cars.ts'

/** A length and a CID take less. */
const HEAD_BYTES = 64
const MAX_BLOCK_BYTES = 2 * 2 ** 20

/**
 * Makes the index of one CAR by walking from section to section; no block is read. What stands behind something that is no
 * section is left out.
 *
 * @param part - number of the CAR.
 * @param maxBytes - of entries; what would be beyond is left out.
 * @returns entries in the order of the CAR.
 */
export async function scanCar(path: string, part: number, maxBytes: number): Promise<Buffer> {
  await using handle = await open(path)
  const { size } = await handle.stat()
  const head = Buffer.alloc(HEAD_BYTES)
  const entries: Buffer[] = []
  for (let at = 0; at < size && (entries.length + 1) * ENTRY_BYTES <= maxBytes; ) {
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, at)
    const section = sectionOf(head.subarray(0, bytesRead), at === 0)
    if (section === undefined || at + section.end > size) break
    if (section.digest !== undefined)
      entries.push(entryOf(section.digest, part, at + section.start, section.end - section.start))
    at += section.end
  }
  return Buffer.concat(entries)
}

interface Section {
  /** Absent for the header. */
  readonly digest?: Uint8Array
  readonly start: number
  readonly end: number
}

function sectionOf(head: Buffer, isHeader: boolean): Section | undefined {
  try {
    const [length, taken] = varint.decode(head)
    if (length === 0 || length > MAX_BLOCK_BYTES + HEAD_BYTES) return undefined
    if (isHeader) return { start: taken, end: taken + length }
    // Version, codec, hash and length of the hash take a byte each in what we write.
    const cid = decodeCid(head.subarray(taken, taken + 36))
    const digest = digestOf(cid)
    return digest === undefined ? undefined : { digest, start: taken + cid.bytes.length, end: taken + length }
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return undefined
    throw error
  }
}

function entryOf(digest: Uint8Array, part: number, offset: number, length: number): Buffer {
  const entry = Buffer.alloc(ENTRY_BYTES)
  entry.set(digest)
  entry.writeUInt32BE(part, 32)
  entry.writeBigUInt64BE(BigInt(offset), 36)
  entry.writeUInt32BE(length, 44)
  return entry
}
