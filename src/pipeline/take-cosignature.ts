import { readFile } from 'node:fs/promises'
import PQueue from 'p-queue'
import { ManifestError } from '../manifest/errors.ts'
import { parseSignedNote, type SignedNote } from '../manifest/note.ts'
import { parsePolicy } from '../manifest/policy.ts'
import { isSignedBy } from '../manifest/verify-signature.ts'
import { parseVkey, type VerifierKey } from '../manifest/vkey.ts'
import { mergeBrought } from '../record/head-notes.ts'
import type { HomePaths } from '../store/home.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import type { TakeCosignature } from '../view/ports.ts'
import { type CosigningSettings, exclusivelyIn } from './own-cosigning.ts'

/** The keys whose cosignatures of the own heads are wanted: witnesses of policy.txt, and those of the configuration. */
export async function wantedKeys(paths: HomePaths, settings: CosigningSettings): Promise<readonly VerifierKey[]> {
  const { sha256 } = nodePrimitives
  const policy = parsePolicy(await readFile(paths.policy, 'utf8'), sha256)
  const more = [...settings.witnesses.map(({ vkey }) => vkey), ...settings.cosigners]
  return [...policy.witnesses.map(({ key }) => key), ...more.map((vkey) => parseVkey(vkey, sha256))]
}

/**
 * Takes cosignatures that somebody brings to the server of a home. Everything is verified before the lock is taken, so that
 * who holds no key costs no more than a few signatures to check.
 *
 * @returns undefined where no cosigner is wanted.
 */
export async function takingCosignatures(
  paths: HomePaths,
  settings: CosigningSettings,
): Promise<TakeCosignature | undefined> {
  const keys = await wantedKeys(paths, settings)
  if (keys.length === 0) return undefined
  // The lock is for other processes; within this one nobody needs to poll for it.
  const queue = new PQueue({ concurrency: 1 })
  return async (bytes) => {
    const note = parsed(bytes)
    if (note === undefined) return 'malformed'
    const lines = note.signatures.filter((line) => keys.some((key) => isSignedBy(nodePrimitives, key, note.text, line)))
    if (lines.length === 0) return 'unknown-key'
    const own = { directory: paths.manifest, primitives: nodePrimitives, keys }
    const added = await queue.add(() => exclusivelyIn(paths, () => mergeBrought(own, note.text, lines)))
    if (added === undefined) return 'other-head'
    return added > 0 ? 'taken' : 'known'
  }
}

function parsed(bytes: Uint8Array): SignedNote | undefined {
  try {
    return parseSignedNote(bytes)
  } catch (error) {
    if (error instanceof ManifestError) return undefined
    throw error
  }
}
