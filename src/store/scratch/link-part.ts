import { type ChainTable, chainTable } from './chain-table.ts'
import { spilledBytes } from './spilled-bytes.ts'

/** A row: the hash, then the number of the bundle. */
const HASH_BYTES = 32
const ROW_BYTES = HASH_BYTES + 4
/** Rows read, and written, at a time: 74 kB. */
const PAGE_ROWS = 2_048
/** Rows of one pass are told apart by 24 bits. */
const MAX_PASS_ROWS = 2 ** 24

/** Some of the links: those that begin with the same bits. */
export interface LinkPart extends Disposable {
  add(hash: Uint8Array, bundle: number): void
  /** Numbers of bundles, in no order, perhaps repeated. */
  bundlesOf(hash: Uint8Array): number[]
  /** Links with `from` <= hash < `to`, ascending by hash, then id, each once. */
  sorted(from: Uint8Array, to: Uint8Array | undefined): Iterable<SortedLink>
}

export interface SortedLink {
  /** A view. */
  readonly hash: Uint8Array
  readonly bundle: number
}

export interface LinkPartLimits {
  /** Bytes that stay in memory. */
  readonly keep: number
  /** Rows that are sorted at a time. */
  readonly passRows: number
}

/** Values of the first two bytes of a hash, half-open. */
export interface PrefixRange {
  readonly from: number
  readonly to: number
}

/**
 * @param idOf - the id of a bundle by its number.
 * @param own - the hashes that will be added here, and nowhere else.
 * @param counts - how many rows begin with each value of two bytes; all parts share it.
 */
export function linkPart(
  idOf: (bundle: number) => string,
  own: PrefixRange,
  counts: Uint32Array,
  limits: LinkPartLimits,
): LinkPart {
  const rows = spilledBytes({ keep: limits.keep, page: PAGE_ROWS * ROW_BYTES })
  const table: ChainTable = chainTable(() => pagesOf(rows))
  const row = new Uint8Array(ROW_BYTES)
  const view = new DataView(row.buffer)
  return {
    add(hash, bundle) {
      row.set(hash)
      view.setUint32(HASH_BYTES, bundle)
      table.add(hash)
      rows.append(row)
      const prefix = prefixOf(hash)
      counts[prefix] = (counts[prefix] ?? 0) + 1
    },
    bundlesOf(hash) {
      const bundles: number[] = []
      for (const number of table.candidates(hash)) {
        const found = rows.read(number * ROW_BYTES, ROW_BYTES)
        if (Buffer.compare(found.subarray(0, HASH_BYTES), hash) === 0) bundles.push(bundleOf(found))
      }
      return bundles
    },
    *sorted(from, to) {
      const first = prefixOf(from)
      const last = to === undefined ? own.to : prefixOf(to)
      const wanted = { from: Math.max(first, own.from), to: Math.min(last + 1, own.to) }
      for (const range of passes(counts, wanted, limits.passRows)) {
        for (const link of sortedLinks(collect(rows, counts, range), idOf)) {
          // Only at the edges there is more to know than the prefix.
          const prefix = prefixOf(link.hash)
          if (prefix === first && Buffer.compare(link.hash, from) < 0) continue
          if (prefix === last && to !== undefined && Buffer.compare(link.hash, to) >= 0) return
          yield link
        }
      }
    },
    [Symbol.dispose]: () => rows[Symbol.dispose](),
  }
}

/** Ranges of prefixes with at most so many rows as one pass sorts, or of one prefix. */
function* passes(counts: Uint32Array, { from, to }: PrefixRange, most: number): Iterable<PrefixRange> {
  let start = from
  let sum = 0
  for (let prefix = from; prefix < to; prefix++) {
    const count = counts[prefix] ?? 0
    if (sum + count > most && prefix > start) {
      yield { from: start, to: prefix }
      start = prefix
      sum = 0
    }
    sum += count
  }
  if (sum > 0) yield { from: start, to }
}

interface Rows {
  readonly length: number
  read(at: number, length: number): Uint8Array
}

function* pagesOf(rows: Rows): Iterable<Uint8Array> {
  for (let at = 0; at < rows.length; at += PAGE_ROWS * ROW_BYTES)
    yield rows.read(at, Math.min(PAGE_ROWS * ROW_BYTES, rows.length - at))
}

/** All rows of a range, in the order in which they came. */
function collect(rows: Rows, counts: Uint32Array, { from, to }: PrefixRange): Uint8Array {
  const total = counts.subarray(from, to).reduce((sum, count) => sum + count, 0)
  if (total > MAX_PASS_ROWS) throw new RangeError(`${total} links begin with the same two bytes`)
  const found = new Uint8Array(total * ROW_BYTES)
  let length = 0
  for (const page of pagesOf(rows)) {
    for (let start = 0; start < page.length; start += ROW_BYTES) {
      const prefix = ((page[start] ?? 0) << 8) | (page[start + 1] ?? 0)
      if (prefix < from || prefix >= to) continue
      found.set(page.subarray(start, start + ROW_BYTES), length)
      length += ROW_BYTES
    }
  }
  return found
}

/** The links ascending by hash, then id, each once. */
function* sortedLinks(rows: Uint8Array, idOf: (bundle: number) => string): Iterable<SortedLink> {
  const order = orderByFiveBytes(rows)
  const linkAt = (place: number): SortedLink => {
    const start = order.row(place) * ROW_BYTES
    return { hash: rows.subarray(start, start + HASH_BYTES), bundle: word(rows, start + HASH_BYTES) }
  }
  for (let start = 0; start < order.length; ) {
    let end = start + 1
    while (end < order.length && order.sameKey(start, end)) end += 1
    if (end === start + 1) yield linkAt(start)
    else
      yield* distinct(
        Array.from({ length: end - start }, (_, i) => linkAt(start + i)),
        idOf,
      )
    start = end
  }
}

interface Order {
  readonly length: number
  /** Number of the row that is at that place. */
  row(place: number): number
  /** Whether the rows at two places begin with the same five bytes. */
  sameKey(one: number, other: number): boolean
}

/** Orders rows by their first five bytes: numbers sort natively, forty times as fast as by a function. */
function orderByFiveBytes(rows: Uint8Array): Order {
  const count = rows.length / ROW_BYTES
  const keys = new BigUint64Array(count)
  const bytes = new DataView(keys.buffer)
  for (let row = 0; row < count; row++) {
    const start = row * ROW_BYTES
    const low = ((rows[start + 4] ?? 0) * MAX_PASS_ROWS + row) >>> 0
    bytes.setUint32(row * 8, low, true)
    bytes.setUint32(row * 8 + 4, word(rows, start), true)
  }
  keys.sort()
  const high = (place: number): number => bytes.getUint32(place * 8 + 4, true)
  const fifth = (place: number): number => bytes.getUint8(place * 8 + 3)
  return {
    length: count,
    row: (place) => bytes.getUint32(place * 8, true) % MAX_PASS_ROWS,
    sameKey: (one, other) => high(one) === high(other) && fifth(one) === fifth(other),
  }
}

function distinct(links: SortedLink[], idOf: (bundle: number) => string): SortedLink[] {
  const compareIds = (one: string, other: string): number => (one < other ? -1 : Number(one > other))
  links.sort((one, other) => Buffer.compare(one.hash, other.hash) || compareIds(idOf(one.bundle), idOf(other.bundle)))
  return links.filter(({ hash, bundle }, i) => {
    const before = links[i - 1]
    return before === undefined || before.bundle !== bundle || Buffer.compare(before.hash, hash) !== 0
  })
}

function bundleOf(row: Uint8Array): number {
  return word(row, HASH_BYTES)
}

function prefixOf(hash: Uint8Array): number {
  return ((hash[0] ?? 0) << 8) | (hash[1] ?? 0)
}

/** Four bytes, big-endian. */
function word(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  )
}
