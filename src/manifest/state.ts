/** One link from a row key of the index to a bundle. */
export interface Link {
  /** SHA-256, 32 bytes. */
  readonly hash: Uint8Array
  readonly id: string
}

/** A row of the index: a key, and the entries that touch a bundle to which it leads. */
export interface KeyRow {
  /** SHA-256, 32 bytes. */
  readonly hash: Uint8Array
  /** Ascending. */
  readonly indices: readonly number[]
}

/**
 * Where the fold keeps what it knows. Synchronous, so that an entry is applied as a whole; small, so that the log can
 * have millions of entries while the memory stays the same. Values are texts that the fold alone reads. Nothing here
 * begins or ends a transaction: whoever folds wraps a batch in one, together with the head that it belongs to.
 */
export interface FoldState {
  /** A single fact about the log. */
  fact(name: string): string | undefined
  setFact(name: string, value: string): void
  /** Facts whose names begin so, in no particular order. */
  facts(prefix: string): Iterable<readonly [name: string, value: string]>
  removeFacts(prefix: string): void
  /** What is known of a bundle. */
  bundle(id: string): string | undefined
  setBundle(id: string, value: string): void
  /** Ids of all bundles, ascending. Must not be used while bundles are written. */
  bundleIds(): Iterable<string>
  /** Makes keys lead to a bundle. Repeating it changes nothing. @param hashes - 32 bytes each. */
  link(hashes: readonly Uint8Array[], id: string): void
  /** The bundles that a key leads to, ascending by id. */
  idsOf(hash: Uint8Array): readonly string[]
  /** Links with `from` <= hash < `to` (no end when absent), ascending by hash, then id. Must not be used while links are made. */
  links(from: Uint8Array, to: Uint8Array | undefined): Iterable<Link>
  /** The links of that range joined with what touches their bundles, one row a key. Must not be used while anything is written. */
  rows(from: Uint8Array, to: Uint8Array | undefined): Iterable<KeyRow>
  /** For each of the 65,536 values of the first two bytes, how many different keys there are. */
  countKeys(): Uint32Array
  /** Repeating it changes nothing. */
  touch(id: string, index: number): void
  /** Indices of the entries that touch a bundle, ascending. */
  touches(id: string): readonly number[]
  /** Forgets everything. */
  clear(): void
}
