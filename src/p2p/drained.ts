import type { Stream } from '@libp2p/interface'

/** libp2p's `onDrain` resolves at once after it did so the first time, so the event itself is awaited. */
export async function drained(stream: Stream, stallMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onDrain = (): void => resolve()
  const onEnd = (): void => reject(new Error('the peer went away'))
  const stalled = setTimeout(() => reject(new Error('the peer takes nothing')), stallMs)
  stream.addEventListener('drain', onDrain)
  stream.addEventListener('close', onEnd)
  signal.addEventListener('abort', onEnd)
  try {
    await promise
    // What is left goes on in a microtask after the event.
    await new Promise(setImmediate)
  } finally {
    clearTimeout(stalled)
    stream.removeEventListener('drain', onDrain)
    stream.removeEventListener('close', onEnd)
    signal.removeEventListener('abort', onEnd)
  }
}
