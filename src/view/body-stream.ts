import { ReadableStream, type UnderlyingSource } from 'node:stream/web'

/** What a stream needs to know of the answer that it is the body of. */
export interface StreamFate {
  /** Called once, before the answer is made; what it gives is told of bytes as they are handed on. */
  begin(): (bytes: number) => void
  /** Cuts the connection, because the bytes end before they should. False when there is none to cut. */
  cut(): boolean
  /** Tells the operator. */
  report(error: unknown): void
}

/** Bytes held ready beyond the one chunk that is being sent. */
const AHEAD_BYTES = 256 * 1024

/**
 * Turns chunks into the body of an answer, pulled only as fast as the reader takes them.
 *
 * The first chunk is made before this resolves, so that a fault found there can still become an honest status. A later
 * fault cuts the connection: neither a reader nor a cache may take what was sent for the whole.
 *
 * @throws what the first chunk throws.
 */
export async function bodyStream(
  chunks: AsyncIterable<Uint8Array>,
  fate: StreamFate,
): Promise<ReadableStream<Uint8Array>> {
  const iterator = chunks[Symbol.asyncIterator]()
  let primed: IteratorResult<Uint8Array> | undefined = await iterator.next()
  const onSent = fate.begin()
  const source: UnderlyingSource<Uint8Array> = {
    async pull(controller) {
      try {
        const next = primed ?? (await iterator.next())
        primed = undefined
        if (next.done === true) return controller.close()
        controller.enqueue(next.value)
        onSent(next.value.length)
      } catch (error) {
        fate.report(error)
        // The cause stays here: what errors a stream may be printed by whoever reads it.
        if (!fate.cut()) controller.error(new Error('the answer was cut short'))
      }
    },
    async cancel() {
      await iterator.return?.()
    },
  }
  return new ReadableStream(source, { highWaterMark: AHEAD_BYTES, size: (chunk) => chunk?.byteLength ?? 0 })
}
