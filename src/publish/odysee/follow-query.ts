import { setTimeout as wait } from 'node:timers/promises'
import { PublishError } from '../errors.ts'
import { type Looked, lookAtQuery } from './asynqueries.ts'
import type { Service } from './service.ts'

export interface FollowedQuery {
  readonly id: string
  readonly method: 'stream_create' | 'stream_update'
  /** Unix milliseconds at which it was made: an old one is looked at once. */
  readonly since: number
}

/**
 * Looks at a query until it has ended, for as long as the timing says.
 *
 * @returns `unknown` only after the service said so again and again, because a new query can be unknown for a moment.
 * @throws {PublishError} also for what cannot be read, again only after several looks.
 */
export async function followQuery(service: Service, query: FollowedQuery, signal: AbortSignal): Promise<Looked> {
  const { firstPollMs, pollMs, pollForMs, retryMs } = service.timing
  const until = query.since + pollForMs
  let misses = 0
  for (let pause = firstPollMs; ; ) {
    await wait(pause, undefined, { signal })
    const retry = retryMs[misses]
    const looked = await lookOnce(service, query, signal, retry === undefined)
    if (looked?.kind === 'done' || looked?.kind === 'failed') return looked
    const isMiss = looked === undefined || looked.kind === 'unknown'
    if (isMiss && retry === undefined) return { kind: 'unknown' }
    if (looked?.kind === 'pending' && service.now() >= until) return looked
    misses = isMiss ? misses + 1 : 0
    pause = isMiss ? (retry ?? pollMs) : pollMs
  }
}

/** @returns nothing for an answer that nobody can read, unless it is the last try. */
async function lookOnce(
  service: Service,
  { id, method }: FollowedQuery,
  signal: AbortSignal,
  isLast: boolean,
): Promise<Looked | undefined> {
  try {
    return await lookAtQuery(service, id, method, signal)
  } catch (error) {
    const isGarbled =
      error instanceof PublishError && (error.code === 'CLAIM_UNSURE' || error.code === 'TARGET_ANSWER_UNKNOWN')
    if (isLast || !isGarbled) throw error
    return undefined
  }
}
