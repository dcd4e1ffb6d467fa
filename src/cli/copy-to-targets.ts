import { problemOf } from '../model/errors.ts'
import type { Teller } from '../pipeline/copies/offer.ts'
import type { CopyCounts } from '../pipeline/copies/publish-copies.ts'
import type { Home } from '../pipeline/home.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { PublicationTarget } from '../publish/target.ts'
import type { LogWriter } from '../record/log-writer.ts'
import type { Context } from './context.ts'
import { tell } from './tell.ts'
import type { World } from './world.ts'

/** A target that was opened, and how its claims are worded. */
export interface OpenTarget {
  readonly target: PublicationTarget
  readonly teller: Teller
}

export interface CopyOrder {
  readonly home: Home
  readonly plan: Plan
  readonly selection: readonly string[] | undefined
  readonly limit: number | undefined
}

/** Opens targets by their names, each once. @throws {ConfigError} `TARGET_UNKNOWN`, `CONFIG_INVALID`. */
export async function openTargets(
  names: readonly string[],
  world: World,
  home: Pick<Home, 'paths' | 'origin'>,
): Promise<{ readonly open: readonly OpenTarget[] } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const open: OpenTarget[] = []
  for (const name of new Set(names)) {
    const { openTarget } = await import('./open-target.ts')
    const opened = await openTarget(name, world, home)
    stack.use(opened.target)
    open.push(opened)
  }
  const resources = stack.move()
  return { open, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/**
 * Says what copying to a target would cost. A target that does not answer is told and stops nothing: the archive goes on.
 *
 * @returns what a person is asked about, if anything.
 */
export async function tellEstimate(
  context: Context,
  { target, teller }: OpenTarget,
  { home, plan, selection, limit }: CopyOrder,
  { eachItem }: { readonly eachItem: boolean },
): Promise<readonly string[]> {
  const { estimateCopies } = await import('../pipeline/copies/estimate-copies.ts')
  const { name, channel } = target
  const onItem = (item: { id: string; claim: { name: string }; bytes: number }): void => {
    if (!eachItem) return
    context.report.emit({ event: 'wouldCopy', id: item.id, target: name, name: item.claim.name, bytes: item.bytes })
  }
  try {
    const order = { teller, goesOut: plan.goesOut, signal: context.signal, selection, limit, onItem }
    const { seconds = null, ...estimate } = await estimateCopies(home, target, order)
    context.report.emit({ event: 'target', name, channel, ...estimate, seconds })
    const { items, lbc, available } = estimate
    return items === 0 ? [] : [`copy ${items} to ${name} (${lbc} LBC of ${available})`]
  } catch (error) {
    context.signal.throwIfAborted()
    context.report.emit({ event: 'problem', ...problemOf(error) })
    return []
  }
}

/** Copies to one target after another. */
export async function copyToTargets(
  context: Context,
  targets: readonly OpenTarget[],
  { home, selection, limit }: CopyOrder,
  log: LogWriter,
): Promise<CopyCounts> {
  const { publishCopies } = await import('../pipeline/copies/publish-copies.ts')
  const { addLbc } = await import('./lbc.ts')
  const { signal, stopping } = context
  const onEvent = tell(context.report)
  const sum: CopyCounts = {
    ...{ copied: 0, adopted: 0, waiting: 0, refused: 0, differs: 0, remaining: 0, takenBack: 0, manifestSize: 0 },
    spent: '0.0',
  }
  for (const { target, teller } of targets) {
    const counts = await publishCopies(home, target, { log, teller, selection, limit, signal, stopping, onEvent })
    for (const name of ['copied', 'adopted', 'waiting', 'refused', 'differs', 'remaining', 'takenBack'] as const)
      sum[name] += counts[name]
    sum.spent = addLbc(sum.spent, counts.spent)
    sum.manifestSize = counts.manifestSize
  }
  return sum
}
