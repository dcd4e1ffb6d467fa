import { hash } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { HoldfastError } from '../model/errors.ts'
import { readTold, type Told } from './asking.ts'
import { P2pError } from './errors.ts'
import { MAX_BLOCK_BYTES } from './limits.ts'

/** Names of what was asked last: an answer may still be on its way when a want is taken back. */
const REMEMBERED = 4_096

interface Pending {
  readonly promise: Promise<Uint8Array | undefined>
  readonly resolve: (bytes: Uint8Array | undefined) => void
  readonly reject: (error: unknown) => void
  waiting: number
}

/**
 * The blocks that one peer was asked for, and what it says to that. A block is given on only when it has the SHA-256 that
 * was asked for, and everything else that comes is thrown away.
 */
export class PendingBlocks {
  readonly #pending = new Map<string, Pending>()
  readonly #asked = new Set<string>()
  readonly #lateBytes: number
  #late = { bytes: 0, answers: 0 }

  /** @param lateBytes - of blocks that come again, after which that is a fault. */
  constructor(lateBytes: number) {
    this.#lateBytes = lateBytes
  }

  get size(): number {
    return this.#pending.size
  }

  /** @returns the block, verified, or nothing when the peer says that it has none; `isNew` when it has to be asked for. */
  ask(cid: CID): { readonly answer: Promise<Uint8Array | undefined>; readonly isNew: boolean } {
    const name = nameOf(cid)
    const known = this.#pending.get(name)
    const pending = known ?? { ...Promise.withResolvers<Uint8Array | undefined>(), waiting: 0 }
    pending.waiting += 1
    this.#pending.set(name, pending)
    this.#remember(name)
    return { answer: pending.promise, isNew: known === undefined }
  }

  /** @returns whether nobody waits for it any more, so that the want is to be taken back. */
  leave(cid: CID): boolean {
    const pending = this.#pending.get(nameOf(cid))
    if (pending === undefined) return false
    pending.waiting -= 1
    return pending.waiting === 0 && this.#pending.delete(nameOf(cid))
  }

  /**
   * Takes what stands in one message.
   *
   * @param message - not kept.
   * @returns whether anything in it was waited for.
   * @throws {P2pError} `PEER_MISBEHAVES` for bytes that are no message, and for blocks that were never asked for.
   */
  take(message: Uint8Array): boolean {
    let isUseful = false
    try {
      for (const told of readTold(message)) isUseful = this.#takeOne(told) || isUseful
    } catch (cause) {
      if (cause instanceof HoldfastError) throw cause
      throw misbehaves('sent what is no Bitswap message', cause)
    }
    if (isUseful) this.#late = { bytes: 0, answers: 0 }
    return isUseful
  }

  fail(error: unknown): void {
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }

  #takeOne(told: Told): boolean {
    if (told.kind === 'block') {
      if (told.bytes.length > MAX_BLOCK_BYTES) throw misbehaves('sent a block that is larger than blocks are')
      return this.#settle(hash('sha256', told.bytes, 'hex'), told.bytes)
    }
    // Having it is not what was asked: the block itself must come.
    return told.kind === 'have' ? this.#pass(nameOf(told.cid), 0) : this.#settle(nameOf(told.cid), undefined)
  }

  #settle(name: string, bytes: Uint8Array | undefined): boolean {
    const pending = this.#pending.get(name)
    if (pending === undefined) return this.#pass(name, bytes?.length ?? 0)
    this.#pending.delete(name)
    // A copy: what came in the same message must not stay in memory with it.
    pending.resolve(bytes?.slice())
    return true
  }

  /** What is not waited for: late, or again, or never asked for. @returns false */
  #pass(name: string, bytes: number): false {
    if (!this.#asked.has(name)) throw misbehaves('gave something else than what it was asked for')
    this.#late = { bytes: this.#late.bytes + bytes, answers: this.#late.answers + 1 }
    if (this.#late.bytes > this.#lateBytes || this.#late.answers > REMEMBERED)
      throw misbehaves('gives the same again and again')
    return false
  }

  #remember(name: string): void {
    this.#asked.delete(name)
    this.#asked.add(name)
    const [oldest] = this.#asked
    if (this.#asked.size > REMEMBERED && oldest !== undefined) this.#asked.delete(oldest)
  }
}

/** The digest, hex: of what is asked for every hash is SHA-256. */
function nameOf({ multihash }: CID): string {
  return Buffer.from(multihash.digest).toString('hex')
}

/** @param what - goes on after "the peer". */
export function misbehaves(what: string, cause?: unknown): P2pError {
  return new P2pError('PEER_MISBEHAVES', `the peer ${what}`, {
    hint: 'nothing of it was kept, and it is not asked again in this run: ask whoever runs it, or name another peer',
    cause,
  })
}
