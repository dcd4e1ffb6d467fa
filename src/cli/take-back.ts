import { problemOf } from '../model/errors.ts'
import type { Home } from '../pipeline/home.ts'
import type { Context } from './context.ts'
import { openTargets } from './copy-to-targets.ts'
import { tell } from './tell.ts'
import type { World } from './world.ts'

/**
 * Abandons the claims of bundles that were withdrawn. Nothing of this can undo the withdrawal: what does not succeed is
 * told, and tried again by the next `withdraw` or `publish --to`.
 *
 * @returns what was taken back, and whether some of it is still there.
 */
export async function takeBack(
  context: Context,
  world: World,
  home: Home,
  ids: readonly string[],
): Promise<{ readonly takenBack: number; readonly isLeft: boolean }> {
  const { takeBackCopies } = await import('../pipeline/copies/take-back-copies.ts')
  const due = (): string[] =>
    ids.flatMap((id) =>
      home.publications.of(id).flatMap(({ target, state }) => (state === 'taken-back' ? [] : [target])),
    )
  let takenBack = 0
  for (const name of new Set(due())) {
    try {
      await using targets = await openTargets([name], world, home)
      for (const { target } of targets.open) {
        await target.prepare(context.signal)
        takenBack += await takeBackCopies(home, target, { ...context, onEvent: tell(context.report) })
      }
    } catch (error) {
      context.signal.throwIfAborted()
      context.report.emit({ event: 'problem', ...problemOf(error) })
    }
  }
  return { takenBack, isLeft: due().length > 0 }
}
