import type { MiddlewareHandler } from 'hono'
import { connectionOf, type ViewEnv } from './connection.ts'
import { ViewError } from './errors.ts'
import type { ServerLimits } from './limits.ts'
import { isLoopback } from './listen.ts'

/**
 * Bounds the answers under way, from the first byte read until the last one is taken or the connection ends, because
 * each holds memory for as long as its reader likes. Addresses are kept only for as long as an answer lasts.
 *
 * @param onBegin - told of each answer that is let in; what it gives is called when that one has ended.
 */
export function admission(
  limits: Pick<ServerLimits, 'answers' | 'answersPerAddress'>,
  onBegin: () => () => void = () => () => undefined,
): MiddlewareHandler<ViewEnv> {
  let all = 0
  const byAddress = new Map<string, number>()
  return async (c, next) => {
    const { incoming, outgoing } = connectionOf(c)
    const address = countedAddress(incoming?.socket.remoteAddress)
    const here = address === undefined ? 0 : (byAddress.get(address) ?? 0)
    if (all >= limits.answers || here >= limits.answersPerAddress)
      throw new ViewError('SERVER_BUSY', 'too many answers are under way; ask again in a moment')
    all += 1
    if (address !== undefined) byAddress.set(address, here + 1)
    const onEnd = onBegin()
    const leave = once(() => {
      onEnd()
      all -= 1
      if (address !== undefined) decrease(byAddress, address)
    })
    outgoing?.once('close', leave)
    try {
      await next()
    } finally {
      // Without a connection (in tests, or when it ended meanwhile) nobody takes the answer.
      if (outgoing === undefined || outgoing.destroyed) leave()
    }
  }
}

function countedAddress(address: string | undefined): string | undefined {
  const plain = address?.replace(/^::ffff:/, '')
  return plain === undefined || isLoopback(plain) ? undefined : plain
}

function decrease(counts: Map<string, number>, key: string): void {
  const count = counts.get(key) ?? 0
  if (count <= 1) counts.delete(key)
  else counts.set(key, count - 1)
}

function once(act: () => void): () => void {
  let done = false
  return () => {
    if (!done) act()
    done = true
  }
}
