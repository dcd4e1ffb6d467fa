import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { buildIndex, type IndexHead } from '../manifest/index-build.ts'
import { keepEntries } from '../manifest/kept-reads.ts'
import { leafHash } from '../manifest/merkle.ts'
import type { Sha256 } from '../manifest/primitives.ts'
import type { FoldState } from '../manifest/state.ts'
import { type DurableFile, writeDurableBatchIfAbsent } from '../store/durable-file.ts'
import type { Journal } from '../store/journal.ts'
import { readHashedFile } from '../store/small-file.ts'

/** Files flushed together; two such groups are in memory at a time, and 128 shards are some 10 MB. */
const FILES_AT_ONCE = 128

/**
 * Builds the index over all that is sequenced and makes its files durable, then lets `sequence` append the `index/1`
 * statement, in one transaction: either the state knows this index and the statement stands in the journal, or neither.
 * Files of an index whose statement was never sequenced do no harm; the next one finds or replaces them.
 */
export async function writeIndex(
  db: DatabaseSync,
  directory: string,
  log: { readonly state: FoldState; readonly journal: Journal; readonly sha256: Sha256 },
  sequence: (head: IndexHead) => void,
): Promise<void> {
  const { state, journal, sha256 } = log
  // `transaction` is for what does not wait; here the lock of the home keeps everybody else from writing meanwhile.
  db.exec('BEGIN IMMEDIATE')
  try {
    const entryBytes = keepEntries((index) => journal.entry(index))
    const files = buildIndex(
      {
        ...{ state, entryBytes, leafHashAt: (index) => leafHash(sha256, entryBytes(index)) },
        readShard: (path) => readHashedFile(join(directory, path)),
      },
      journal.size(),
      sha256,
    )
    sequence(await writeAll(directory, files))
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/** Flushing takes about as long as building, so one group is written while the next one is built. */
async function writeAll(
  directory: string,
  files: Iterator<{ path: string; bytes: Uint8Array }, IndexHead>,
): Promise<IndexHead> {
  let group: DurableFile[] = []
  let writing: Promise<unknown> = Promise.resolve()
  try {
    for (let next = files.next(); ; next = files.next()) {
      if (next.done === true) {
        await writing
        await writeDurableBatchIfAbsent(group)
        return next.value
      }
      group.push({ path: join(directory, next.value.path), bytes: next.value.bytes })
      if (group.length === FILES_AT_ONCE) {
        await writing
        writing = writeDurableBatchIfAbsent(group)
        // Its failure is met where it is awaited, which is later.
        writing.catch(() => undefined)
        group = []
      }
      // Building is synchronous; this is the writer's turn.
      await setImmediate()
    }
  } finally {
    await Promise.allSettled([writing])
  }
}
