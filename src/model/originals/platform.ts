/** A URL taken apart once, so that no platform parses text again. */
export interface Page {
  /** Lower-case ASCII, without a leading `www.` and without a trailing dot. */
  readonly host: string
  /** Path segments, percent-decoded once where that is possible; empty ones left out. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  /** As `URL.hash`: empty or with its leading `#`. */
  readonly hash: string
}

/** What a platform made of a page, before it is checked against the grammar of keys. */
export interface Reading {
  readonly kind: string
  readonly value: string
  /** Other keys of the same item. */
  readonly aliases?: readonly string[]
  /** Key of the account, only where the URL carries an id that can never be given to somebody else. */
  readonly account?: string | undefined
  readonly extra?: Readonly<Record<string, string | undefined>>
}

/** One kind of key: which values are in the grammar, and how a URL is rebuilt. */
export interface KeyKind {
  /** Anchored, without nested repetition: keys come from strangers. */
  readonly value: RegExp
  /** Refuses a value that has another, canonical spelling. */
  readonly isCanonical?: (value: string) => boolean
  /** Absent where the platform has no URL that follows from the value alone. */
  readonly url?: (value: string) => string
  /** True where the value can later mean something else, or where only the platform knows which item it means. */
  readonly alias?: true
}

/** One platform; the table of all stands in src/model/original.ts. */
export interface Platform {
  readonly name: string
  readonly kinds: Readonly<Record<string, KeyKind>>
  owns(host: string): boolean
  /** Returns nothing for a page that names no item, and never guesses. */
  read(page: Page): Reading | undefined
}

/** True for `domain` and for every host below it. */
export function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}

/** Returns the first value that `pattern` accepts; the parameters may come straight from a query. */
export function firstMatch(pattern: RegExp, ...candidates: readonly (string | null | undefined)[]): string | undefined {
  for (const candidate of candidates) if (candidate != null && pattern.test(candidate)) return candidate
  return undefined
}
