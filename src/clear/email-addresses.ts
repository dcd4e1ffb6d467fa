/** RFC 5321 section 4.5.3.1: local part at most 64, domain at most 255 octets. */
const MAX_LOCAL = 64
const MAX_DOMAIN = 255
const LOCAL = /[\p{L}\p{M}\p{N}._%+'-]+$/u
const DOMAIN = /^(?:[\p{L}\p{M}\p{N}-]{1,63}\.){1,8}(?:\p{L}\p{M}?){2,24}(?![\p{L}\p{N}])/u

/** Finds e-mail addresses, lower case. Looks around each `@` within the lengths of RFC 5321, so the work stays linear. */
export function emailAddresses(text: string): string[] {
  const found: string[] = []
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const local = LOCAL.exec(text.slice(Math.max(0, at - MAX_LOCAL), at))?.[0].replace(/^[.'-]+/, '')
    const domain = DOMAIN.exec(text.slice(at + 1, at + 1 + MAX_DOMAIN))?.[0]
    if (!local || local.endsWith('.') || !domain) continue
    // `@name@host.example` is a handle of the fediverse.
    if (text.charAt(at - local.length - 1) === '@') continue
    found.push(`${local}@${domain}`.toLowerCase())
  }
  return found
}
