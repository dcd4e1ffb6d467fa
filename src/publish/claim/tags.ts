import { normaliseLine } from '../../model/text.ts'
import { bytesOf } from './cut.ts'
import { steersOdysee } from './odysee-tags.ts'

/** Source: facts 1.6, what leaves room for the rest of a claim. */
export const MAX_TAGS = 25
/** Bytes of one tag. */
export const MAX_TAG = 50
/** Odysee's sign for what is shown only to people who asked for it (constants of its web client: `MATURE_TAGS`). */
const SENSITIVE = 'mature'

/**
 * The tags of a claim in the source's order. A tag that is too long is left out: half a word is another word.
 *
 * @param sensitive - a person marked the bundle as such. It is the only way to get Odysee's tag; the source's own words
 * for it do not come through, because they would hide the testimony.
 */
export function claimTags(tags: readonly string[], sensitive: boolean): string[] {
  const given = tags.filter((tag) => !steersOdysee(tag)).map(normaliseTag)
  const fitting = given.filter((tag) => tag !== '' && bytesOf(tag) <= MAX_TAG && !steersOdysee(tag))
  return [...new Set([...(sensitive ? [SENSITIVE] : []), ...fitting])].slice(0, MAX_TAGS)
}

/** What the daemon makes of a tag (lbry/schema/tags.py, facts 1.6), so that what is sent is what is stored. */
function normaliseTag(tag: string): string {
  const lower = normaliseLine(tag).toLowerCase()
  return normaliseLine(lower.replaceAll("'", '').replace(/[#!~]/g, ' '))
}
