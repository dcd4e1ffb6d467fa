import { join } from 'node:path'
import { buildIndex } from '../manifest/index-build.ts'
import { leafHash } from '../manifest/merkle.ts'
import { RecordError } from '../record/errors.ts'
import { openLogTiles } from '../record/log-tiles.ts'
import type { DurableFile } from '../store/durable-file.ts'
import { replaceWhereDifferent } from '../store/replace-files.ts'
import type { CheckedCopy } from './checked-copy.ts'
import type { Home } from './home.ts'

/** Files compared and written together; 256 shards are some 20 MB. */
const FILES_AT_ONCE = 256

/**
 * Makes the entry bundles and tiles under the copy's head, from the journal, whatever stands in the directory now.
 *
 * @returns how many files were missing or different.
 * @throws {RecordError} `LOG_DAMAGED` when the journal does not make the signed root.
 */
export async function rewriteTiles({ paths, journal, primitives }: Home, { name, head }: CheckedCopy): Promise<number> {
  const tiles = openLogTiles(paths.manifest, journal, primitives.sha256, undefined)
  if (Buffer.compare(tiles.root(head.size), head.root) !== 0) {
    throw new RecordError(
      'LOG_DAMAGED',
      `the statements of ${name} do not make the root that was signed; nothing was changed`,
    )
  }
  let written = 0
  for (const group of tiles.files(0, head.size)) written += await replaceWhereDifferent(group)
  return written
}

/**
 * Makes every file of the index that the last statement commits to; the fold must stand just before that statement. Within
 * the transaction of the fold, which remembers what was built.
 *
 * @returns how many files were missing or different.
 */
export async function rewriteIndex({ paths, journal, fold, primitives }: Home, size: number): Promise<number> {
  const log = {
    state: fold,
    entryBytes: journal.entry,
    leafHashAt: (index: number) => leafHash(primitives.sha256, journal.entry(index)),
  }
  let group: DurableFile[] = []
  let written = 0
  for (const { path, bytes } of buildIndex(log, size, primitives.sha256)) {
    group.push({ path: join(paths.manifest, path), bytes })
    if (group.length < FILES_AT_ONCE) continue
    written += await replaceWhereDifferent(group)
    group = []
  }
  return written + (await replaceWhereDifferent(group))
}
