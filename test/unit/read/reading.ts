import type { Policy } from '../../../src/manifest/policy.ts'
import { problemOf } from '../../../src/model/errors.ts'
import { lookUpIn, readReference } from '../../../src/read/look-up-reference.ts'
import type { Answer } from '../../../src/read/lookup.ts'
import { openManifestFrom } from '../../../src/read/open-manifest.ts'
import { verifyKeptHeads } from '../../../src/read/verify-kept-heads.ts'
import { type VerifiedLog, verifyManifest } from '../../../src/read/verify-manifest.ts'
import { nodePrimitives as primitives } from '../../../src/store/node-primitives.ts'
import { openScratchState } from '../../../src/store/scratch-state.ts'
import { memorySource, policyOf } from '../../fakes/written-manifest.ts'

const signal = new AbortController().signal

type Files = ReadonlyMap<string, Uint8Array>

/** What `manifest verify` does. */
export async function verify(files: Files, policy: Policy = policyOf()): Promise<VerifiedLog & { problems: string[] }> {
  const manifest = await openManifestFrom(memorySource(files), policy, { primitives, signal })
  using scratch = openScratchState()
  const sizes = new Set([manifest.log.head.size])
  const problems: string[] = []
  const verified = await verifyManifest(manifest, {
    ...{ primitives, signal, state: scratch.state, entries: scratch },
    onEvent(event) {
      if (event.type === 'index') sizes.add(event.index + 1)
      if (event.type === 'problem') problems.push(event.code)
    },
  })
  await verifyKeptHeads(manifest, sizes, { primitives, signal })
  return { ...verified, problems }
}

/** What `lookup --manifest` does. */
export async function look(files: Files, what: string, policy: Policy = policyOf()): Promise<Answer> {
  const { answer } = await lookUpIn(memorySource(files), policy, readReference(what), { primitives, signal })
  return answer
}

/** Code of the error with which it ends, or `fine`. */
export async function outcome(of: Promise<unknown>): Promise<string> {
  try {
    await of
    return 'fine'
  } catch (error) {
    return problemOf(error).code
  }
}
