import { AddressError } from '../../address/errors.ts'
import { removeCars, removeHalves, removeStray } from '../../disk/cars.ts'
import { carsOf } from '../../disk/layout.ts'
import type { WritableDisk } from '../../disk/on-disk.ts'
import { problemOf } from '../../model/errors.ts'
import { writeParts } from '../../replicate/car-parts.ts'
import { ReplicateError } from '../../replicate/errors.ts'
import { mayBeGiven, type PublishedVersion } from '../../store/catalogue/published-versions.ts'
import { pinRequest } from '../engines/pin-request.ts'
import type { Home } from '../home.ts'
import type { OnExportEvent } from './events.ts'
import { carBytes, type ExportPlan } from './plan-export.ts'

/** Longest file of FAT32 is a byte shorter than 4 GiB. */
export const FAT32_BYTES: number = 2 ** 32 - 1

export interface WriteOptions {
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onEvent: OnExportEvent
  /** @default {@link FAT32_BYTES} */
  readonly maxPartBytes?: number
}

export interface WrittenCars {
  readonly exported: number
  /** Newest versions that could not be read here. */
  readonly failed: number
  readonly bytes: number
}

/**
 * Writes what is due, one version after the other: a stick is not faster with two. A version whose files are not sound here does not
 * keep the others back; what is wrong with the disk ends the run.
 */
export async function writeCars(
  home: Home,
  disk: WritableDisk,
  plan: ExportPlan,
  options: WriteOptions,
): Promise<WrittenCars> {
  const { signal, stopping, onEvent } = options
  const totalBytes = plan.due.reduce((sum, version) => sum + carBytes(version), 0)
  const counts = { exported: 0, failed: 0, bytes: 0 }
  let doneBytes = 0
  for (const [doneItems, version] of plan.due.entries()) {
    if (stopping.aborted) break
    if (!mayBeGiven(home.db, version.root, plan.heads.size)) continue
    const before = doneBytes
    const onBytes = (more: number): void => {
      doneBytes += more
      onEvent({ type: 'progress', label: 'writing to the disk', doneBytes, totalBytes, doneItems })
    }
    const fault = await disk.run(() =>
      writeVersion(home, disk, version, { signal, onBytes, maxBytes: options.maxPartBytes ?? FAT32_BYTES }),
    )
    if (fault === undefined) {
      const bytes = doneBytes - before
      counts.exported += 1
      counts.bytes += bytes
      onEvent({ type: 'exported', id: version.id, root: version.root, index: version.index, bytes })
      continue
    }
    // What the pace is measured by goes on from where it would be.
    doneBytes = before + carBytes(version)
    if (!version.isSuperseded) counts.failed += 1
    const problem = { ...problemOf(fault), message: `bundle ${version.id}: ${fault.message}` }
    onEvent({ type: 'problem', problem, ...(version.isSuperseded ? { isWarning: true as const } : {}) })
  }
  return counts
}

/** @returns what is wrong with the files here; faults of the disk are thrown. */
async function writeVersion(
  home: Home,
  disk: WritableDisk,
  { id, root }: PublishedVersion,
  options: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void; readonly maxBytes: number },
): Promise<AddressError | ReplicateError | undefined> {
  await disk.unseal()
  const directory = await disk.make(carsOf(root))
  // What a killed run left, or what is no longer good.
  await removeHalves(disk.directory, root)
  try {
    await writeParts(directory, pinRequest(home, id, root), { name: 'the disk', keepsWhole: true, ...options })
    await removeStray(disk.directory, root)
    return undefined
  } catch (error) {
    const isOurs =
      error instanceof AddressError || (error instanceof ReplicateError && error.code === 'BUNDLE_INCOMPLETE')
    // What is whole of a long bundle stays for the next run, unless nothing will come of it.
    if (isOurs) await removeCars(disk.directory, root)
    else await removeHalves(disk.directory, root).catch(() => undefined)
    if (isOurs) return error
    throw error
  }
}
