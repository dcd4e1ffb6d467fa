import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManifestError } from '../manifest/errors.ts'
import { parsePolicy } from '../manifest/policy.ts'
import { quorumTime } from '../manifest/quorum-time.ts'
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

export interface WitnessedHead {
  /** The verified cosignatures, the newest first. */
  readonly witnessed: readonly Witnessed[]
  /** Seconds since a quorum saw it; absent where none says so. */
  readonly ageSeconds?: number
}

/** Who has seen the head of a home; nobody where head or policy cannot be used. */
export async function witnessedHead(paths: HomePaths): Promise<WitnessedHead> {
  try {
    const policy = parsePolicy(await readFile(paths.policy, 'utf8'), nodePrimitives.sha256)
    const note = await readFile(join(paths.manifest, 'checkpoint'))
    const { cosignatures } = verifyCheckpoint(nodePrimitives, policy, note)
    const dated = cosignatures.flatMap(({ name, time }) => (time === undefined ? [] : [{ name, time }]))
    const seen = quorumTime(policy, cosignatures)
    return {
      witnessed: dated.sort((a, b) => b.time - a.time),
      ...(seen === undefined ? {} : { ageSeconds: Math.max(0, Math.round(Date.now() / 1000 - seen)) }),
    }
  } catch (error) {
    // That they are damaged is for `publish` and `manifest verify` to say.
    if (error instanceof ManifestError || systemCode(error) === 'ENOENT') return { witnessed: [] }
    throw readError(error, paths.manifest)
  }
}
