import type { Connection, Stream } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'
import { HoldfastError, type Problem, problemOf } from '../model/errors.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { P2pContent } from './content.ts'
import { drained } from './drained.ts'
import { readFrames } from './frames.ts'
import { FULL_MESSAGE_BYTES, MAX_BLOCK_BYTES, MESSAGE_BYTES, type P2pLimits } from './limits.ts'
import { type Answer, encodeAnswers, readWants, type Want } from './message.ts'

export const BITSWAP = '/ipfs/bitswap/1.2.0'
/** Source: multicodec table, `identity`: the CID holds the bytes themselves, so nobody needs them from here. */
const IDENTITY = 0x00
/** Answers without a block in one message; each has at most a hundred bytes. */
const ANSWERS_A_MESSAGE = 512

export interface SessionParts {
  readonly content: P2pContent
  readonly limits: P2pLimits
  /** For blocks on their way out. */
  readonly budget: ByteBudget
  /** For messages on their way in. */
  readonly incoming: ByteBudget
  readonly onProblem: (problem: Problem) => void
}

/**
 * Answers the wants of one connection, in their order, from what is here. A want is forgotten once it is answered: what
 * is not had is not remembered, and nothing is ever asked of anybody.
 */
export class Session {
  /** When the peer last said something, or took something; milliseconds of `performance.now()`. */
  activeAt: number = performance.now()
  readonly #connection: Connection
  readonly #parts: SessionParts
  readonly #ended = new AbortController()
  readonly #wants = new Map<string, Want>()
  #room: () => void = () => undefined
  #stream: Stream | undefined
  #sending = false

  constructor(connection: Connection, parts: SessionParts) {
    this.#connection = connection
    this.#parts = parts
    connection.addEventListener('close', () => this.end(), { once: true })
  }

  end(): void {
    this.#wants.clear()
    this.#ended.abort()
    this.#room()
  }

  /** Reads wants until the peer closes the stream. While too many wait for their answer, nothing is read. */
  async receive(stream: Stream): Promise<void> {
    try {
      for await (const message of readFrames(stream, this.#parts.limits, this.#parts.incoming)) {
        this.activeAt = performance.now()
        for (const want of readWants(message)) await this.#add(want)
      }
      await stream.close()
    } catch (error) {
      // Whatever a peer sends wrong is its own affair: it loses the stream.
      stream.abort(error instanceof Error ? error : new Error('the stream broke'))
    }
  }

  async #add(want: Want): Promise<void> {
    const key = want.cid.toString()
    if (want.cancel) {
      this.#wants.delete(key)
      return
    }
    while (this.#wants.size >= this.#parts.limits.wants && !this.#wants.has(key)) {
      await new Promise<void>((resolve) => {
        this.#room = resolve
      })
      this.#ended.signal.throwIfAborted()
    }
    this.#ended.signal.throwIfAborted()
    const before = this.#wants.get(key)
    // A question after the block itself must not take the block back.
    if (before === undefined || before.haveOnly) this.#wants.set(key, want)
    void this.#answerAll()
  }

  async #answerAll(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    try {
      // Wants of one message come one after the other; they are answered together.
      await new Promise(setImmediate)
      while (this.#wants.size > 0) await this.#answerSome()
    } catch (error) {
      this.#connection.abort(error instanceof Error ? error : new Error('sending failed'))
      this.end()
    } finally {
      this.#sending = false
    }
  }

  async #answerSome(): Promise<void> {
    const giveBack = await this.#parts.budget.take(MESSAGE_BYTES, this.#ended.signal)
    try {
      const answers: Answer[] = []
      let bytes = 0
      for (const [key, want] of this.#wants) {
        this.#wants.delete(key)
        const answer = await this.#answer(want)
        if (answer !== undefined) answers.push(answer)
        if (answer?.kind === 'block') bytes += answer.bytes.length
        if (bytes >= FULL_MESSAGE_BYTES || answers.length >= ANSWERS_A_MESSAGE) break
      }
      this.#room()
      if (answers.length > 0) await this.#send(encodeAnswers(answers))
    } finally {
      giveBack()
    }
  }

  async #answer({ cid, haveOnly, sendDontHave }: Want): Promise<Answer | undefined> {
    const bytes = this.#isServed(cid) ? (haveOnly ? true : await this.#read(cid)) : undefined
    if (bytes === true) return { kind: 'have', cid }
    if (bytes !== undefined) return { kind: 'block', cid, bytes }
    return sendDontHave ? { kind: 'dont-have', cid } : undefined
  }

  #isServed(cid: CID): boolean {
    return cid.multihash.code !== IDENTITY && this.#parts.content.isServed(cid)
  }

  async #read(cid: CID): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.#parts.content.readBlock(cid, { signal: this.#ended.signal })
      return bytes.length > MAX_BLOCK_BYTES ? undefined : bytes
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      this.#parts.onProblem(problemOf(error))
      return undefined
    }
  }

  /** Resolves once the operating system has taken all of it, so that what is not sent is never more than one message. */
  async #send(parts: readonly Uint8Array[]): Promise<void> {
    const signal = this.#ended.signal
    if (this.#stream === undefined || this.#stream.status !== 'open')
      this.#stream = await this.#connection.newStream(BITSWAP, { signal })
    const stream = this.#stream
    for (const part of parts) {
      stream.send(part)
      while (stream.writableNeedsDrain || stream.writeBufferLength > 0)
        await drained(stream, this.#parts.limits.stallMs, signal)
    }
    this.activeAt = performance.now()
  }
}
