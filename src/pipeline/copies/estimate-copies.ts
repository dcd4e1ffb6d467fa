import type { Estimate, Offer, PublicationTarget } from '../../publish/target.ts'
import type { Home } from '../home.ts'
import { type DueCopy, dueCopies, mainMedium } from './due.ts'
import { claimOf, type Teller } from './offer.ts'

/** One item that a run would bring to a target. */
export interface WouldCopy extends Pick<Offer, 'id' | 'bytes' | 'claim'> {}

export interface CopyEstimate extends Estimate {
  readonly items: number
  readonly bytes: number
}

export interface WouldCopyOptions {
  readonly teller: Teller
  readonly selection?: readonly string[] | undefined
  /** Ids that the same run publishes first. */
  readonly goesOut: readonly string[]
  readonly limit?: number | undefined
}

/** What a run would bring to a target, in the order in which it would. */
export function* wouldCopy(home: Home, target: string, options: WouldCopyOptions): Generator<WouldCopy> {
  let left = options.limit ?? Number.POSITIVE_INFINITY
  for (const { bundle, file, before } of dueSoon(home, target, options)) {
    if (left <= 0) return
    left -= 1
    const bytes = home.content.content(file.content)?.bytes ?? 0
    yield { id: bundle.id, bytes, claim: claimOf(bundle, before, options.teller) }
  }
}

function* dueSoon(home: Home, target: string, { selection, goesOut }: WouldCopyOptions): Generator<DueCopy> {
  yield* dueCopies(home, target, selection)
  for (const id of goesOut) {
    const bundle = home.bundles.get(id)
    const before = home.publications.get(target, id)
    const file = bundle === undefined ? undefined : mainMedium(home.bundles.files(bundle.root))
    // A newer version of what the target has already is not published there a second time.
    if (bundle !== undefined && file !== undefined && before?.state !== 'published') yield { bundle, file, before }
  }
}

/** What a run would cost, before anything is spent. Tells of each item on the way. */
export async function estimateCopies(
  home: Home,
  target: PublicationTarget,
  options: WouldCopyOptions & { readonly signal: AbortSignal; onItem?(item: WouldCopy): void },
): Promise<CopyEstimate> {
  let items = 0
  let bytes = 0
  function* counted(): Generator<WouldCopy> {
    for (const item of wouldCopy(home, target.name, options)) {
      items += 1
      bytes += item.bytes
      options.onItem?.(item)
      yield item
    }
  }
  await target.prepare(options.signal)
  const estimate = await target.estimate(counted(), options.signal)
  return { ...estimate, items, bytes }
}
