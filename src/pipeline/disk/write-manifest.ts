import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DiskError } from '../../disk/errors.ts'
import { MANIFEST, RECORDS } from '../../disk/layout.ts'
import type { WritableDisk } from '../../disk/on-disk.ts'
import type { Sums } from '../../disk/seal.ts'
import { parseCheckpoint } from '../../manifest/checkpoint.ts'
import { parseSignedNote } from '../../manifest/note.ts'
import { ipnsNameText } from '../../model/ipns-name.ts'
import { openLogReader } from '../../read/log-reader.ts'
import { openManifestSource } from '../../read/manifest-source.ts'
import { openAnnounced } from '../../store/announced.ts'
import { type DurableFile, writeDurableBatch } from '../../store/durable-file.ts'
import { systemCode } from '../../store/file-errors.ts'
import { namesOfLog } from '../announce/names-of-log.ts'
import type { Home } from '../home.ts'
import { readManifestFile } from './manifest-files.ts'
import type { ExportPlan } from './plan-export.ts'

/** Files in memory at a time; a shard is at most 4 MiB and some 100 kB as a rule. */
const FILES_AT_ONCE = 64

export interface ManifestWriting {
  readonly signal: AbortSignal
  readonly sums: Sums
  /** Told how many files of how many are there. */
  readonly onFiles: (done: number) => void
}

/**
 * Makes `manifest/` on the disk what these heads need, the heads last; what is there in the same bytes is left alone, and what no
 * head needs is taken away. All of it is read back, and proven up to the head.
 */
export async function writeManifest(
  home: Home,
  disk: WritableDisk,
  { heads, manifest }: ExportPlan,
  writing: ManifestWriting,
): Promise<void> {
  const below = (name: string): string => `${MANIFEST}/${name}`
  for (let at = 0; at < manifest.length; at += FILES_AT_ONCE) {
    writing.signal.throwIfAborted()
    const names = manifest.slice(at, at + FILES_AT_ONCE)
    const files = await Promise.all(
      names.map(async (name) => ({ path: below(name), bytes: await readManifestFile(home, name) })),
    )
    await putFiles(disk, files, writing.sums)
    writing.onFiles(at + names.length)
  }
  const { pending } = heads
  if (pending !== undefined)
    await putFiles(disk, [{ path: below('pending/checkpoint'), bytes: pending.note }], writing.sums)
  await putFiles(disk, [{ path: below('checkpoint'), bytes: heads.note }], writing.sums)
  await removeOthers(disk, MANIFEST, new Set(writing.sums.keys()))
  await proveOn(home, disk, heads.note, writing.signal)
}

/** The newest record of each name that the log has given itself; a hint, as it always is. */
export async function writeRecords(home: Home, disk: WritableDisk, sums: Sums): Promise<void> {
  const announced = openAnnounced(home.db)
  const files = namesOfLog(home).flatMap((key) => {
    const record = announced.record(key)
    return record === undefined ? [] : [{ path: `${RECORDS}/${ipnsNameText(key)}.ipns-record`, bytes: record.bytes }]
  })
  await putFiles(disk, files, sums)
  await removeOthers(disk, RECORDS, new Set(sums.keys()))
}

/** Writes what differs, reads that back, and notes the checksums. @param files - with paths relative to the disk. */
export async function putFiles(disk: WritableDisk, files: readonly DurableFile[], sums: Sums): Promise<void> {
  await disk.run(async () => {
    const changed: DurableFile[] = []
    for (const file of files) if (!(await holds(disk, file))) changed.push(file)
    if (changed.length > 0) await disk.unseal()
    for (const directory of new Set(changed.map(({ path }) => dirname(path))))
      await disk.make(directory === '.' ? '' : directory)
    await writeDurableBatch(changed.map(({ path, bytes }) => ({ path: join(disk.directory, path), bytes })))
    for (const file of changed) if (!(await holds(disk, file))) throw notGivenBack(file.path)
    for (const { path, bytes } of files) sums.set(path, createHash('sha256').update(bytes).digest('hex'))
  })
}

async function holds({ directory }: WritableDisk, { path, bytes }: DurableFile): Promise<boolean> {
  const full = join(directory, path)
  const found = await lstat(full).catch(() => undefined)
  return found?.isFile() === true && found.size === bytes.length && (await readFile(full)).equals(bytes)
}

function notGivenBack(path: string): DiskError {
  return new DiskError('DISK_DAMAGED', `the disk does not give back what was written to ${path}`, {
    hint: 'it is failing, or smaller than it says: take another one',
  })
}

async function removeOthers(disk: WritableDisk, below: string, wanted: ReadonlySet<string>): Promise<void> {
  await disk.run(async () => {
    const found = await readdir(join(disk.directory, below), { recursive: true, withFileTypes: true }).catch(
      (error: unknown) => {
        if (systemCode(error) === 'ENOENT') return []
        throw error
      },
    )
    for (const entry of found) {
      const path = join(entry.parentPath, entry.name)
      if (entry.isDirectory() || wanted.has(path.slice(disk.directory.length + 1))) continue
      await disk.unseal()
      await rm(path, { force: true })
    }
  })
}

/** The statements on the disk make the head: what this home has wrong is not carried to others. */
async function proveOn(home: Home, disk: WritableDisk, note: Uint8Array, signal: AbortSignal): Promise<void> {
  const head = parseCheckpoint(parseSignedNote(note).text)
  const source = await openManifestSource(join(disk.directory, MANIFEST), { signal })
  for await (const { index } of openLogReader(source, head, home.primitives).entries(0, signal))
    if (index >= head.size) break
}
