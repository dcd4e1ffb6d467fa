import { existsSync } from 'node:fs'
import { lstat, mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { carSums, isWhole, removeCars, removeHalves, rootsOn } from '../../disk/cars.ts'
import { sha256Of } from '../../disk/check-disk.ts'
import { carsOf, MARKER, markerText, POLICY, README, SEAL } from '../../disk/layout.ts'
import { type WritableDisk, writableDisk } from '../../disk/on-disk.ts'
import { formatSums, readSeal, type Sums } from '../../disk/seal.ts'
import { type DiskLanguage, readmeText } from '../../disk/texts.ts'
import { parseCheckpoint } from '../../manifest/checkpoint.ts'
import { parseSignedNote } from '../../manifest/note.ts'
import { makeDirectory } from '../../store/durable-directory.ts'
import { writeDurable } from '../../store/durable-file.ts'
import { acquireLock } from '../../store/lock.ts'
import { PipelineError } from '../errors.ts'
import type { Home } from '../home.ts'
import { damagedOn } from './damaged-files.ts'
import type { OnExportEvent } from './events.ts'
import type { CarriedHeads } from './manifest-files.ts'
import { type ExportChoice, goneFrom, planExport, requireRoomFor } from './plan-export.ts'
import { type WriteOptions, writeCars } from './write-cars.ts'
import { putFiles, writeManifest, writeRecords } from './write-manifest.ts'

export interface ExportOptions extends ExportChoice, WriteOptions {
  readonly directory: string
  /** Reads everything that is on the disk first, and writes anew what is not as it was. */
  readonly check: boolean
  readonly language: DiskLanguage
}

export interface ExportCounts {
  /** Statements under the head that is carried. */
  readonly size: number
  /** Versions of bundles that came onto the disk, and their bytes. */
  readonly exported: number
  readonly bytes: number
  /** Chosen, and whole there before. */
  readonly already: number
  readonly removed: number
  readonly failed: number
  /** Files that were not as the seal says, with `check`. */
  readonly damaged: number
  /** Whether the disk is finished. */
  readonly sealed: boolean
}

/** The head that others see here, and the one that waits. @throws {PipelineError} `BUNDLE_NOT_PUBLISHED` before the first. */
export async function carriedHeads({ paths }: Home): Promise<CarriedHeads> {
  const note = await noteAt(paths.manifest, 'checkpoint')
  if (note === undefined) {
    throw new PipelineError('BUNDLE_NOT_PUBLISHED', 'nothing is published here yet, so there is nothing to carry', {
      hint: 'a publisher: `holdfast publish` first; a mirror: `holdfast mirror sync`',
    })
  }
  const pending = await noteAt(paths.manifest, 'pending/checkpoint')
  return { ...note, pending: pending !== undefined && pending.size >= note.size ? pending : undefined }
}

async function noteAt(
  manifest: string,
  name: string,
): Promise<{ readonly size: number; readonly note: Uint8Array } | undefined> {
  const path = join(manifest, name)
  if (!existsSync(path)) return undefined
  const note = await readFile(path)
  return { size: parseCheckpoint(parseSignedNote(note).text).size, note }
}

/**
 * Brings the manifest and what was chosen onto a disk, after disk-v1 §2. May be killed at any instant and run again: what is whole
 * there is not written again. What was withdrawn is removed.
 *
 * @throws {DiskError} `DISK_…`; {StoreError} `DISK_FULL`, `HOME_LOCKED`.
 */
export async function exportDisk(home: Home, options: ExportOptions): Promise<ExportCounts> {
  const { signal, stopping, onEvent } = options
  const directory = resolve(options.directory)
  const lock = join(home.paths.home, 'exporting')
  await makeDirectory(lock, 0o700)
  await using _lock = await acquireLock(lock, { command: 'export' })
  const damaged = options.check ? await dropDamaged(directory, options) : 0
  const plan = await planExport(home, directory, await carriedHeads(home), options)
  await requireRoomFor(plan.isNew ? await madeDirectory(directory) : directory, plan.room)
  if (plan.isNew) {
    // Where a disk was meant that is not plugged in, this is what its operator has to hear.
    onEvent({ type: 'began', directory })
    await writeDurable(join(directory, MARKER), Buffer.from(markerText(home.origin)))
  }
  const disk = await writableDisk(directory)
  const before = await readSeal(directory)
  let removed = await removeGone(disk, plan.gone, onEvent)
  const written = await writeCars(home, disk, plan, options)
  const counts = { size: plan.heads.size, ...written, already: plan.already, damaged }
  signal.throwIfAborted()
  if (stopping.aborted) return { ...counts, removed, sealed: false }
  // What was withdrawn while others were written.
  removed += await removeGone(disk, goneFrom(home, await rootsOn(directory), plan.heads.size), onEvent)
  const sums: Sums = new Map()
  await writeManifest(home, disk, plan, {
    ...{ signal, sums },
    onFiles: (doneItems) => onEvent({ type: 'progress', label: 'writing the manifest', doneBytes: 0, doneItems }),
  })
  await writeRecords(home, disk, sums)
  await putFiles(disk, await ownFiles(home, options.language), sums)
  await sealDisk(home, disk, sums, before, signal)
  return { ...counts, removed, sealed: true }
}

/** Not recursive: what lies above may be an empty mount point. */
async function madeDirectory(directory: string): Promise<string> {
  if (!existsSync(directory)) await mkdir(directory)
  return directory
}

async function ownFiles(
  { paths, origin, vkey }: Home,
  language: DiskLanguage,
): Promise<readonly { path: string; bytes: Uint8Array }[]> {
  const policy = existsSync(paths.policy) ? [{ path: POLICY, bytes: await readFile(paths.policy) }] : []
  return [
    { path: MARKER, bytes: Buffer.from(markerText(origin)) },
    ...policy,
    { path: README, bytes: Buffer.from(readmeText(language, { origin, vkey })) },
  ]
}

async function removeGone(
  disk: WritableDisk,
  gone: readonly { readonly id: string; readonly root: string }[],
  onEvent: OnExportEvent,
): Promise<number> {
  for (const { id, root } of gone) {
    await disk.run(async () => {
      await disk.unseal()
      await disk.make(carsOf(root))
      await removeCars(disk.directory, root)
    })
    onEvent({ type: 'removed', id, root })
  }
  return gone.length
}

/** CARs that are not as they were are taken away, so that they are written anew; others of the same version stay. */
async function dropDamaged(directory: string, { signal, onEvent }: ExportOptions): Promise<number> {
  let damaged = 0
  const bad = new Map<string, string[]>()
  await damagedOn(directory, {
    signal,
    onProgress: (progress) => onEvent({ type: 'progress', label: 'reading the disk', ...progress }),
    onDamaged(problem) {
      damaged += 1
      onEvent({ type: 'problem', problem })
      const [, root] = /^cars\/[a-z2-7]{2}\/(baf[a-z2-7]+)\./u.exec(problem.path) ?? []
      if (root !== undefined) bad.set(root, [...(bad.get(root) ?? []), problem.path])
    },
  })
  if (damaged > 0) await rm(join(directory, SEAL), { force: true })
  for (const [root, paths] of bad) {
    await removeHalves(directory, root)
    for (const path of paths) await rm(join(directory, path), { force: true })
  }
  return damaged
}

/** Last of all. What an earlier seal says of CARs that were not touched since is taken over. */
async function sealDisk(
  home: Home,
  disk: WritableDisk,
  sums: Sums,
  before: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const { directory } = disk
  for (const root of await rootsOn(directory)) {
    if (home.bundles.idOfRoot(root) === undefined && home.recoveredIdOf(root) === undefined) continue
    const cars = await carSums(directory, root)
    if (cars === undefined || !(await isWhole(directory, root))) continue
    const isKnown = [...cars].every(([path, sha256]) => before.get(path) === sha256)
    for (const [path, sha256] of cars) sums.set(path, sha256)
    for (const path of [`${carsOf(root)}/${root}.index`, `${carsOf(root)}/${root}.sha256`]) {
      const known = isKnown ? before.get(path) : undefined
      sums.set(path, known ?? (await disk.run(() => sha256Of(join(directory, path), signal))))
    }
  }
  const bytes = Buffer.from(formatSums(sums))
  await disk.run(async () => {
    await disk.make('')
    const there = await lstat(join(directory, SEAL)).catch(() => undefined)
    if (
      there?.isFile() === true &&
      there.size === bytes.length &&
      (await readFile(join(directory, SEAL))).equals(bytes)
    )
      return
    await writeDurable(join(directory, SEAL), bytes)
  })
}
