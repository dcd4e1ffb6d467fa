import { keepReads } from './kept-reads.ts'
import type { FoldState, KeyRow } from './state.ts'

/** All shards in order, from one pass over the rows. */
export function* allRows(state: FoldState, bits: number): Iterable<readonly [number: number, rows: readonly KeyRow[]]> {
  const rows = state.rows(new Uint8Array(32), undefined)[Symbol.iterator]()
  let next = rows.next()
  for (let number = 0; number < 2 ** bits; number++) {
    const end = firstKey(number + 1, bits)
    const mine: KeyRow[] = []
    for (; next.done !== true && (end === undefined || isBelow(next.value.hash, end)); next = rows.next())
      mine.push(next.value)
    yield [number, mine]
  }
}

/** Some shards, ascending. */
export function* someRows(
  state: FoldState,
  bits: number,
  numbers: ReadonlySet<number>,
): Iterable<readonly [number: number, rows: readonly KeyRow[]]> {
  const touchesOf = keptTouches((id) => state.touches(id))
  for (const number of Uint32Array.from(numbers).sort()) {
    const links = state.links(firstKey(number, bits) ?? new Uint8Array(32), firstKey(number + 1, bits))
    yield [number, [...rowsOfLinks(links, ({ id }) => touchesOf(id))]]
  }
}

/** Numbers of entries, and eight for each list of them, that stay in memory while an index is built: some 20 MB. */
const TOUCHES_BUDGET = 1_000_000
const LIST_COST = 8

/** Wraps a state's `touches` for one walk: most keys of a bundle are in other shards. */
export function keptTouches(touches: (id: string) => readonly number[]): (id: string) => readonly number[] {
  return keepReads(touches, ({ length }) => length + LIST_COST, TOUCHES_BUDGET)
}

/** What `FoldState.rows` gives, from links ascending by hash and what touches the bundle of each. */
export function* rowsOfLinks<L extends { readonly hash: Uint8Array }>(
  links: Iterable<L>,
  touchesOf: (link: L) => readonly number[],
): Iterable<KeyRow> {
  let key: Uint8Array | undefined
  let lists: (readonly number[])[] = []
  for (const link of links) {
    if (key !== undefined && !isSameHash(key, link.hash)) {
      yield { hash: key, indices: joined(lists) }
      lists = []
    }
    key = link.hash
    lists.push(touchesOf(link))
  }
  if (key !== undefined) yield { hash: key, indices: joined(lists) }
}

/** Most keys have one bundle; of those with many, all are joined at once. */
function joined(lists: readonly (readonly number[])[]): readonly number[] {
  const [only = []] = lists
  return lists.length === 1 ? only : [...new Set(lists.flat())].sort((a, b) => a - b)
}

/** Most keys differ in their first bytes. */
function isSameHash(one: Uint8Array, other: Uint8Array): boolean {
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return true
}

/** Rows of some keys, ascending; keys that lead to nothing have none. */
export function rowsOfKeys(state: FoldState, keys: ReadonlyMap<string, Uint8Array>): KeyRow[] {
  const rows: KeyRow[] = []
  for (const [, hash] of [...keys].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const lists = state.idsOf(hash).map((id) => state.touches(id))
    if (lists.length > 0) rows.push({ hash, indices: joined(lists) })
  }
  return rows
}

/** The smallest key of a shard; nothing for the one behind the last. */
export function firstKey(number: number, bits: number): Uint8Array | undefined {
  if (number >= 2 ** bits) return undefined
  const key = new Uint8Array(32)
  new DataView(key.buffer).setUint16(0, number << (16 - bits))
  return key
}

/** Compares the first two bytes, which is all that divides shards. */
function isBelow(hash: Uint8Array, end: Uint8Array): boolean {
  return (hash[0] ?? 0) * 256 + (hash[1] ?? 0) < (end[0] ?? 0) * 256 + (end[1] ?? 0)
}
