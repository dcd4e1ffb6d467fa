import { createHash } from 'node:crypto'
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
  if (file.sizeBytes !== bytes) {
    await file[Symbol.asyncDispose]()
    throw new LbryStreamError('STREAM_FILE_CHANGED', 'the file has another size than it had')
  }
  return passing(file, bytes)
}

function passing(file: LocalFile, bytes: number): PassingFile {
  const hash = createHash('sha384')
  let hashedTo = 0
  let newest = 0
  const read = async (from: number, to: number): Promise<Uint8Array> => {
    // Never the same memory twice: a socket keeps what it was given until it is gone.
    const chunk = Buffer.allocUnsafeSlow(to - from)
    await file.read(chunk, from)
    return chunk
  }
  const take = (chunk: Uint8Array, from: number): void => {
    if (from > hashedTo || from + chunk.length <= hashedTo) return
    hash.update(chunk.subarray(hashedTo - from))
    hashedTo = from + chunk.length
  }
  async function* run(from: number, to: number, isOver: () => boolean): AsyncGenerator<Uint8Array, void, undefined> {
    let next = read(from, Math.min(from + READ_BYTES, to))
    for (let at = from; at < to; ) {
      const chunk = await next
      const end = at + chunk.length
      // One ahead, so that disk and line work at the same time.
      if (end < to) next = read(end, Math.min(end + READ_BYTES, to))
      next.catch(() => undefined)
      // Another part was asked for meanwhile: what this one reads is of no use.
      if (isOver()) return
      take(chunk, at)
      at = end
      yield chunk
    }
  }
  const catchUp = async (to: number, isOver: () => boolean, onRead: () => void): Promise<void> => {
    while (hashedTo < to && !isOver()) {
      take(await read(hashedTo, Math.min(hashedTo + READ_BYTES, to)), hashedTo)
      onRead()
    }
  }
  return {
    part(start, end) {
      newest += 1
      const mine = newest
      const isOver = (): boolean => mine !== newest
      return {
        bytes: end - start,
        async *stream(onMove) {
          await catchUp(start, isOver, onMove)
          for await (const chunk of run(start, end, isOver)) {
            onMove()
            yield chunk
          }
        },
      }
    },
    async finish(signal) {
      newest += 1
      const never = (): boolean => false
      await catchUp(bytes, never, () => signal.throwIfAborted())
      await file.assertUnchanged()
      return hash.digest('hex')
    },
    async [Symbol.asyncDispose]() {
      newest += 1
      await file[Symbol.asyncDispose]()
    },
  }
}
