import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ClearError } from './errors.ts'

/** Thrown by {@link BoundedFile} and caught where a file's lint begins: the file asks for more than we give it. */
export class ReadBudgetSpent extends Error {}

/** Headers that lie close together come from one read; 512 is what a disk reads anyway. */
const AHEAD = 512

/** A file of which at most so many bytes are handed out, wherever they lie. */
export class BoundedFile implements AsyncDisposable {
  /** Bytes. */
  readonly size: number
  readonly #handle: FileHandle
  readonly #path: string
  readonly #signal: AbortSignal
  #budget: number
  #ahead: { readonly at: number; readonly bytes: Uint8Array<ArrayBuffer> } = { at: 0, bytes: new Uint8Array(0) }

  constructor(handle: FileHandle, path: string, size: number, budget: number, signal: AbortSignal) {
    this.#handle = handle
    this.#path = path
    this.size = size
    this.#budget = budget
    this.#signal = signal
  }

  /**
   * Reads up to `length` bytes at `at`; fewer only at the end of the file.
   *
   * @throws {ReadBudgetSpent}, {ClearError} `LINT_FILE_UNREADABLE`, or the reason of the signal.
   */
  async read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#signal.throwIfAborted()
    const wanted = Math.max(0, Math.min(length, this.size - at))
    if (wanted > this.#budget) throw new ReadBudgetSpent()
    this.#budget -= wanted
    if (wanted >= AHEAD) return this.#readNow(at, wanted)
    const isAhead = at >= this.#ahead.at && at + wanted <= this.#ahead.at + this.#ahead.bytes.length
    if (!isAhead) this.#ahead = { at, bytes: await this.#readNow(at, Math.min(AHEAD, this.size - at)) }
    return this.#ahead.bytes.slice(at - this.#ahead.at, at - this.#ahead.at + wanted)
  }

  async #readNow(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(Math.max(0, length))
    let have = 0
    while (have < bytes.length) {
      const { bytesRead } = await this.#handle
        .read(bytes, have, bytes.length - have, at + have)
        .catch(unreadable(this.#path))
      if (bytesRead === 0) break
      have += bytesRead
    }
    return bytes.subarray(0, have)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}

/** @param budget - bytes that may be asked for in all. @throws {ClearError} `LINT_FILE_UNREADABLE`. */
export async function openBounded(path: string, budget: number, signal: AbortSignal): Promise<BoundedFile> {
  signal.throwIfAborted()
  // A pipe that took the file's place would otherwise wait for a writer for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(unreadable(path))
  const stats = await handle.stat().catch(unreadable(path))
  if (stats.isFile()) return new BoundedFile(handle, path, stats.size, budget, signal)
  await handle.close()
  return unreadable(path)(new Error('not a regular file'))
}

function unreadable(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new ClearError('LINT_FILE_UNREADABLE', `cannot read ${path} to look for what must not be published`, {
      cause,
      hint: 'Put the file back or make it readable, and run the command again.',
    })
  }
}
