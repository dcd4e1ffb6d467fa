import exifr from 'exifr'
import type { BoundedFile } from './bounded-file.ts'
import type { LocationSearch, LocationTag } from './media-lint.ts'

/** Images are read whole up to this size; of a larger one the beginning, where cameras put their data. */
const MAX_IMAGE_BYTES = 12 * 1024 * 1024
const MAX_EXIF_BLOCKS = 32
const MAX_EXIF_BYTES = 1024 * 1024
/** EXIF alone, nothing translated or merged: exifr then reads the few tags we ask about. */
const ONLY_GPS: NonNullable<Parameters<typeof exifr.parse>[1]> = {
  tiff: true,
  gps: true,
  exif: false,
  ifd1: false,
  interop: false,
  xmp: false,
  icc: false,
  iptc: false,
  jfif: false,
  ihdr: false,
  mergeOutput: false,
  reviveValues: false,
}
const GPS_TAG = /Latitude|Longitude|AreaInformation/

export type ImageFormat = 'jpeg' | 'png' | 'tiff' | 'heif' | 'webp'

/** What stands before a block, and how far before its first byte the mark begins. */
const EXIF_MARKS: Readonly<Record<ImageFormat, readonly (readonly [mark: string, distance: number])[]>> = {
  jpeg: [['Exif\0\0', 6]],
  png: [['eXIf', 4]],
  webp: [
    ['EXIF', 8],
    ['Exif\0\0', 6],
  ],
  heif: [
    ['Exif\0\0', 6],
    ['II*\0\b\0\0\0', 0],
    ['MM\0*\0\0\0\b', 0],
  ],
  tiff: [
    ['II*\0', 0],
    ['MM\0*', 0],
  ],
}

/**
 * Looks for a place in EXIF (the container's own, and every further block, as files with several pictures have) and in XMP.
 * XMP is searched as text, which its specification demands to be possible in every format.
 */
export async function findImageLocation(file: BoundedFile, format: ImageFormat): Promise<LocationSearch> {
  const bytes = Buffer.from(await file.read(0, MAX_IMAGE_BYTES))
  const tags: LocationTag[] = []
  const xmp = bytes.indexOf('exif:GPSL')
  if (xmp !== -1) tags.push({ tag: 'XMP', value: bytes.subarray(xmp, xmp + 200) })
  let incomplete = file.size > MAX_IMAGE_BYTES && format !== 'jpeg' ? 'the image is too large' : undefined
  for (const block of exifBlocks(bytes, format)) {
    const found = await gpsTags(block)
    if (found === 'malformed') incomplete ??= 'its EXIF data is malformed'
    else if (found !== undefined) tags.push({ tag: 'EXIF GPS', value: found })
  }
  return incomplete === undefined ? { tags } : { tags, incomplete }
}

/**
 * Cuts the EXIF blocks, which are TIFF in every format, out of their container. We find them by their marks, because the
 * container readers of exifr 7.1.3 do not know WebP, and that for HEIC never ends on some broken files.
 */
function exifBlocks(bytes: Buffer, format: ImageFormat): Buffer[] {
  return EXIF_MARKS[format]
    .flatMap(([mark, distance]) => positionsOf(bytes, mark).map((at) => at + distance))
    .map((at) => bytes.subarray(at, at + MAX_EXIF_BYTES))
    .filter((block) => /^(?:II\*\0|MM\0\*)/.test(block.toString('latin1', 0, 4)))
}

function positionsOf(bytes: Buffer, mark: string): number[] {
  const found: number[] = []
  for (let at = bytes.indexOf(mark); at !== -1 && found.length < MAX_EXIF_BLOCKS; at = bytes.indexOf(mark, at + 1))
    found.push(at)
  return found
}

/** Returns the GPS tags as bytes to be hashed, nothing where there are none. */
async function gpsTags(block: Buffer): Promise<Uint8Array | 'malformed' | undefined> {
  try {
    const parsed: unknown = await exifr.parse(block, ONLY_GPS)
    if (!isRecord(parsed)) return undefined
    const gps = isRecord(parsed['gps']) ? parsed['gps'] : {}
    const says = Object.entries(gps).filter(([name]) => GPS_TAG.test(name))
    if (says.length > 0) return Buffer.from(JSON.stringify(says))
    // exifr keeps most of its failures beside what it could read, and throws plain errors for the rest.
    return 'errors' in parsed ? 'malformed' : undefined
  } catch {
    return 'malformed'
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
