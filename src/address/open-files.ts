import type { FileHandle } from 'node:fs/promises'
import { type FileStat, openRegular, statOf } from './open-file.ts'

/** Files kept open for the next read; a process may have 1,024 by default on Linux, 256 on macOS. */
const KEPT_OPEN = 64
/** A file that nobody reads is closed after this time, so that its disk can be taken away. */
const IDLE_MS = 3000

interface Entry {
  readonly handle: FileHandle
  users: number
  kept: boolean
  usedAt: number
}

/** Open descriptors of the archive's files: reading a film block by block opens it once, not a thousand times. */
export class OpenFiles implements AsyncDisposable {
  readonly #entries = new Map<string, Entry>()
  #timer: NodeJS.Timeout | undefined

  /**
   * Hands an open file and what it looks like now to `read`. A kept descriptor is used only while it still is what
   * `isExpected` says; otherwise the path is opened anew, because another file may have taken its place.
   *
   * @throws {AddressError} `NOT_A_FILE`, `FILE_UNREADABLE`, and whatever `read` throws.
   */
  async use<T>(
    path: string,
    isExpected: (stat: FileStat) => boolean,
    read: (file: FileHandle, stat: FileStat) => Promise<T>,
  ): Promise<T> {
    const kept = this.#entries.get(path)
    if (kept !== undefined) {
      kept.users++
      this.#keep(path, kept)
      try {
        const stat = statOf(await kept.handle.stat({ bigint: true }))
        if (isExpected(stat)) return await read(kept.handle, stat)
        this.#forget(path, kept)
      } finally {
        await this.#release(kept)
      }
    }
    const { handle, stat } = await openRegular(path)
    const entry: Entry = { handle, users: 1, kept: false, usedAt: 0 }
    if (isExpected(stat) && !this.#entries.has(path)) this.#keep(path, entry)
    try {
      return await read(handle, stat)
    } finally {
      await this.#release(entry)
    }
  }

  /** Closes what nobody reads; a file in use is closed by its last reader. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    await this.#close([...this.#entries])
  }

  /** Puts an entry last, so that the map lists first what was used longest ago. */
  #keep(path: string, entry: Entry): void {
    entry.kept = true
    entry.usedAt = performance.now()
    this.#entries.delete(path)
    this.#entries.set(path, entry)
    this.#timer ??= setTimeout(() => void this.#closeIdle(), IDLE_MS).unref()
  }

  #forget(path: string, entry: Entry): void {
    entry.kept = false
    if (this.#entries.get(path) === entry) this.#entries.delete(path)
  }

  async #release(entry: Entry): Promise<void> {
    entry.users--
    if (entry.users === 0 && !entry.kept) await entry.handle.close()
    const surplus = [...this.#entries].slice(0, Math.max(0, this.#entries.size - KEPT_OPEN))
    await this.#close(surplus)
  }

  async #closeIdle(): Promise<void> {
    const since = performance.now() - IDLE_MS
    await this.#close([...this.#entries].filter(([, { users, usedAt }]) => users === 0 && usedAt <= since))
    this.#timer = this.#entries.size > 0 ? setTimeout(() => void this.#closeIdle(), IDLE_MS).unref() : undefined
  }

  async #close(entries: readonly (readonly [string, Entry])[]): Promise<void> {
    for (const [path, entry] of entries) this.#forget(path, entry)
    await Promise.all(entries.filter(([, { users }]) => users === 0).map(([, { handle }]) => handle.close()))
  }
}
