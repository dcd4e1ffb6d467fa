import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import { asksForSomething } from '../replicate/rules.ts'
import { census } from '../store/catalogue/census.ts'
import { lastAudits } from '../store/last-audits.ts'
import type { Gauges, ServedContent } from '../view/ports.ts'
import { agesOf, datedCosignatures } from './cosignature-ages.ts'
import { type BelowGauge, belowGauge } from './engines/below-gauge.ts'
import type { IndependenceSettings } from './engines/independence.ts'
import type { Home } from './home.ts'
import { publishedAsOf } from './published-head.ts'

/** Failing blocks that are remembered; an archive with more of them has lost a disk, and the count has said so. */
const MOST_FAILING = 10_000

export interface WatchedContent extends Disposable {
  /** The same content, whose failing blocks are remembered until they can be given again. */
  readonly content: ServedContent
  readonly gauges: () => Gauges
}

/**
 * What can be counted about a home that is served. The server opens it for reading only, so it notes nothing in the
 * catalogue: what it finds damaged it remembers for as long as it runs.
 *
 * @param independence - the rules about copies; without any, the one copy that is counted is this one, and it is to be whole.
 */
export function watchedContent(
  home: Home,
  content: ServedContent,
  independence: IndependenceSettings | undefined,
): WatchedContent {
  const failing = new Map<string, readonly number[]>()
  const contents = (): number[] => [...new Set([...failing.values()].flat())]
  const isRuled = independence !== undefined && asksForSomething(independence.rules)
  const below = isRuled ? belowGauge(home, independence, contents) : undefined
  const watched: ServedContent = {
    standing: (cid) => content.standing(cid),
    mediaType: (root, path) => content.mediaType(root, path),
    async readBlock(cid, options) {
      try {
        const block = await content.readBlock(cid, options)
        if (failing.size > 0) failing.delete(cidText(cid))
        return block
      } catch (error) {
        if (!options.signal.aborted && failing.size < MOST_FAILING) failing.set(cidText(cid), contentsOf(home, cid))
        throw error
      }
    },
  }
  return {
    content: watched,
    gauges: () => readGauges(home, { blocks: failing.size, contents: contents() }, below),
    [Symbol.dispose]: () => below?.[Symbol.dispose](),
  }
}

function contentsOf(home: Home, cid: CID): number[] {
  return [...home.content.contentsOf(cid)]
}

function auditAges({ db }: Home): NonNullable<Gauges['audits']> {
  return lastAudits(db).flatMap(({ place, at }) => {
    const read = Date.parse(at)
    return Number.isNaN(read) ? [] : [{ place, seconds: Math.max(0, Math.round((Date.now() - read) / 1_000)) }]
  })
}

function readGauges(
  home: Home,
  failing: { readonly blocks: number; readonly contents: readonly number[] },
  below: BelowGauge | undefined,
): Gauges {
  const manifestSize = home.publishedSize()
  const made = Date.parse(publishedAsOf(home))
  const { bundles, files, notWhole } = census(home.db, manifestSize, failing.contents)
  const belowRule = below === undefined ? notWhole : below.read()
  return {
    ...(Number.isNaN(made) ? {} : { headAgeSeconds: Math.max(0, Math.round((Date.now() - made) / 1_000)) }),
    ...{ manifestSize, bundles, files, failingBlocks: failing.blocks },
    ...(belowRule === undefined ? {} : { belowRule }),
    ...{ cosignatures: agesOf(datedCosignatures(home.paths, undefined)), audits: auditAges(home) },
  }
}
