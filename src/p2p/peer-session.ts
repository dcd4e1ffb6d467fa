import type { Connection, Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import type { AskLimits } from './ask-limits.ts'
import { type Asked, encodeAsked } from './asking.ts'
import type { ByteBudget } from './byte-budget.ts'
import { drained } from './drained.ts'
import { P2pError } from './errors.ts'
import { readFrames } from './frames.ts'
import { orAborted } from './or-aborted.ts'
import { misbehaves, type PendingBlocks } from './pending-blocks.ts'
import { BITSWAP } from './session.ts'

/** Lines of one want-list; each has at most 50 bytes. */
const LINES_A_MESSAGE = 256
/** Looks at the clock so often within the time that a peer may be silent. */
const LOOKS = 4

export interface PeerSessionParts {
  readonly limits: AskLimits
  /** For messages on their way in, from this peer. */
  readonly incoming: ByteBudget
  /** Outlives the connection, because answers to wants of the one before may come over the next one. */
  readonly pending: PendingBlocks
}

/** Asks over one connection: want-lists go out on one stream, and the peer answers on streams that it opens. */
export class PeerSession {
  readonly #connection: Connection
  readonly #parts: PeerSessionParts
  readonly #ended = new AbortController()
  readonly #unsent = new Map<string, Asked>()
  readonly #clock: NodeJS.Timeout
  /** Milliseconds of `performance.now()`: of any byte, of an answer that was waited for, of the first want that is open. */
  #heardAt = 0
  #usefulAt = 0
  #waitsSince = 0
  #stream: Stream | undefined
  #fault: P2pError | undefined
  #isLost = false
  #sending = false

  constructor(connection: Connection, parts: PeerSessionParts) {
    this.#connection = connection
    this.#parts = parts
    this.#clock = setInterval(() => void this.#look(), parts.limits.idleMs / LOOKS).unref()
    connection.addEventListener('close', () => this.#lose(unreachable('went away')), { once: true })
  }

  /** Why it ended; undefined while it can be asked. */
  get fault(): P2pError | undefined {
    return this.#fault
  }

  /** Whether it ended because the connection was gone or took no question, as happens to those that were idle. */
  get isLost(): boolean {
    return this.#isLost
  }

  isOver(connection: Connection): boolean {
    return this.#connection === connection
  }

  /** @throws {P2pError} `PEER_UNREACHABLE`, `PEER_MISBEHAVES`. */
  async ask(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
    signal.throwIfAborted()
    if (this.#fault !== undefined) throw this.#fault
    const { pending } = this.#parts
    if (pending.size === 0) this.#waitsSince = performance.now()
    const { answer, isNew } = pending.ask(cid)
    if (isNew) this.#send({ cid, cancel: false })
    try {
      return await orAborted(answer, signal)
    } catch (error) {
      if (signal.aborted && pending.leave(cid) && this.#fault === undefined) this.#send({ cid, cancel: true })
      throw error
    }
  }

  /** Reads answers until the peer closes the stream, or breaks the rules. */
  async receive(stream: Stream): Promise<void> {
    const { limits, incoming, pending } = this.#parts
    stream.addEventListener('message', () => {
      this.#heardAt = performance.now()
    })
    try {
      for await (const message of readFrames(stream, limits, incoming)) {
        if (this.#fault !== undefined) break
        if (pending.take(message)) this.#usefulAt = performance.now()
      }
      await stream.close()
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error('the stream broke'))
      if (error instanceof P2pError) this.end(error)
      else if (error instanceof RangeError) this.end(misbehaves('sent a message that is too long', error))
    }
  }

  /** Whoever waits is told why. May be called again. */
  end(error: P2pError): void {
    if (this.#fault !== undefined) return
    this.#fault = error
    clearInterval(this.#clock)
    this.#ended.abort(error)
    this.#unsent.clear()
    this.#parts.pending.fail(error)
    this.#connection.abort(error)
  }

  #lose(fault: P2pError): void {
    this.#isLost ||= this.#fault === undefined
    this.end(fault)
  }

  #send(asked: Asked): void {
    const name = asked.cid.toString()
    // What was never sent need not be taken back.
    if (asked.cancel && this.#unsent.delete(name)) return
    this.#unsent.set(name, asked)
    void this.#sendAll()
  }

  async #sendAll(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    const { signal } = this.#ended
    try {
      // Wants that come together go together.
      await new Promise(setImmediate)
      while (this.#unsent.size > 0 && !signal.aborted) {
        const lines = [...this.#unsent].slice(0, LINES_A_MESSAGE)
        const stream = await this.#outgoing()
        for (const [name] of lines) this.#unsent.delete(name)
        stream.send(encodeAsked(lines.map(([, asked]) => asked)))
        while (stream.writableNeedsDrain) await drained(stream, this.#parts.limits.idleMs, signal)
      }
    } catch (cause) {
      this.#lose(unreachable('takes no questions over Bitswap 1.2.0', cause))
    } finally {
      this.#sending = false
    }
  }

  async #outgoing(): Promise<Stream> {
    if (this.#stream?.status === 'open') return this.#stream
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(this.#parts.limits.idleMs)])
    this.#stream = await this.#connection.newStream(BITSWAP, { signal })
    return this.#stream
  }

  async #look(): Promise<void> {
    if (this.#silence() === undefined) return
    // This process may have been busy itself: what came meanwhile is taken first.
    await new Promise(setImmediate)
    const silence = this.#silence()
    if (silence !== undefined) this.end(unreachable(silence))
  }

  #silence(): string | undefined {
    const { pending, limits } = this.#parts
    if (pending.size === 0) return undefined
    const now = performance.now()
    if (now - Math.max(this.#heardAt, this.#waitsSince) > limits.idleMs) return 'says nothing'
    return now - Math.max(this.#usefulAt, this.#waitsSince) > limits.stallMs
      ? 'gives nothing that it was asked for'
      : undefined
  }
}

/** @param what - goes on after "the peer". */
export function unreachable(what: string, cause?: unknown): P2pError {
  return new P2pError('PEER_UNREACHABLE', `the peer ${what}`, {
    hint: 'it may be away: run the same command again later, and ask whoever runs it when it stays so',
    cause,
  })
}
