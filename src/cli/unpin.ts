import { problemOf } from '../model/errors.ts'
import type { Home } from '../pipeline/home.ts'
import type { Context } from './context.ts'
import { tell } from './tell.ts'
import type { World } from './world.ts'

/**
 * Unpins at the engines of this home what was withdrawn. Nothing of this can undo the withdrawal: what does not succeed is
 * told, and tried again by the next `withdraw` or `publish`.
 */
export async function unpinEverywhere(
  context: Context,
  world: World,
  home: Home,
): Promise<{ readonly unpinned: number; readonly isLeft: boolean }> {
  const { openEngines } = await import('./open-engines.ts')
  const { unpinWithdrawn } = await import('../pipeline/engines/unpin.ts')
  const { signal, stopping } = context
  const result = { unpinned: 0, isLeft: false }
  try {
    await using engines = await openEngines(world, home)
    for (const engine of engines.open) {
      if (engine.isReadOnly === true) continue
      result.unpinned += await unpinWithdrawn(home, engine, { signal, stopping, onEvent: tell(context.report) })
      result.isLeft ||= home.replicas.leaving(engine.name).length > 0
    }
  } catch (error) {
    signal.throwIfAborted()
    context.report.emit({ event: 'problem', ...problemOf(error) })
    result.isLeft = true
  }
  return result
}
