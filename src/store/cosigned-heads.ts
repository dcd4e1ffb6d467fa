import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { TreeHead } from '../model/tree-head.ts'
import { checkOwner, checkVersion, prepareForWriting } from './database-version.ts'
import { makeDirectory } from './durable-directory.ts'
import { writeError } from './file-errors.ts'
import type { HomePaths } from './home.ts'
import { StateDatabase } from './state-database.ts'
import { transaction } from './transaction.ts'

/** The newest head that a cosigner's key has signed, or has decided to sign, of one log. */
export interface CosignedHead extends TreeHead {
  /** Text and log signatures, as a signed note. */
  readonly note: Uint8Array
  /** The newest cosignature line; undefined between the decision and the signature. */
  readonly line?: string
}

/**
 * What the cosigner keys of a home have signed. A file of its own and not `state.sqlite`, because a server must be able to
 * write it while another process holds the home's lock.
 */
export interface CosignedHeads extends Disposable {
  /** @param cosigner - verifier key as text. */
  newest(cosigner: string, origin: string): CosignedHead | undefined
  /**
   * One atomic step over all processes: `decide` sees the newest head, and what it gives takes its place before anything is
   * signed. Durable when it returns.
   */
  decide<T>(
    cosigner: string,
    origin: string,
    decide: (newest: CosignedHead | undefined) => { readonly result: T; readonly next?: CosignedHead },
  ): T
  /** Keeps a cosignature beside its head, unless that has been left behind meanwhile. */
  attach(cosigner: string, origin: string, head: TreeHead, line: string): void
  /** Origins and heads of one cosigner. */
  list(cosigner: string): readonly (CosignedHead & { readonly origin: string })[]
}

const VERSIONS = [
  `CREATE TABLE cosigned (
    cosigner TEXT NOT NULL, origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, line TEXT,
    PRIMARY KEY (cosigner, origin)) WITHOUT ROWID;`,
]
/** A transaction here lasts for one flush. */
const BUSY_MS = 10_000

/** @throws {StoreError} `STATE_CORRUPT`, `STATE_NEWER`, `STATE_BUSY`, `DISK_FULL`, `STORE_UNWRITABLE`. */
export async function openCosignedHeads({ cosigning }: HomePaths): Promise<CosignedHeads> {
  await makeDirectory(cosigning, 0o700)
  const path = join(cosigning, 'heads.sqlite')
  try {
    await using _file = await open(path, 'a', 0o600)
  } catch (error) {
    throw writeError(error, path)
  }
  const db = new StateDatabase(path, path, { readOnly: false, timeout: BUSY_MS })
  try {
    checkOwner(db, path, true)
    checkVersion(db, path, VERSIONS.length)
    prepareForWriting(db, VERSIONS)
  } catch (error) {
    db.close()
    throw error
  }
  return over(db)
}

function over(db: StateDatabase): CosignedHeads {
  const one = db.prepare('SELECT size, root, note, line FROM cosigned WHERE cosigner = ? AND origin = ?')
  const all = db.prepare('SELECT origin, size, root, note, line FROM cosigned WHERE cosigner = ? ORDER BY origin')
  const put = db.prepare('INSERT OR REPLACE INTO cosigned (cosigner, origin, size, root, note) VALUES (?, ?, ?, ?, ?)')
  const line = db.prepare('UPDATE cosigned SET line = ? WHERE cosigner = ? AND origin = ? AND size = ? AND root = ?')
  const newest: CosignedHeads['newest'] = (cosigner, origin) => headOf(one.get(cosigner, origin))
  return {
    newest,
    decide(cosigner, origin, decide) {
      return transaction(db, () => {
        const { result, next } = decide(newest(cosigner, origin))
        if (next !== undefined) put.run(cosigner, origin, next.size, next.root, next.note)
        return result
      })
    },
    attach: (cosigner, origin, { size, root }, text) => void line.run(text, cosigner, origin, size, root),
    list: (cosigner) =>
      all.all(cosigner).flatMap((row) => {
        const head = headOf(row)
        return head === undefined ? [] : [{ ...head, origin: String(row['origin']) }]
      }),
    [Symbol.dispose]: () => db.close(),
  }
}

function headOf(row: Readonly<Record<string, unknown>> | undefined): CosignedHead | undefined {
  const { size, root, note, line } = row ?? {}
  if (!(root instanceof Uint8Array) || !(note instanceof Uint8Array)) return undefined
  return { size: Number(size), root, note, ...(typeof line === 'string' ? { line } : {}) }
}
