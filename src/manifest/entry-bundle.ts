import { ManifestError } from './errors.ts'
import { TILE_WIDTH } from './tile-layout.ts'

/** An entry stands behind a big-endian uint16 length. @see C2SP tlog-tiles */
const MAX_ENTRY_BYTES = 65_535

/**
 * Joins 1 to 256 entries into the bytes of an entry bundle.
 *
 * @throws {RangeError} for an entry above 65,535 bytes, or too many of them.
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > TILE_WIDTH)
    throw new RangeError(`${entries.length} entries do not make a bundle`)
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES)
      throw new RangeError(`an entry of ${entry.length} bytes does not fit into a bundle`)
    view.setUint16(at, entry.length)
    bytes.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bytes
}

/**
 * Takes an entry bundle apart into views of its bytes.
 *
 * @param expected - how many entries it must hold; 256 for a full bundle that is read in place of a partial one.
 * @throws {ManifestError} `TILE_MALFORMED` when it holds fewer or more, or ends in the middle of one.
 */
export function decodeEntryBundle(bytes: Uint8Array, expected: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length && entries.length < expected) {
    const start = at + 2
    const end = start <= bytes.length ? start + view.getUint16(at) : Number.POSITIVE_INFINITY
    if (end > bytes.length)
      throw new ManifestError('TILE_MALFORMED', `an entry bundle ends inside entry ${entries.length} of ${expected}`)
    entries.push(bytes.subarray(start, end))
    at = end
  }
  if (entries.length !== expected || at !== bytes.length) {
    throw new ManifestError(
      'TILE_MALFORMED',
      `an entry bundle holds ${at < bytes.length ? 'more than' : entries.length} of ${expected} entries`,
    )
  }
  return entries
}
