import type { BundleDocument } from '../../model/bundle.ts'
import type { ClaimText } from '../target.ts'
import { claimName } from './claim-name.ts'
import { roomForDescription } from './claim-size.ts'
import { composeDescription, MAX_DESCRIPTION } from './description.ts'
import { claimLanguages } from './languages.ts'
import { firstUrl, type LastLines } from './last-lines.ts'
import { claimLicense } from './license.ts'
import { releaseTime, wholeSeconds } from './release-time.ts'
import { claimTags } from './tags.ts'
import { thumbnailUrl } from './thumbnail.ts'
import { joinTitles } from './title.ts'

export interface ClaimOptions {
  /** Shown on Odysee only to people who asked for such; a person's decision, never taken from the source. */
  readonly sensitive: boolean
  /**
   * Public address of thumbnails with `{id}` or `{root}`; see `isThumbnailTemplate`. Without it, or with one that is
   * none, claims have no thumbnail.
   */
  readonly thumbnail?: string
  /** The present, seconds since 1970: no publication is later than that. @default no limit */
  readonly now?: number
}

/**
 * What the claim of a bundle says, within all limits of the network. The same arguments always give the same text. The
 * texts of the bundle may be hostile: whatever they hold, the description ends with our lines, and readers find them.
 *
 * @param id - citation id, 11 symbols.
 * @param root - root CID of the published version, base32.
 * @param citation - `ORIGIN/ID`.
 * @throws {TypeError} when id, root or citation are of another form: a fault of the program, never of the bundle.
 * @see docs/spec/claim-v1.md
 */
export function claimText(
  document: BundleDocument,
  id: string,
  root: string,
  citation: string,
  options: ClaimOptions,
): ClaimText {
  const name = claimName(document.title, id)
  const last = lastLines(document, id, root, citation)
  const { title, left } = joinTitles(document)
  const released = releaseTime(document, options.now)
  const thumbnail = thumbnailUrl(options.thumbnail ?? '', id, root)
  const duration = wholeSeconds(document.durationMs)
  const short = {
    title,
    tags: claimTags(document.tags ?? [], options.sensitive),
    languages: claimLanguages(document.languages ?? []),
    ...claimLicense(document.license),
    ...(released === undefined ? {} : { releaseTime: released }),
    ...(thumbnail === undefined ? {} : { thumbnailUrl: thumbnail }),
    ...(duration === undefined ? {} : { duration }),
  }
  const texts = [...left, ...(document.description ?? []).map(({ value }) => value)]
  const room = Math.min(MAX_DESCRIPTION, roomForDescription(short))
  return { name, ...short, description: composeDescription(texts, last, room) }
}

function lastLines(document: BundleDocument, id: string, root: string, citation: string): LastLines {
  if (!/^b[a-z2-7]{10,127}$/.test(root)) throw new TypeError('the root of a claim is a CID in base32')
  // Origins: manifest-v1 §3.1.
  if (!/^[!-~]{1,255}\/[1-9a-z]{11}$/.test(citation) || !citation.endsWith(`/${id}`))
    throw new TypeError('the citation of a claim is the origin and the id')
  const original = firstUrl(document.originals)
  return { ...(original === undefined ? {} : { original }), root, citation }
}
