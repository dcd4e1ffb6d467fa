import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeError } from '../file-errors.ts'

/** Bytes that are only ever added to: the first ones stay in memory, the rest goes to a file without a name. */
export interface SpilledBytes extends Disposable {
  readonly length: number
  /** @returns where they begin. @throws {StoreError} `DISK_FULL` and other codes of a failed write. */
  append(bytes: Uint8Array): number
  /** A copy. @throws {RangeError} for what was never added. */
  read(at: number, length: number): Uint8Array
}

/**
 * @param options.keep - bytes that stay in memory, in whole pages.
 * @param options.page - bytes written at a time; one page more than `keep` is in memory at most.
 */
export function spilledBytes(options: { readonly keep: number; readonly page: number }): SpilledBytes {
  const { page: size } = options
  const kept = Math.floor(options.keep / size)
  const pages: Uint8Array[] = []
  let newest = new Uint8Array(size)
  let full = 0
  let used = 0
  let file: number | undefined

  function turnPage(): void {
    if (full < kept) pages.push(newest)
    else {
      file ??= openUnnamed()
      writeWhole(file, newest, (full - kept) * size)
    }
    newest = full < kept ? new Uint8Array(size) : newest
    full += 1
    used = 0
  }

  function copyFrom(page: number, start: number, target: Uint8Array): void {
    if (page === full) target.set(newest.subarray(start, start + target.length))
    else if (page < kept) target.set(pages[page]?.subarray(start, start + target.length) ?? [])
    else if (file !== undefined) readWhole(file, target, (page - kept) * size + start)
  }

  return {
    get length() {
      return full * size + used
    },
    append(bytes) {
      const at = full * size + used
      for (let done = 0; done < bytes.length; ) {
        if (used === size) turnPage()
        const part = Math.min(bytes.length - done, size - used)
        newest.set(part === bytes.length ? bytes : bytes.subarray(done, done + part), used)
        used += part
        done += part
      }
      return at
    },
    read(at, length) {
      if (at < 0 || at + length > full * size + used) throw new RangeError(`there are no ${length} bytes at ${at}`)
      // From Node's pool: an index reads six short pieces a statement, and memory of their own for each outlives them.
      const { buffer, byteOffset } = Buffer.allocUnsafe(length)
      const bytes = new Uint8Array(buffer, byteOffset, length)
      for (let done = 0; done < length; ) {
        const page = Math.floor((at + done) / size)
        const start = (at + done) % size
        const part = Math.min(length - done, size - start)
        copyFrom(page, start, part === length ? bytes : bytes.subarray(done, done + part))
        done += part
      }
      return bytes
    },
    [Symbol.dispose]() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

/** A file that is gone when the process is, however it ends. */
function openUnnamed(): number {
  const path = join(tmpdir(), `holdfast-${randomBytes(12).toString('hex')}`)
  try {
    const file = openSync(path, 'wx+', 0o600)
    rmSync(path)
    return file
  } catch (error) {
    throw writeError(error, tmpdir())
  }
}

function writeWhole(file: number, bytes: Uint8Array, at: number): void {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done)
  } catch (error) {
    throw writeError(error, tmpdir())
  }
}

function readWhole(file: number, target: Uint8Array, at: number): void {
  for (let done = 0; done < target.length; ) {
    const read = readSync(file, target, done, target.length - done, at + done)
    if (read === 0) throw new RangeError('a temporary file is shorter than what was written to it')
    done += read
  }
}
