import { parseCheckpoint } from '../manifest/checkpoint.ts'
import { rootFromHashes } from '../manifest/merkle.ts'
import { parseSignedNote } from '../manifest/note.ts'
import { type Policy, policyOfVkey } from '../manifest/policy.ts'
import { chainOfGenesis, maySign, type PolicyChain, walkPolicies } from '../manifest/policy-walk.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { parseStatement } from '../manifest/statement.ts'
import { hexOf } from '../manifest/statement-fields.ts'
import { hashAtFromTiles, tilesForConsistency } from '../manifest/tiles.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import type { TreeHead } from '../model/tree-head.ts'
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

/** Who may sign for a log, after its policies were walked. Witnesses and quorum stay those of the reader's own policy. */
export interface WalkedPolicy {
  /** The reader's policy with the log keys that may sign a head of that size. */
  policyAt(size: number): Policy
  /** Every key that ever could sign: the genesis must name one. */
  readonly logKeys: readonly string[]
}

/**
 * Walks `policies/1`, `policies/2`, … before the signatures of a checkpoint are checked (manifest-v1 §6), so that a lost
 * log key can have been replaced and a stolen one shut out.
 *
 * @param note - the checkpoint; its signatures are checked here as far as the walk needs them, the quorum is not.
 * @throws {ReadError} `MANIFEST_INCONSISTENT` when the checkpoint contradicts a head after which keys changed;
 *   `GENESIS_INVALID`; `ManifestError` of `verifyCheckpoint`.
 */
export async function walkedPolicy(
  source: ManifestSource,
  policy: Policy,
  note: Uint8Array,
  options: WalkOptions,
): Promise<WalkedPolicy> {
  const own = policy.logs.map(({ key }) => key.text)
  const statements = await readPolicies(source, options)
  const [first] = statements
  if (first === undefined) return { policyAt: () => policy, logKeys: own }
  const genesis = await authenticGenesis(source, policy, note, first, options)
  const { sha256 } = options.primitives
  const { chain } = walkPolicies(chainOfGenesis(genesis, keysOf(genesis), sha256), statements, options.primitives)
  const everKeys = chain.logKeys.map(({ vkey }) => vkey)
  if (!everKeys.some((vkey) => own.includes(vkey))) throw unknownKeys()
  // What the walk did not come to is the reader's own word, which stands until a policy says otherwise.
  const unknown = policy.logs.filter(({ key }) => !everKeys.includes(key.text))
  const policyAt = (size: number): Policy => {
    const walked = everKeys.filter((vkey) => maySign(chain, vkey, size))
    return { ...policy, logs: [...walked.flatMap((vkey) => policyOfVkey(vkey, sha256).logs), ...unknown] }
  }
  await checkBounds(source, policyAt, note, chain, options)
  return { policyAt, logKeys: everKeys }
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

/**
 * The genesis as entry 0 under a checkpoint that a key of the reader's own policy signed: the present one, or the last
 * one before the keys changed.
 */
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
  throw unknownKeys()
}

/** A genesis is authentic by the head it stands under; which of its keys the reader knows is asked after the walk. */
function keysOf(genesis: Uint8Array): readonly string[] {
  const parsed = parseStatement(genesis)
  return parsed.kind === 'known' && parsed.statement.type === 'genesis/1' ? parsed.statement.logKeys : []
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

/** manifest-v1 §6.3, §6.4: a head and the heads at which keys changed must be of one history, whichever is larger. */
async function checkBounds(
  source: ManifestSource,
  policyAt: WalkedPolicy['policyAt'],
  note: Uint8Array,
  chain: PolicyChain,
  options: WalkOptions,
): Promise<void> {
  const { size } = parseCheckpoint(parseSignedNote(note).text)
  const { checkpoint } = verifyCheckpoint(options.primitives, policyAt(size), note)
  for (const after of chain.heads) {
    const head: TreeHead = { size: after.size, root: Buffer.from(after.root, 'hex') }
    const [smaller, larger] = after.size <= checkpoint.size ? [head, checkpoint] : [checkpoint, head]
    if (smaller.size > 0 && !(await contains(source, larger, smaller, options))) throw otherHistory(source, after.size)
  }
}

async function contains(
  source: ManifestSource,
  larger: TreeHead,
  smaller: TreeHead,
  { primitives, signal }: WalkOptions,
): Promise<boolean> {
  const { sha256 } = primitives
  if (larger.size === smaller.size) return Buffer.compare(larger.root, smaller.root) === 0
  const log = openLogReader(source, larger, primitives)
  const tiles = await log.tiles(tilesForConsistency(smaller.size, larger.size), signal)
  const root = rootFromHashes(sha256, smaller.size, hashAtFromTiles(sha256, larger.size, tiles))
  return hexOf(root) === hexOf(smaller.root)
}

function otherHistory(source: ManifestSource, size: number): ReadError {
  return new ReadError(
    'MANIFEST_INCONSISTENT',
    `the head of ${source.name} is not of the history whose keys changed after ${size} statements`,
    {
      hint: 'somebody wrote another history with an old key: keep this copy as evidence and use another source',
    },
  )
}

function unknownKeys(): ReadError {
  return new ReadError(
    'GENESIS_INVALID',
    'no head of this log is signed by a key of your policy, so its new keys cannot be trusted',
    {
      hint: 'ask the publisher for the current policy over another channel',
    },
  )
}
