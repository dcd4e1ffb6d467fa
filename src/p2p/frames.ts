import type { Stream } from '@libp2p/interface'
import type { ByteBudget } from './byte-budget.ts'
import { chunksOf } from './chunks.ts'
import { HeldBytes } from './held-bytes.ts'
import { FREE_MESSAGE_BYTES } from './limits.ts'

export interface FrameLimits {
  /** Bytes of one message; a longer one ends the stream. */
  readonly messageBytes: number
  /** Time in which a message for which room was lent must have arrived. */
  readonly stallMs: number
}

/** Bytes of a length: 1 MiB needs three. */
const MAX_LENGTH_BYTES = 4

/**
 * The messages of a stream, each with its length before it; the bytes are valid until the next one is asked for. The peer
 * is held back while a message is worked on: the stream is paused, so that its window stays shut.
 *
 * @param room - what the messages of all peers may take together; small ones need none of it.
 * @throws {Error} for a message that is too long or comes too slowly, and when the stream breaks.
 */
export async function* readFrames(
  stream: Stream,
  { messageBytes, stallMs }: FrameLimits,
  room: ByteBudget,
): AsyncGenerator<Uint8Array, void, undefined> {
  const held = new HeldBytes()
  let lent: Disposable | undefined
  try {
    for await (const chunk of chunksOf(stream)) {
      held.append(chunk)
      for (let frame = firstFrame(held.bytes, messageBytes); frame !== undefined; ) {
        const { start, end } = frame
        if (held.bytes.length < end) {
          if (end > FREE_MESSAGE_BYTES) lent ??= await lend(stream, room, end, stallMs)
          break
        }
        yield held.bytes.subarray(start, end)
        lent?.[Symbol.dispose]()
        lent = undefined
        held.drop(end)
        frame = firstFrame(held.bytes, messageBytes)
      }
    }
  } finally {
    lent?.[Symbol.dispose]()
  }
}

/** Room for one message, twice its length because what is held grows by doubling; first come, first served. Who then lets it lie empty loses the stream. */
async function lend(stream: Stream, room: ByteBudget, bytes: number, stallMs: number): Promise<Disposable> {
  const giveBack = await room.take(2 * bytes, AbortSignal.timeout(stallMs))
  const stalled = setTimeout(() => stream.abort(new Error('a message comes too slowly')), stallMs)
  return {
    [Symbol.dispose]() {
      clearTimeout(stalled)
      giveBack()
    },
  }
}

function firstFrame(held: Uint8Array, maxBytes: number): { readonly start: number; readonly end: number } | undefined {
  let length = 0
  for (let at = 0; at < held.length; at += 1) {
    const byte = held[at] ?? 0
    if (at === MAX_LENGTH_BYTES) throw new RangeError('the length of a message is no length')
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (length > maxBytes) throw new RangeError('a message is too long')
    if (byte <= 0x7f) return { start: at + 1, end: at + 1 + length }
  }
  return undefined
}
