import { createHash, type Hash } from 'node:crypto'
import { LbryStreamError } from '../../lbry-sdk-client/stream/errors.ts'
import { type LocalFile, openLocalFile } from '../../lbry-sdk-client/stream/local-file.ts'
import type { MovingBody } from './exchange.ts'

const READ_BYTES = 262_144

/** A file on its way out, hashed in the order of its bytes whatever is sent again. */
export interface PassingFile extends AsyncDisposable {
  /** Bytes from `start` to before `end`; what stands before them and was not hashed yet is read first. */
  part(start: number, end: number): MovingBody
  /**
   * SHA-384 of all of it, in hexadecimal; reads what has not passed.
   *
   * @throws {LbryStreamError} `STREAM_FILE_CHANGED` when the file is not what it was when it was opened.
   */
  finish(signal: AbortSignal): Promise<string>
}

/** @throws {LbryStreamError} `STREAM_FILE_UNREADABLE`; `STREAM_FILE_CHANGED` when it has another size. */
export async function openPassingFile(path: string, bytes: number): Promise<PassingFile> {
  const file = await openLocalFile(path)
  if (file.sizeBytes === bytes) return new Passing(file)
  await file[Symbol.asyncDispose]()
  throw new LbryStreamError('STREAM_FILE_CHANGED', 'the file has another size than it had')
}

class Passing implements PassingFile {
  private readonly file: LocalFile
  private readonly hash: Hash = createHash('sha384')
  /** Everything before has been hashed. */
  private hashedTo = 0
  /** Of the parts that were asked for; an older one may still be reading when the next is, and has to stop. */
  private newest = 0

  constructor(file: LocalFile) {
    this.file = file
  }

  part(start: number, end: number): MovingBody {
    this.newest += 1
    const mine = this.newest
    const isOver = (): boolean => mine !== this.newest
    return { bytes: end - start, stream: (onMove) => this.send(start, end, isOver, onMove) }
  }

  async finish(signal: AbortSignal): Promise<string> {
    this.newest += 1
    const never = (): boolean => false
    await this.catchUp(this.file.sizeBytes, never, () => signal.throwIfAborted())
    await this.file.assertUnchanged()
    return this.hash.digest('hex')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.newest += 1
    await this.file[Symbol.asyncDispose]()
  }

  private async *send(
    start: number,
    end: number,
    isOver: () => boolean,
    onMove: () => void,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    await this.catchUp(start, isOver, onMove)
    let next = this.read(start, end)
    for (let at = start; at < end; ) {
      const chunk = await next
      const rest = at + chunk.length
      // One ahead, so that disk and line work at the same time.
      if (rest < end) next = this.read(rest, end)
      next.catch(() => undefined)
      if (isOver()) return
      this.take(chunk, at)
      at = rest
      onMove()
      yield chunk
    }
  }

  private async catchUp(to: number, isOver: () => boolean, onRead: () => void): Promise<void> {
    while (this.hashedTo < to && !isOver()) {
      this.take(await this.read(this.hashedTo, to), this.hashedTo)
      onRead()
    }
  }

  private async read(from: number, end: number): Promise<Uint8Array> {
    // Never the same memory twice: a socket keeps what it was given until it is gone.
    const chunk = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, end - from))
    await this.file.read(chunk, from)
    return chunk
  }

  private take(chunk: Uint8Array, from: number): void {
    if (from > this.hashedTo || from + chunk.length <= this.hashedTo) return
    this.hash.update(chunk.subarray(this.hashedTo - from))
    this.hashedTo = from + chunk.length
  }
}
