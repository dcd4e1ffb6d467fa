import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { isAlive } from './durable-directory.ts'
import { StoreError } from './errors.ts'
import { isBusy, translateSqlite } from './sqlite-errors.ts'

/** Who holds a lock. No host or user name: the file may travel with a copied home. */
export interface LockHolder {
  readonly pid: number
  /** What the holder was asked to do, such as `publish`; never its arguments. */
  readonly command: string
  /** RFC 3339, UTC, whole seconds. */
  readonly since: string
}

/** Held until disposed of, or until the process ends in whatever way. Disposing twice is harmless. */
export interface Lock extends Disposable, AsyncDisposable {
  readonly holder: LockHolder
}

export interface LockOptions {
  readonly command: string
  /** How long to wait for another holder. @default 0 */
  readonly waitMs?: number
  readonly signal?: AbortSignal
}

/** Time between two tries, and the time a new holder may take to write down who it is. */
const RETRY_MS = 50

const holderSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  command: v.string(),
  since: v.string(),
})

/**
 * Takes the one lock of a directory (a home, or the directory of head records), which must exist. It is an open exclusive
 * transaction on an empty SQLite file: the operating system drops it with the process, on every platform, so there is
 * no stale lock to judge, and a copy of the directory is free. `lock.json` only serves the message.
 *
 * NOTE: no code of this process may open `lock.sqlite` by other means; closing it again would drop the lock (POSIX fcntl).
 *
 * @throws {StoreError} `HOME_LOCKED`, naming the holder, or `STORE_UNWRITABLE` where no lock can be taken at all.
 */
export async function acquireLock(directory: string, { command, waitMs = 0, signal }: LockOptions): Promise<Lock> {
  const deadline = performance.now() + waitMs
  for (;;) {
    signal?.throwIfAborted()
    const held = tryLock(directory)
    if (held !== undefined) return describe(directory, held, command)
    if (performance.now() >= deadline) throw await lockedError(directory)
    await sleep(RETRY_MS, undefined, signal === undefined ? {} : { signal })
  }
}

function tryLock(directory: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: 0 })
    // Nothing is ever written, so no journal file (OFF is refused in the defensive mode of node:sqlite).
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if (isBusy(error)) return undefined
    const fault = translateSqlite(error, join(directory, 'lock.sqlite'))
    if (!(fault instanceof StoreError)) throw fault
    throw new StoreError('STORE_UNWRITABLE', `no lock can be taken in ${directory}`, {
      cause: fault,
      hint: 'check that the directory exists on this computer and that this user may write there',
    })
  }
}

function describe(directory: string, database: DatabaseSync, command: string): Lock {
  const path = join(directory, 'lock.json')
  const holder = { pid: process.pid, command, since: new Date().toISOString().replace(/\.[0-9]+Z$/, 'Z') }
  try {
    writeFileSync(path, `${JSON.stringify(holder)}\n`, { mode: 0o600 })
  } catch {
    // Only the message of a second process would be poorer; on a full disk the lock must still be had, to tidy up.
  }
  const release = () => {
    if (!database.isOpen) return
    rmSync(path, { force: true })
    database.close()
  }
  return { holder, [Symbol.dispose]: release, [Symbol.asyncDispose]: async () => release() }
}

async function lockedError(directory: string): Promise<StoreError> {
  let holder = readHolder(directory)
  if (holder === undefined) {
    await sleep(RETRY_MS)
    holder = readHolder(directory)
  }
  const who =
    holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command}, since ${holder.since})`
  return new StoreError('HOME_LOCKED', `${directory} is in use by ${who}`, {
    hint: 'wait until it is done or stop it, then run the same command again; reading commands need not wait',
  })
}

/** The live holder; undefined when the file is not there yet, or was left by a process that is dead. */
function readHolder(directory: string): LockHolder | undefined {
  try {
    const parsed = v.safeParse(holderSchema, JSON.parse(readFileSync(join(directory, 'lock.json'), 'utf8')))
    return parsed.success && isAlive(parsed.output.pid) ? parsed.output : undefined
  } catch {
    // Absent, or just being written.
    return undefined
  }
}
