import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import PQueue from 'p-queue'
import { flushDirectory } from './durable-directory.ts'
import { type DurableFile, writeDurableBatch } from './durable-file.ts'
import { readError, systemCode } from './file-errors.ts'

/** Files read at a time. */
const CONCURRENCY = 16

/**
 * Makes each file have these bytes, whatever it has now, and writes only those that differ. For files whose bytes are proven
 * by a signature: everything else that may never change goes through `writeDurableBatchIfAbsent`. Safe to repeat.
 *
 * @returns how many were written.
 * @throws {StoreError} `DISK_FULL`, `STORE_UNREADABLE`, `STORE_UNWRITABLE`.
 */
export async function replaceWhereDifferent(files: readonly DurableFile[]): Promise<number> {
  const queue = new PQueue({ concurrency: CONCURRENCY })
  const same = await queue.addAll(files.map((file) => () => holds(file)))
  const others = files.filter((_, position) => same[position] === false)
  await writeDurableBatch(others)
  // A run that died may have left names that are visible and not yet durable.
  const equal = files.filter((_, position) => same[position] === true)
  for (const directory of new Set(equal.map(({ path }) => dirname(path)))) await flushDirectory(directory)
  return others.length
}

async function holds({ path, bytes }: DurableFile): Promise<boolean> {
  try {
    return (await stat(path)).size === bytes.length && Buffer.compare(await readFile(path), bytes) === 0
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw readError(error, path)
  }
}
