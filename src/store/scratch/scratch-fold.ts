import { rowsOfLinks } from '../../manifest/index-rows.ts'
import type { FoldState } from '../../manifest/state.ts'
import { growingNumbers } from './growing-numbers.ts'
import { type NumberedIds, numberedIds } from './numbered-ids.ts'
import { scratchLinks } from './scratch-links.ts'
import { spilledBytes } from './spilled-bytes.ts'

/** Records of 16,000 bundles; few are read again. */
const KEPT_BYTES = 16 * 1024 * 1024
const PAGE_BYTES = 1024 * 1024
const NOTHING = -1
const utf8 = new TextDecoder()

/**
 * The state of one fold over a whole log, for which a database is too slow: keys are hashes, and each would be put into
 * another page of its tree. What is read again by id or hash is found in memory, some 100 bytes a statement; the rest lies
 * in files without names.
 */
export function scratchFold(): FoldState & Disposable {
  let fold = openFold()
  return {
    fact: (name) => fold.facts.get(name),
    setFact: (name, value) => void fold.facts.set(name, value),
    facts: (prefix) => [...fold.facts].filter(([name]) => name.startsWith(prefix)),
    removeFacts(prefix) {
      for (const name of fold.facts.keys()) if (name.startsWith(prefix)) fold.facts.delete(name)
    },
    bundle: (id) => fold.records.read(fold.bundles.find(id)),
    setBundle: (id, value) => fold.records.write(fold.bundles.number(id), value),
    bundleIds: () => idsOfRecords(fold),
    link(hashes, id) {
      const bundle = fold.bundles.number(id)
      for (const hash of hashes) fold.links.add(hash, bundle)
    },
    idsOf: (hash) => [...new Set(fold.links.bundlesOf(hash))].map((bundle) => fold.bundles.idOf(bundle)).sort(),
    links: (from, to) => fold.links.between(from, to),
    rows: (from, to) => rowsOfLinks(fold.links.sorted(from, to), ({ bundle }) => fold.touches.of(bundle)),
    countKeys: () => countKeys(fold.links.sorted(new Uint8Array(32), undefined)),
    touch: (id, index) => fold.touches.add(fold.bundles.number(id), index),
    touches: (id) => fold.touches.of(fold.bundles.find(id)),
    clear() {
      fold[Symbol.dispose]()
      fold = openFold()
    },
    [Symbol.dispose]: () => fold[Symbol.dispose](),
  }
}

interface Fold extends Disposable {
  readonly facts: Map<string, string>
  readonly bundles: NumberedIds
  readonly records: ReturnType<typeof openRecords>
  readonly links: ReturnType<typeof scratchLinks>
  readonly touches: ReturnType<typeof openTouches>
}

function openFold(): Fold {
  const bundles = numberedIds()
  const records = openRecords()
  const links = scratchLinks(bundles.idOf)
  return {
    facts: new Map(),
    bundles,
    records,
    links,
    touches: openTouches(),
    [Symbol.dispose]() {
      records[Symbol.dispose]()
      links[Symbol.dispose]()
    },
  }
}

function idsOfRecords({ bundles, records }: Fold): string[] {
  const ids: string[] = []
  for (let bundle = 0; bundle < bundles.length; bundle++)
    if (records.read(bundle) !== undefined) ids.push(bundles.idOf(bundle))
  return ids.sort()
}

/** One text a bundle; a new one is added behind all others. */
function openRecords(): Disposable & {
  write(bundle: number, text: string): void
  read(bundle: number): string | undefined
} {
  const bytes = spilledBytes({ keep: KEPT_BYTES, page: PAGE_BYTES })
  const starts = growingNumbers(Float64Array)
  const lengths = growingNumbers(Uint32Array)
  return {
    write(bundle, text) {
      for (; starts.length <= bundle; lengths.push(0)) starts.push(NOTHING)
      const encoded = Buffer.from(text)
      starts.set(bundle, bytes.append(encoded))
      lengths.set(bundle, encoded.length)
    },
    read(bundle) {
      const start = bundle >= 0 && bundle < starts.length ? starts.at(bundle) : NOTHING
      return start === NOTHING ? undefined : utf8.decode(bytes.read(start, lengths.at(bundle)))
    },
    [Symbol.dispose]: () => bytes[Symbol.dispose](),
  }
}

/** Most bundles are touched once, by the statement that publishes them; of the others each has a chain, newest first. */
function openTouches(): { add(bundle: number, index: number): void; of(bundle: number): readonly number[] } {
  /** The one index of a bundle, -1 for none, or -2 less the place of its newest link in the chains. */
  const firsts = growingNumbers(Float64Array)
  const indices = growingNumbers(Float64Array)
  /** The place of the link before, or -1. */
  const before = growingNumbers(Float64Array)
  function chain(index: number, place: number): number {
    indices.push(index)
    before.push(place)
    return indices.length - 1
  }
  return {
    add(bundle, index) {
      while (firsts.length <= bundle) firsts.push(NOTHING)
      const first = firsts.at(bundle)
      if (first === NOTHING) firsts.set(bundle, index)
      else firsts.set(bundle, -2 - chain(index, first >= 0 ? chain(first, NOTHING) : -2 - first))
    },
    of(bundle) {
      const first = bundle >= 0 && bundle < firsts.length ? firsts.at(bundle) : NOTHING
      if (first >= 0) return [first]
      const found: number[] = []
      if (first === NOTHING) return found
      for (let next = -2 - first; next !== NOTHING; next = before.at(next)) found.push(indices.at(next))
      return [...new Set(found)].sort((a, b) => a - b)
    },
  }
}

function countKeys(links: Iterable<{ readonly hash: Uint8Array }>): Uint32Array {
  const counts = new Uint32Array(65_536)
  let last: Uint8Array = new Uint8Array(0)
  for (const { hash } of links) {
    if (Buffer.compare(hash, last) === 0) continue
    last = hash
    const prefix = ((hash[0] ?? 0) << 8) | (hash[1] ?? 0)
    counts[prefix] = (counts[prefix] ?? 0) + 1
  }
  return counts
}
