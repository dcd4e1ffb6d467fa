/**
 * True when `If-None-Match` names this version, so that 304 is the answer. Compared weakly, as RFC 9110 13.1.2 asks.
 *
 * @param etag - with its quotes.
 */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const given = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []
  return given.some((candidate) => candidate.replace(/^W\//, '') === etag.replace(/^W\//, ''))
}

/**
 * True when a `Range` may be honoured: there is no `If-Range`, or it names exactly this version. Dates never match,
 * because nothing here has one. Source: RFC 9110 13.1.5.
 */
export function isRangeStillMeant(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange.trim() === etag
}
