import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManifestError } from '../manifest/errors.ts'
import { parsePolicy } from '../manifest/policy.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { readError, systemCode } from '../store/file-errors.ts'
import type { HomePaths } from '../store/home.ts'
import { nodePrimitives } from '../store/node-primitives.ts'

/** That a witness of policy.txt has seen the head that is shown, and when it last said so. */
export interface Witnessed {
  /** Of its key. */
  readonly name: string
  /** POSIX seconds. */
  readonly time: number
}

/** The verified cosignatures under the head of a home, the newest first; none where head or policy cannot be used. */
export async function witnessedHead(paths: HomePaths): Promise<readonly Witnessed[]> {
  try {
    const policy = parsePolicy(await readFile(paths.policy, 'utf8'), nodePrimitives.sha256)
    const note = await readFile(join(paths.manifest, 'checkpoint'))
    const { cosignatures } = verifyCheckpoint(nodePrimitives, policy, note)
    const dated = cosignatures.flatMap(({ name, time }) => (time === undefined ? [] : [{ name, time }]))
    return dated.sort((a, b) => b.time - a.time)
  } catch (error) {
    // That they are damaged is for `publish` and `manifest verify` to say.
    if (error instanceof ManifestError || systemCode(error) === 'ENOENT') return []
    throw readError(error, paths.manifest)
  }
}

/** Seconds since the newest of them; nothing where there is none. */
export function ageOf([newest]: readonly Witnessed[]): number | undefined {
  return newest === undefined ? undefined : Math.max(0, Math.round(Date.now() / 1000 - newest.time))
}
