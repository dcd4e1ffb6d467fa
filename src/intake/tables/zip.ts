import { crc32, inflateRawSync } from 'node:zlib'
import { IntakeError } from '../errors.ts'

/** Signatures and lengths. Source: PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16. */
const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const LOCAL_BYTES = 30
const CENTRAL_BYTES = 46
const END_BYTES = 22
const MAX_COMMENT = 65_535
/** A workbook with a hundred sheets has some three hundred. */
const MAX_ENTRIES = 4_096

interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly at: number
}

export interface UnzipLimits {
  /** Unpacked bytes of one entry. */
  readonly entryBytes: number
  /** Unpacked bytes of all entries that are wanted. */
  readonly totalBytes: number
}

/**
 * Unpacks entries of a small ZIP held in memory. Sizes are those of the central directory, added up before a byte is
 * unpacked; an entry that turns out larger or smaller than it claims is refused as soon as it does.
 *
 * @param wanted - asked with each name.
 * @throws {IntakeError} `TABLE_TOO_LARGE` or `TABLE_UNREADABLE`.
 */
export function unzip(
  zip: Uint8Array,
  wanted: (name: string) => boolean,
  { entryBytes, totalBytes }: UnzipLimits,
): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  const entries = listEntries(zip, view).filter(({ name }) => wanted(name))
  const names = new Set(entries.map(({ name }) => name))
  if (names.size < entries.length) throw broken('two of its parts have one name')
  const total = entries.reduce((sum, { size }) => sum + size, 0)
  if (total > totalBytes || entries.some(({ size }) => size > entryBytes)) throw tooLarge(total)
  return new Map(entries.map((entry) => [entry.name, unpack(zip, view, entry)]))
}

function listEntries(zip: Uint8Array, view: DataView): Entry[] {
  const end = findEnd(view)
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (count > MAX_ENTRIES) throw tooLarge(undefined)
  const entries: Entry[] = []
  for (let n = 0; n < count; n++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) throw broken('its list of parts is damaged')
    const nameLength = view.getUint16(at + 28, true)
    const next = at + CENTRAL_BYTES + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    if (next > end) throw broken('its list of parts is damaged')
    if ((view.getUint16(at + 8, true) & 1) === 1) throw broken('it is encrypted')
    entries.push({
      name: new TextDecoder().decode(zip.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength)),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    })
    at = next
  }
  return entries
}

function findEnd(view: DataView): number {
  for (let at = view.byteLength - END_BYTES; at >= Math.max(0, view.byteLength - END_BYTES - MAX_COMMENT); at--) {
    if (view.getUint32(at, true) === END) return at
  }
  throw broken('it ends too early')
}

function unpack(zip: Uint8Array, view: DataView, { at, packed, size, method, crc }: Entry): Uint8Array {
  if (at + LOCAL_BYTES > zip.length || view.getUint32(at, true) !== LOCAL) throw broken('a part of it is missing')
  const from = at + LOCAL_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true)
  if (from + packed > zip.length) throw broken('a part of it is missing')
  const bytes = inflate(zip.subarray(from, from + packed), method, size)
  if (bytes.length !== size) throw broken('a part of it has another size than it claims')
  if (crc32(bytes) !== crc) throw broken('a part of it is damaged')
  return bytes
}

function inflate(packed: Uint8Array, method: number, size: number): Uint8Array {
  if (method === 0) return packed
  if (method !== 8) throw broken('it is packed in a way that spreadsheets do not use')
  try {
    // At least 1: zlib takes 0 for no limit at all.
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
  } catch (cause) {
    throw broken('a part of it is damaged, or larger than it claims', cause)
  }
}

function broken(why: string, cause?: unknown): IntakeError {
  const hint = 'Open it in a spreadsheet program and save it anew as .xlsx without a password, or as CSV (UTF-8).'
  return new IntakeError('TABLE_UNREADABLE', `the workbook cannot be read: ${why}`, { cause, hint })
}

function tooLarge(bytes: number | undefined): IntakeError {
  const size = bytes === undefined ? 'too many parts' : `${bytes} bytes unpacked`
  const hint = 'Split it into several spreadsheets, or save the one sheet that is needed as CSV (UTF-8).'
  return new IntakeError('TABLE_TOO_LARGE', `the workbook has ${size}, more than is read`, { hint })
}
