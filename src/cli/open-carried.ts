import type { Home } from '../pipeline/home.ts'
import { CliError } from './errors.ts'

/** The home whose archive is carried: a publisher's own, or one log of a mirror. @throws {CliError} `USAGE`. */
export async function openCarried(directory: string, log: string | undefined): Promise<Home> {
  const { followedNames, isMirrorHome } = await import('../pipeline/mirror/mirror-home.ts')
  if (!isMirrorHome(directory)) {
    const { openHome } = await import('../pipeline/open-home.ts')
    return openHome(directory)
  }
  const { openFollowedLog } = await import('../pipeline/mirror/followed-log.ts')
  const names = await followedNames(directory)
  const name = log ?? (names.length === 1 ? names[0] : undefined)
  if (name !== undefined) return (await openFollowedLog(directory, name)).home
  throw new CliError('USAGE', `this mirror follows ${names.length === 0 ? 'no log' : names.join(', ')}: say which`, {
    hint: 'give --log with one of the names of `holdfast mirror status`',
  })
}
