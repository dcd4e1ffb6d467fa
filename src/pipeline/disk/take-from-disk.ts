import { DiskError } from '../../disk/errors.ts'
import { requireDisk } from '../../disk/layout.ts'
import { ManifestError } from '../../manifest/errors.ts'
import { policyOfVkey } from '../../manifest/policy.ts'
import { verifyCheckpoint } from '../../manifest/verify-checkpoint.ts'
import type { Problem } from '../../model/errors.ts'
import type { TreeHead } from '../../model/tree-head.ts'
import { compareHeads } from '../../record/compare-heads.ts'
import { nodePrimitives } from '../../store/node-primitives.ts'
import { rootOfStatements } from '../checked-copy.ts'
import type { Home } from '../home.ts'
import type { CosigningSettings } from '../own-cosigning.ts'
import { takingCosignatures } from '../take-cosignature.ts'
import { cosignaturesOn } from './cosignature-files.ts'

export interface TakenCosignatures {
  /** Notes with a line that is new here. */
  readonly taken: number
  readonly known: number
  /** Notes of other heads, or without a line of a key that is wanted. */
  readonly refused: number
}

const WHY = {
  'other-head': [
    'is of a head that is neither shown nor waits here',
    'the disk is older: export onto it again and bring it back',
  ],
  'unknown-key': [
    'has no line of a key that is wanted',
    'name its verifier key in policy.txt or under [manifest] of the configuration',
  ],
  malformed: ['is no signed note', 'somebody changed the disk, or it is failing'],
} as const

/**
 * Takes home the cosignatures that mirrors left on a disk; each line is verified.
 *
 * @param home - of the publisher.
 * @throws {DiskError} `DISK_MISSING`, `DISK_FOREIGN` for the disk of another log; {RecordError} `HEAD_BEHIND`, `HEAD_FORKED` when the
 * disk has a head that this home signed and does not know: an old backup cannot see itself.
 */
export async function takeFromDisk(
  home: Pick<Home, 'paths' | 'origin' | 'vkey' | 'journal'>,
  directory: string,
  { settings, onProblem }: { readonly settings: CosigningSettings; readonly onProblem: (problem: Problem) => void },
): Promise<TakenCosignatures> {
  const { paths, origin } = home
  const carried = await requireDisk(directory)
  if (carried !== origin) {
    throw new DiskError('DISK_FOREIGN', `the disk carries ${carried}, and this home publishes ${origin}`, {
      hint: 'the archive of somebody else is imported into the home of a mirror: `holdfast init --mirror --home DIR`',
    })
  }
  const counts = { taken: 0, known: 0, refused: 0 }
  const take = await takingCosignatures(paths, settings)
  const notes = await cosignaturesOn(directory)
  for (const { name, note } of notes) if (name.startsWith('manifest/')) compareWithOwn(home, directory, note)
  for (const { name, note } of notes) {
    const became = (await take?.(note)) ?? 'unknown-key'
    if (became === 'taken' || became === 'known') {
      counts[became] += 1
      continue
    }
    // The heads on the disk have the publisher's own signature alone as a rule, and may be older.
    if (name.startsWith('manifest/')) continue
    counts.refused += 1
    const [message, hint] = WHY[became]
    onProblem({ code: 'COSIGNATURE_REFUSED', message: `${name} on the disk ${message}`, hint, path: name })
  }
  return counts
}

/** A head that the log did not sign says nothing about this home. */
function compareWithOwn({ vkey, journal }: Pick<Home, 'vkey' | 'journal'>, directory: string, note: Uint8Array): void {
  let head: TreeHead
  try {
    head = verifyCheckpoint(nodePrimitives, policyOfVkey(vkey, nodePrimitives.sha256), note).checkpoint
  } catch (error) {
    if (error instanceof ManifestError) return
    throw error
  }
  const hint = `this home may be an old backup: run \`holdfast manifest recover --from ${directory}\` before anything is signed`
  compareHeads('the disk', journal.signed(), head, (size) => rootOfStatements(journal.entry, size), hint)
}
