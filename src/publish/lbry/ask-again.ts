import { setTimeout as wait } from 'node:timers/promises'
import { LbryDaemonError, type LbryDaemonErrorCode } from '../../lbry-sdk-client/index.ts'

/** Faults of one moment. A daemon that cannot be reached at all or lets a call run out of time is not waited for here. */
const PASSING: ReadonlySet<string> = new Set<LbryDaemonErrorCode>([
  'LBRY_CONNECTION_LOST',
  'LBRY_HTTP_REFUSED',
  'LBRY_REPLY_MALFORMED',
  'LBRY_LIST_CHANGED',
  'LBRY_HUB_FAILED',
  'LBRY_DAEMON_FAILED',
])
const REPEATS = 4

/** Repeats a read, and nothing else, while its faults may pass. */
export async function askAgain<T>(
  read: () => Promise<T>,
  { retryMs, signal }: { readonly retryMs: number; readonly signal: AbortSignal },
): Promise<T> {
  for (let repeat = 0; ; repeat += 1) {
    try {
      return await read()
    } catch (error) {
      signal.throwIfAborted()
      if (repeat >= REPEATS || !(error instanceof LbryDaemonError) || !PASSING.has(error.code)) throw error
      await wait(retryMs * 2 ** repeat, undefined, { signal })
    }
  }
}

/** More claims than any channel has; a list without an end is not read for ever. */
const MOST_ITEMS = 200_000

/**
 * All of a list at once, so that a fault in the middle of it repeats the whole.
 *
 * @throws {LbryDaemonError} `LBRY_REPLY_TOO_LARGE` for a list of more than 200,000.
 */
export async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) {
    if (all.length === MOST_ITEMS) throw new LbryDaemonError('LBRY_REPLY_TOO_LARGE')
    all.push(item)
  }
  return all
}
