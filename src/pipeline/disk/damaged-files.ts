import { checkDisk } from '../../disk/check-disk.ts'
import type { Problem } from '../../model/errors.ts'

export interface DamagedOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: { readonly doneBytes: number; readonly doneItems: number }) => void
  readonly onDamaged: (problem: Problem & { readonly path: string }) => void
}

const WORDS = { missing: 'missing', changed: 'not as it was written', unreadable: 'not to be read' } as const

/**
 * Reads a whole disk and names what is not as its checksums say.
 *
 * @throws {DiskError} `DISK_MALFORMED`.
 */
export async function damagedOn(directory: string, { signal, onProgress, onDamaged }: DamagedOptions): Promise<void> {
  let doneBytes = 0
  let doneItems = 0
  for await (const { path, bytes, fault } of checkDisk(directory, signal)) {
    doneBytes += bytes
    doneItems += 1
    onProgress({ doneBytes, doneItems })
    if (fault === undefined) continue
    onDamaged({
      ...{ code: 'DISK_DAMAGED', path, message: `${path} on the disk is ${WORDS[fault]}` },
      hint: 'whoever has the archive writes it anew with `holdfast export --check`; a disk on which this happens again is failing',
    })
  }
}
