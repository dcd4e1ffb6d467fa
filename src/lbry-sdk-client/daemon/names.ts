/** Longest name that consensus takes, in bytes of UTF-8 (lbcd, MaxClaimNameSize); the daemon does not look. */
export const MAX_NAME_BYTES = 255
/**
 * What the daemon takes (lbry/schema/url.py, facts 1.6), without `*`, which the daemon takes and lbcd's soft fork refuses
 * (txscript, illegalChars): such a claim would be built and paid for, and dropped by nodes.
 */
const NAME = /^[^=&#:$@%?;"/\\<>{}|^~`[\]*\p{Cc} \uD800-\uDFFF\uFFFE\uFFFF]+$/u

/** Whether a stream, repost or collection can have that name. */
export function isClaimName(name: string): boolean {
  return NAME.test(name) && Buffer.byteLength(name) <= MAX_NAME_BYTES
}

/** The same, with exactly one `@` before it. */
export function isChannelName(name: string): boolean {
  return name.startsWith('@') && NAME.test(name.slice(1)) && Buffer.byteLength(name) <= MAX_NAME_BYTES
}
