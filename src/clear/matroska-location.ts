import { type BoundedFile, ReadBudgetSpent } from './bounded-file.ts'
import { isBlank, LOCATION_NAME, type LocationSearch, type LocationTag } from './media-lint.ts'

/** Element ids of RFC 9559 (Matroska), with the marker bits of their length. */
const SEGMENT = 0x18538067
const TAGS = 0x1254c367
const TAG = 0x7373
const SIMPLE_TAG = 0x67c8
const TAG_NAME = 0x45a3
const TAG_STRING = 0x4487
const TAG_BINARY = 0x4485
const MAX_ELEMENTS = 200_000
const MAX_TAGS_BYTES = 4 * 1024 * 1024
const MAX_DEPTH = 8

/** One element of EBML (RFC 8794). */
interface Element {
  readonly id: number
  readonly start: number
  /** Absent where the writer did not know it, as in a live recording. */
  readonly end: number | undefined
}

/** Looks for tags such as `LOCATION` and `RECORDING_LOCATION` in Matroska and WebM; clusters are skipped, never read. */
export async function findMatroskaLocation(file: BoundedFile): Promise<LocationSearch> {
  const tags: LocationTag[] = []
  try {
    const segment = await firstOf(file, SEGMENT)
    if (!segment) return { tags, incomplete: 'it has no segment' }
    const end = segment.end ?? file.size
    let at = segment.start
    for (let count = 0; at < end; count++) {
      const element = await elementAt(file, at)
      if (!element || count > MAX_ELEMENTS) return { tags, incomplete: 'its structure is broken or too long' }
      if (element.end === undefined) return { tags, incomplete: 'it is a live recording whose parts have no length' }
      if (element.id === TAGS)
        readTags(await file.read(element.start, Math.min(element.end - element.start, MAX_TAGS_BYTES)), tags, 0)
      if (element.end > file.size) return { tags, incomplete: 'the file ends inside an element' }
      at = element.end
    }
    return { tags }
  } catch (cause) {
    if (cause instanceof ReadBudgetSpent) return { tags, incomplete: 'its metadata is too large' }
    throw cause
  }
}

async function firstOf(file: BoundedFile, id: number): Promise<Element | undefined> {
  let at = 0
  // The EBML header, perhaps padding, then the segment.
  for (let count = 0; count < 16; count++) {
    const element = await elementAt(file, at)
    if (!element || element.id === id) return element
    if (element.end === undefined) return undefined
    at = element.end
  }
  return undefined
}

async function elementAt(file: BoundedFile, at: number): Promise<Element | undefined> {
  const header = parseHeader(await file.read(at, 12), 0)
  return (
    header && {
      id: header.id,
      start: at + header.length,
      end: header.size === undefined ? undefined : at + header.length + header.size,
    }
  )
}

/** Ids have up to four bytes and keep their marker, sizes up to eight and lose it; all ones is an unknown size. */
function parseHeader(
  bytes: Uint8Array,
  at: number,
): { id: number; size: number | undefined; length: number } | undefined {
  const idLength = Math.clz32(bytes[at] ?? 0) - 23
  const sizeLength = Math.clz32(bytes[at + idLength] ?? 0) - 23
  if (idLength > 4 || sizeLength > 8 || at + idLength + sizeLength > bytes.length) return undefined
  let id = 0
  for (const byte of bytes.subarray(at, at + idLength)) id = id * 256 + byte
  const [first = 0, ...rest] = bytes.subarray(at + idLength, at + idLength + sizeLength)
  const mask = 0xff >> sizeLength
  const size = rest.reduce((sum, byte) => sum * 256 + byte, first & mask)
  const unknown = (first & mask) === mask && rest.every((byte) => byte === 0xff)
  return { id, size: unknown ? undefined : size, length: idLength + sizeLength }
}

/** Walks tags in memory; an element that claims more than there is ends its level. */
function readTags(bytes: Uint8Array, tags: LocationTag[], depth: number): void {
  let name = ''
  for (let at = 0; at < bytes.length && depth <= MAX_DEPTH; ) {
    const header = parseHeader(bytes, at)
    if (!header) return
    const start = at + header.length
    at = start + (header.size ?? bytes.length)
    const value = bytes.subarray(start, at)
    if (header.id === TAG || header.id === SIMPLE_TAG) readTags(value, tags, depth + 1)
    if (header.id === TAG_NAME) name = new TextDecoder().decode(value)
    const holdsValue = header.id === TAG_STRING || header.id === TAG_BINARY
    if (holdsValue && LOCATION_NAME.test(name) && !isBlank(value))
      tags.push({ tag: `Tags/${name.slice(0, 80)}`, value })
  }
}
