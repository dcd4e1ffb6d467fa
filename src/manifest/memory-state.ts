import { rowsOfLinks } from './index-rows.ts'
import type { FoldState, Link } from './state.ts'
import { bytesOfHex, hexOf } from './statement-fields.ts'

/** A state in memory: for the few entries of a lookup, for browsers and tests. A whole log costs 1.5 kB a statement. */
export function memoryState(): FoldState {
  const facts = new Map<string, string>()
  const bundles = new Map<string, string>()
  const linked = new Map<string, Set<string>>()
  const touched = new Map<string, Set<number>>()
  let sortedHashes: string[] | undefined
  const touches = (id: string): number[] => [...(touched.get(id) ?? [])].sort((a, b) => a - b)
  function walk(from: Uint8Array, to: Uint8Array | undefined): Iterable<Link> {
    // Hex digits sort as the bytes do.
    sortedHashes ??= [...linked.keys()].sort()
    return linksBetween(sortedHashes, linked, { from: hexOf(from), to: to === undefined ? undefined : hexOf(to) })
  }
  return {
    fact: (name) => facts.get(name),
    setFact: (name, value) => void facts.set(name, value),
    facts: (prefix) => [...facts].filter(([name]) => name.startsWith(prefix)),
    removeFacts(prefix) {
      for (const name of facts.keys()) if (name.startsWith(prefix)) facts.delete(name)
    },
    bundle: (id) => bundles.get(id),
    setBundle: (id, value) => void bundles.set(id, value),
    bundleIds: () => [...bundles.keys()].sort(),
    link(hashes, id) {
      sortedHashes = undefined
      for (const hash of hashes) add(linked, hexOf(hash), id)
    },
    idsOf: (hash) => [...(linked.get(hexOf(hash)) ?? [])].sort(),
    links: walk,
    rows: (from, to) => rowsOfLinks(walk(from, to), ({ id }) => touches(id)),
    countKeys() {
      const counts = new Uint32Array(65_536)
      for (const hash of linked.keys()) {
        const prefix = Number.parseInt(hash.slice(0, 4), 16)
        counts[prefix] = (counts[prefix] ?? 0) + 1
      }
      return counts
    },
    touch: (id, index) => add(touched, id, index),
    touches,
    clear() {
      sortedHashes = undefined
      for (const table of [facts, bundles, linked, touched]) table.clear()
    },
  }
}

function* linksBetween(
  hashes: readonly string[],
  linked: ReadonlyMap<string, ReadonlySet<string>>,
  range: { readonly from: string; readonly to: string | undefined },
): Iterable<Link> {
  for (let i = lowerBound(hashes, range.from); i < hashes.length; i++) {
    const hash = hashes[i] ?? ''
    if (range.to !== undefined && hash >= range.to) return
    for (const id of [...(linked.get(hash) ?? [])].sort()) yield { hash: bytesOfHex(hash), id }
  }
}

/** Place of the first text that is not below `text`. */
function lowerBound(texts: readonly string[], text: string): number {
  let [low, high] = [0, texts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((texts[middle] ?? '') < text) low = middle + 1
    else high = middle
  }
  return low
}

function add<T>(table: Map<string, Set<T>>, key: string, value: T): void {
  const values = table.get(key)
  if (values === undefined) table.set(key, new Set([value]))
  else values.add(value)
}
