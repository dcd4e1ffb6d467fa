import type { Link } from '../../manifest/state.ts'
import { type LinkPart, type LinkPartLimits, linkPart, type SortedLink } from './link-part.ts'

/** Links are divided by the first four bits of their hash, so that walking in order reads each of them once. */
const PARTS = 16
/** In memory: 16 MiB of rows, and 28 MB for those that are sorted at a time. */
const LIMITS: LinkPartLimits = { keep: (16 * 1024 * 1024) / PARTS, passRows: 2 ** 19 }

/** Links from row keys of the index to numbers of bundles, kept as they came; sorted when they are walked. */
export interface ScratchLinks extends Disposable {
  add(hash: Uint8Array, bundle: number): void
  /** Numbers of bundles, in no order, perhaps repeated. */
  bundlesOf(hash: Uint8Array): number[]
  /** Links with `from` <= hash < `to`, ascending by hash, then id, each once. */
  between(from: Uint8Array, to: Uint8Array | undefined): Iterable<Link>
  /** The same with the number of the bundle; hashes are good until the walk ends. */
  sorted(from: Uint8Array, to: Uint8Array | undefined): Iterable<SortedLink>
}

/**
 * @param idOf - the id of a bundle by its number.
 * @param limits - of each of the sixteen parts that links are divided into.
 */
export function scratchLinks(idOf: (bundle: number) => string, limits: LinkPartLimits = LIMITS): ScratchLinks {
  const counts = new Uint32Array(65_536)
  const prefixes = counts.length / PARTS
  const parts = Array.from({ length: PARTS }, (_, i) =>
    linkPart(idOf, { from: i * prefixes, to: (i + 1) * prefixes }, counts, limits),
  )
  const partOf = (hash: Uint8Array): LinkPart => {
    const part = parts[(hash[0] ?? 0) >>> 4]
    if (part === undefined) throw new RangeError('a hash begins with no byte')
    return part
  }
  function* sorted(from: Uint8Array, to: Uint8Array | undefined): Iterable<SortedLink> {
    const last = to === undefined ? PARTS - 1 : (to[0] ?? 0) >>> 4
    for (const part of parts.slice((from[0] ?? 0) >>> 4, last + 1)) yield* part.sorted(from, to)
  }
  return {
    add: (hash, bundle) => partOf(hash).add(hash, bundle),
    bundlesOf: (hash) => partOf(hash).bundlesOf(hash),
    sorted,
    *between(from, to) {
      for (const { hash, bundle } of sorted(from, to)) yield { hash, id: idOf(bundle) }
    },
    [Symbol.dispose]() {
      for (const part of parts) part[Symbol.dispose]()
    },
  }
}
