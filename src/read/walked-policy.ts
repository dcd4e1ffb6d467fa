import { parseCheckpoint } from '../manifest/checkpoint.ts'
import { rootFromHashes } from '../manifest/merkle.ts'
import { parseSignedNote } from '../manifest/note.ts'
import { type Policy, policyOfVkey } from '../manifest/policy.ts'
import { chainOfGenesis, maySign, type PolicyChain, walkPolicies } from '../manifest/policy-walk.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { parseStatement } from '../manifest/statement.ts'
import { hashAtFromTiles, tilesForConsistency } from '../manifest/tiles.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { ReadError } from './errors.ts'
import { openLogReader } from './log-reader.ts'
import type { ManifestSource } from './manifest-source.ts'

const STATEMENT_BYTES = 16_384
const HEAD_BYTES = 128 * 1024
/** A chain of policies longer than this is no accident: one a month is 8 years. */
const MAX_POLICIES = 100

export interface WalkOptions {
  readonly primitives: Primitives
  readonly signal: AbortSignal
}

/**
 * Walks `policies/1`, `policies/2`, … before the signatures of a checkpoint are checked (manifest-v1 §6), so that a lost
 * log key can have been replaced and a stolen one shut out.
 *
 * @returns the reader's policy with the log keys that may sign this checkpoint; its witnesses and quorum stay its own.
 * @throws {ReadError} `MANIFEST_INCONSISTENT` when the checkpoint does not contain the head after which keys changed.
 */
export async function walkedPolicy(
  source: ManifestSource,
  policy: Policy,
  note: Uint8Array,
  options: WalkOptions,
): Promise<Policy> {
  const statements = await readPolicies(source, options)
  const [first] = statements
  if (first === undefined) return policy
  const known = policy.logs.map(({ key }) => key.text)
  const genesis = await authenticGenesis(source, policy, note, first, options)
  const { chain } = walkPolicies(
    chainOfGenesis(genesis, known, options.primitives.sha256),
    statements,
    options.primitives,
  )
  const { size } = parseCheckpoint(parseSignedNote(note).text)
  const accepted = chain.logKeys.map(({ vkey }) => vkey).filter((vkey) => maySign(chain, vkey, size))
  const logs = accepted.flatMap((vkey) => policyOfVkey(vkey, options.primitives.sha256).logs)
  const walked: Policy = { ...policy, logs }
  await checkBounds(source, walked, note, chain, options)
  return walked
}

async function readPolicies(source: ManifestSource, { signal }: WalkOptions): Promise<readonly Uint8Array[]> {
  const statements: Uint8Array[] = []
  for (let seq = 1; seq <= MAX_POLICIES; seq += 1) {
    const bytes = await source.read(`policies/${seq}`, { maxBytes: STATEMENT_BYTES, signal })
    if (bytes === undefined) return statements
    statements.push(bytes)
  }
  throw new ReadError('MANIFEST_DAMAGED', `${source.name} has more than ${MAX_POLICIES} policies`)
}

/** The genesis as entry 0 under a checkpoint that a key of the reader's own policy signed: the present one, or the last one before the keys changed. */
async function authenticGenesis(
  source: ManifestSource,
  policy: Policy,
  note: Uint8Array,
  first: Uint8Array,
  options: WalkOptions,
): Promise<Uint8Array> {
  const parsed = parseStatement(first)
  const after = parsed.kind === 'known' && parsed.statement.type === 'policy/1' ? parsed.statement.after.size : 0
  const older = await source.read(`checkpoints/${after}`, { maxBytes: HEAD_BYTES, signal: options.signal })
  for (const candidate of older === undefined ? [note] : [older, note]) {
    const verified = verifiedOrUndefined(policy, candidate, options.primitives)
    if (verified === undefined || verified.checkpoint.size === 0) continue
    const [genesis] = await openLogReader(source, verified.checkpoint, options.primitives).bundle(0, options.signal)
    if (genesis !== undefined) return genesis
  }
  throw new ReadError(
    'GENESIS_INVALID',
    'no head of this log is signed by a key of your policy, so its new keys cannot be trusted',
    {
      hint: 'ask the publisher for the current policy over another channel',
    },
  )
}

function verifiedOrUndefined(
  policy: Policy,
  note: Uint8Array,
  primitives: Primitives,
): ReturnType<typeof verifyCheckpoint> | undefined {
  try {
    return verifyCheckpoint(primitives, policy, note)
  } catch {
    // Signed by a key that is not known yet, which is why the policies are walked.
    return undefined
  }
}

/** manifest-v1 §6.3, §6.4: whatever is signed later must contain the head at which the keys changed. */
async function checkBounds(
  source: ManifestSource,
  walked: Policy,
  note: Uint8Array,
  chain: PolicyChain,
  options: WalkOptions,
): Promise<void> {
  const { checkpoint } = verifyCheckpoint(options.primitives, walked, note)
  const log = openLogReader(source, checkpoint, options.primitives)
  for (const { shutOutAfter } of chain.logKeys) {
    if (shutOutAfter === undefined || shutOutAfter.size === 0 || shutOutAfter.size > checkpoint.size) continue
    const tiles = await log.tiles(tilesForConsistency(shutOutAfter.size, checkpoint.size), options.signal)
    const hashAt = hashAtFromTiles(options.primitives.sha256, checkpoint.size, tiles)
    const root = Buffer.from(rootFromHashes(options.primitives.sha256, shutOutAfter.size, hashAt)).toString('hex')
    if (root !== shutOutAfter.root) {
      throw new ReadError(
        'MANIFEST_INCONSISTENT',
        `the head does not contain the log of ${shutOutAfter.size} statements at which its keys changed`,
        {
          hint: 'somebody wrote another history with an old key: keep this copy as evidence and use another source',
        },
      )
    }
  }
}
