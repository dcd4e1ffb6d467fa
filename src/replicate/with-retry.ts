import { setTimeout as sleep } from 'node:timers/promises'
import type { PinEngine } from './engine.ts'
import { ReplicateError } from './errors.ts'

export interface RetryOptions {
  /** Pauses before each further try. @default [500, 2000] */
  readonly pausesMs?: readonly number[]
  /** The longest that an engine is obeyed when it asks to wait; beyond it the next run tries. @default 60000 */
  readonly maxPauseMs?: number
}

/** An engine around an engine: what may pass by itself is tried again, a little later. Every call of the port is safe to repeat. */
export function withRetry(engine: PinEngine, options: RetryOptions = {}): PinEngine {
  const { pausesMs = [500, 2_000], maxPauseMs = 60_000 } = options
  const retried = async <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
    for (const pause of pausesMs) {
      try {
        return await call()
      } catch (error) {
        const pauseMs = pauseAfter(error, pause)
        if (pauseMs === undefined || pauseMs > maxPauseMs) throw error
        await sleep(pauseMs, undefined, { signal })
      }
    }
    return call()
  }
  const { statuses } = engine
  return {
    name: engine.name,
    ...(statuses === undefined ? {} : { statuses: (roots, signal) => retried(signal, () => statuses(roots, signal)) }),
    ...(engine.isUnreadable === true ? { isUnreadable: true } : {}),
    ...(engine.isReadOnly === true ? { isReadOnly: true } : {}),
    prepare: (signal) => retried(signal, () => engine.prepare(signal)),
    pin: (request, pin) => retried(pin.signal, () => engine.pin(request, pin)),
    status: (root, signal) => retried(signal, () => engine.status(root, signal)),
    remove: (root, signal) => retried(signal, () => engine.remove(root, signal)),
    readBlock: (root, cid, signal) => retried(signal, () => engine.readBlock(root, cid, signal)),
  }
}

function pauseAfter(error: unknown, pause: number): number | undefined {
  if (!(error instanceof ReplicateError)) return undefined
  if (error.code === 'ENGINE_BUSY') return Math.max(pause, error.retryAfterMs ?? 0)
  return error.code === 'ENGINE_UNREACHABLE' ? pause : undefined
}
