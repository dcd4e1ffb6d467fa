import { type BoundedFile, openBounded } from './bounded-file.ts'
import { distinct, locationFinding } from './finding.ts'
import { findImageLocation, type ImageFormat } from './image-location.ts'
import { findMatroskaLocation } from './matroska-location.ts'
import type { LocationSearch, MediaLint } from './media-lint.ts'
import { findMp4Location } from './mp4-location.ts'

/** Bytes read of one file in all: metadata is small, and media data is skipped. */
const READ_BUDGET = 16 * 1024 * 1024
/** Brands of still images in the container of MP4 (ISO/IEC 23008-12 and AVIF). */
const HEIF_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'mif1', 'msf1', 'avif', 'avis'])
/** Boxes that a QuickTime file without `ftyp` begins with. */
const MP4_BEGINNINGS = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp', 'moof', 'udta'])

/**
 * Looks for location data in one file. The content decides what it is; names and media types lie.
 *
 * @param where - public path, for the findings.
 * @throws {ClearError} `LINT_FILE_UNREADABLE`.
 */
export async function lintMedia(
  path: string,
  where: string,
  options: { readonly signal: AbortSignal },
): Promise<MediaLint> {
  await using file = await openBounded(path, READ_BUDGET, options.signal)
  if (file.size === 0) return { state: 'clean' }
  const search = await searchOf(file)
  if (search === undefined) return { state: 'not-checked', reason: `${where}: no rule for this format` }
  const findings = distinct(search.tags.map(({ tag, value }) => locationFinding(where, tag, value)))
  if (findings.length > 0) return { state: 'finding', findings }
  return search.incomplete === undefined
    ? { state: 'clean' }
    : { state: 'not-checked', reason: `${where}: ${search.incomplete}` }
}

async function searchOf(file: BoundedFile): Promise<LocationSearch | undefined> {
  const head = new TextDecoder('latin1').decode(await file.read(0, 16))
  const image = imageFormat(head)
  if (image !== undefined) return await findImageLocation(file, image)
  if (head.startsWith('\x1aE\u00df\u00a3')) return await findMatroskaLocation(file)
  return MP4_BEGINNINGS.has(head.slice(4, 8)) ? await findMp4Location(file) : undefined
}

function imageFormat(head: string): ImageFormat | undefined {
  if (head.startsWith('\u00ff\u00d8\u00ff')) return 'jpeg'
  // `\x89` is U+2030 in what the decoder calls Latin-1.
  if (head.slice(1, 8) === 'PNG\r\n\x1a\n') return 'png'
  if (/^(?:II\*\0|MM\0\*)/.test(head)) return 'tiff'
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp'
  return head.slice(4, 8) === 'ftyp' && HEIF_BRANDS.has(head.slice(8, 12)) ? 'heif' : undefined
}
