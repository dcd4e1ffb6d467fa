import { setTimeout as wait } from 'node:timers/promises'

/** How long things that take their time are waited for. */
export interface LbryWaits {
  /** Longest wait of one item for a block: they come every 2.5 minutes, and sometimes after half an hour. @default 40 minutes */
  readonly blockMs: number
  /** Longest look for the claim of a call whose answer was lost. @default 2 minutes */
  readonly lookMs: number
  /** Between two looks. @default 5 seconds */
  readonly pollMs: number
  /** Before a read that failed is repeated; doubles four times. @default 0.5 seconds */
  readonly retryMs: number
  /**
   * How long a call whose answer was lost may still be at work in the daemon: until then its item is not sent again.
   *
   * @default 5 minutes, and 1 second for every 5 MB, at which the slowest computers hash and encrypt
   */
  readonly unansweredMs?: number
  /** Longest wait for one answer. @default as long as each call may take: hours for a file that is large enough */
  readonly answerMs?: number
}

export const DEFAULT_WAITS: LbryWaits = { blockMs: 2_400_000, lookMs: 120_000, pollMs: 5_000, retryMs: 500 }

const UNANSWERED_MS = 300_000
const SLOWEST_BYTES_A_MS = 5_000

export function unansweredMs(waits: LbryWaits, fileBytes: number): number {
  return waits.unansweredMs ?? UNANSWERED_MS + Math.ceil(fileBytes / SLOWEST_BYTES_A_MS)
}

/**
 * Looks until there is something to see.
 *
 * @returns `undefined` when time is up; it has looked at least once, and once at the very end.
 */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  { forMs, everyMs, signal }: { readonly forMs: number; readonly everyMs: number; readonly signal: AbortSignal },
): Promise<T | undefined> {
  const end = performance.now() + forMs
  for (;;) {
    const left = end - performance.now()
    const seen = await look()
    if (seen !== undefined || left <= 0) return seen
    await wait(Math.min(everyMs, Math.max(left, 1)), undefined, { signal })
  }
}
