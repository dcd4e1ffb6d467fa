import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { buildIndex, type IndexHead } from '../manifest/index-build.ts'
import { keepEntries } from '../manifest/kept-reads.ts'
import { leafHash } from '../manifest/merkle.ts'
import type { Sha256 } from '../manifest/primitives.ts'
import type { FoldState } from '../manifest/state.ts'
import { type DurableFile, writeDurableBatchIfAbsent } from '../store/durable-file.ts'
import type { Journal } from '../store/journal.ts'

/** Files flushed together; 256 shards are some 20 MB. */
const FILES_AT_ONCE = 256

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
      { state, entryBytes, leafHashAt: (index) => leafHash(sha256, entryBytes(index)) },
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

async function writeAll(
  directory: string,
  files: Iterator<{ path: string; bytes: Uint8Array }, IndexHead>,
): Promise<IndexHead> {
  let group: DurableFile[] = []
  for (;;) {
    const next = files.next()
    if (next.done === true) {
      await writeDurableBatchIfAbsent(group)
      return next.value
    }
    group.push({ path: join(directory, next.value.path), bytes: next.value.bytes })
    if (group.length < FILES_AT_ONCE) continue
    await writeDurableBatchIfAbsent(group)
    group = []
  }
}
