import { renameSync } from 'node:fs'
import { holdfast } from './film-home.ts'
import { LONG_LOG_KEY } from './long-log.ts'

/** Makes the home of a mirror that has taken in a log of {@link LONG_LOG_KEY}, and wants none of its content. */
export async function emptyFollower(home: string, from: string): Promise<void> {
  const part = `${home}.part`
  await holdfast(part, ['init', '--mirror', '--no-passphrase'])
  const wants = ['--from', from, '--policy', LONG_LOG_KEY, '--include', 'max=0']
  await holdfast(part, ['mirror', 'add', 'long', ...wants])
  await holdfast(part, ['mirror', 'sync'])
  renameSync(part, home)
}
