import { setTimeout as wait } from 'node:timers/promises'
import { type Looked, lookAtQuery } from './asynqueries.ts'
import type { Service } from './service.ts'

/**
 * Looks at a query until it has ended, for as long as the timing says.
 *
 * @param since - unix milliseconds at which it was made: an old one is looked at once.
 * @returns `unknown` only after the service said so again and again, because a new query can be unknown for a moment.
 * @throws {PublishError}
 */
export async function followQuery(
  service: Service,
  {
    id,
    method,
    since,
  }: { readonly id: string; readonly method: 'stream_create' | 'stream_update'; readonly since: number },
  signal: AbortSignal,
): Promise<Looked> {
  const { firstPollMs, pollMs, pollForMs, retryMs } = service.timing
  const until = since + pollForMs
  let unknown = 0
  for (let pause = firstPollMs; ; ) {
    await wait(pause, undefined, { signal })
    const looked = await lookAtQuery(service, id, method, signal)
    if (looked.kind === 'done' || looked.kind === 'failed') return looked
    const retry = looked.kind === 'unknown' ? retryMs[unknown] : undefined
    unknown = looked.kind === 'unknown' ? unknown + 1 : 0
    if (looked.kind === 'unknown' && retry === undefined) return looked
    if (looked.kind === 'pending' && service.now() >= until) return looked
    pause = retry ?? pollMs
  }
}
