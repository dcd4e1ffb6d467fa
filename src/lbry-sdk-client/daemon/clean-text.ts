/** Longer words of a daemon say nothing more to a person; a refused broadcast carries the whole transaction. */
const MAX_CHARACTERS = 300
/** As much is looked at: a message can have megabytes, and patterns take longer than that on hostile ones. */
const MAX_READ = 4_000
/** Shorter secrets cannot be cut out of a text without showing where they stood. */
const MIN_SECRET_CHARACTERS = 4

const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+|\\[nrt]/gu
/** An absolute path in quotes: to the end of the quotes. */
const QUOTED_PATH = /(['"])(?:~|[A-Za-z]:)?[\\/](?:(?!\1).)+\1/g
/** A bare one may hold spaces, so all that follows goes with it. `scheme://` is not a path. */
const BARE_PATH = /(?<=^|[\s:=([,'"])(?:~|[A-Za-z]:)?(?:\/(?!\/)|\\)[^\s].*$/g
/** Transactions, PEM bodies and extended keys; ids and stream hashes are at most 96 characters. */
const LONG_BLOB = /[A-Za-z0-9+/=]{100,}/g

/**
 * A daemon's words fit for an error message: one line, at most 300 characters, without paths of its machine, without
 * transactions and keys, and without any of the values that were sent as a path or secret.
 *
 * @param sent - values of the request that must not come back, as they were sent.
 */
export function cleanDaemonText(text: string, sent: readonly string[] = []): string {
  if (sent.some((value) => value.length < MIN_SECRET_CHARACTERS && text.includes(value))) return 'left out'
  // The longest first, since one may be part of another.
  const longestFirst = sent.toSorted((a, b) => b.length - a.length)
  const without = longestFirst.reduce((rest, value) => rest.replaceAll(value, '<sent>'), text)
  const clean = without
    .slice(0, MAX_READ)
    .replace(CONTROLS, ' ')
    .replace(LONG_BLOB, '<data>')
    .replace(QUOTED_PATH, '<path>')
    .replace(BARE_PATH, '<path>')
    .replace(/ {2,}/g, ' ')
    .trim()
    .toWellFormed()
  return clean.length <= MAX_CHARACTERS ? clean : `${clean.slice(0, MAX_CHARACTERS - 1).toWellFormed()}…`
}
