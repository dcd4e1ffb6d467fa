import type { Context } from './context.ts'
import { CliError } from './errors.ts'

/**
 * Asks before something that cannot be taken back, unless that was said with `--yes`.
 *
 * @param act - what would be done, as in "this would …".
 * @throws {CliError} `NEEDS_YES` where nobody can be asked.
 */
export async function agreedTo(context: Context, act: string, yes: boolean): Promise<boolean> {
  if (yes) return true
  if (context.interactive) return await context.confirm(`${act[0]?.toUpperCase() ?? ''}${act.slice(1)}?`)
  throw new CliError('NEEDS_YES', `this would ${act}, and nobody can be asked`, { hint: 'run it again with --yes' })
}

/** The same before LBC are spent. */
export async function agreedToSpend(context: Context, act: string, yes: boolean): Promise<boolean> {
  return agreedTo(context, act, yes)
}
