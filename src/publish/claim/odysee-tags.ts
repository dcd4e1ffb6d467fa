import anyAscii from 'any-ascii'

/** Everything that looks like a colon; NFKC makes the full-width, small and vertical ones plain. */
const COLON =
  /[:\u02d0\u02f8\u0589\u05c3\u0703\u0704\u0705\u0708\u1365\u1366\u16ec\u1804\u205a\u205d\u2236\u2237\u2982\ua4fd\ua789]/u
/** Control tags and their parts without prefix and punctuation (constants of Odysee's web client, 2026-07). */
const CONTROL =
  /^c?(?:disable(?:support|comments|download|reactions|slimes).*|lbryfirst|membersonly|chatmembersonly|preferenceembed|scheduled(?:livestream|show|hide))$|^c(?:unlisted|private|purchase|rental|scheduled).*$/
/**
 * With one of these, Odysee shows a claim only to people who asked for such (`MATURE_TAGS` there, compared as whole
 * tags).
 */
const MATURE: ReadonlySet<string> = new Set(
  'porn,porno,nsfw,mature,xxx,sex,creampie,blowjob,handjob,vagina,boobs,bigboobs,bigdick,pussy,cumshot,anal,hardfucking,ass,fuck,hentai'.split(
    ',',
  ),
)

/**
 * Whether a tag could hide, schedule, price or restrict a claim on Odysee, as it stands or after some normalisation:
 * control tags begin with `c:` (older ones with `purchase:`, `rental:`, `chat:`, and some are found inside of a tag), so
 * no tag with anything like a colon passes; nor does one that is a control tag but for spaces, punctuation, marks, case
 * and script.
 */
export function steersOdysee(tag: string): boolean {
  const shown = tag.normalize('NFKC')
  if (COLON.test(shown)) return true
  // What is hidden or marks a letter has no Latin letters of its own, and so is gone here.
  const letters = anyAscii(shown)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
  return CONTROL.test(letters) || MATURE.has(letters)
}
