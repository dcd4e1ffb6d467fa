import PQueue from 'p-queue'
import type { AddCheckpoint } from '../manifest/add-checkpoint.ts'
import { type Candidate, openCandidate, type Refused, refusalOf } from '../manifest/cosign-rule.ts'
import type { SignatureLine } from '../manifest/note.ts'
import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { cosign, type Signer } from '../manifest/signer.ts'
import type { Problem } from '../model/errors.ts'
import type { TreeHead } from '../model/tree-head.ts'
import type { CosignedHead, CosignedHeads } from '../store/cosigned-heads.ts'
import { type HeadRecord, readHeadRecord, writeHeadRecord } from '../store/head-record.ts'
import { keepEvidence } from './evidence.ts'

export interface Cosigned {
  readonly origin: string
  readonly head: TreeHead
  readonly line: SignatureLine
}

/** One cosigner key and its memory. It never signs two heads of one size, nor a smaller one than before. */
export interface Cosigner {
  readonly signer: Signer
  newest(origin: string): CosignedHead | undefined
  /**
   * Cosigns a head that continues the newest one of its log. Durable before it is signed, so a process that dies between
   * is asked again with that size and signs the same head.
   *
   * @throws {StoreError} when it cannot be remembered, or the memory contradicts the second record; nothing is signed then.
   */
  cosign(request: AddCheckpoint): Promise<Cosigned | Refused>
}

export interface CosignerParts {
  readonly signer: Signer
  /** The logs that it signs for; `log` lines alone count. */
  readonly policy: Policy
  readonly heads: CosignedHeads
  readonly primitives: Primitives
  /** Directory `evidence` of the home. */
  readonly evidence: string
  /** Holds the second record, outside of the home, so that a restored backup signs nothing old. */
  readonly stateDirectory: string
  /** POSIX seconds. */
  readonly now: () => number
  /** Told of a log that contradicts itself, and of a second record that cannot be written. */
  readonly onProblem: (problem: Problem) => void
}

export function openCosigner(parts: CosignerParts): Cosigner {
  const { signer, heads } = parts
  // One at a time: the second record goes only forwards, and two that overtake each other would fail.
  const queue = new PQueue({ concurrency: 1 })
  return {
    signer,
    newest: (origin) => heads.newest(signer.key.text, origin),
    async cosign(request) {
      const candidate = openCandidate(parts.primitives, parts.policy, request.note)
      if ('refusal' in candidate) return candidate
      return await queue.add(() => decideAndSign(parts, candidate, request))
    },
  }
}

async function decideAndSign(
  parts: CosignerParts,
  candidate: Candidate,
  request: AddCheckpoint,
): Promise<Cosigned | Refused> {
  const { signer, heads, primitives, stateDirectory, now } = parts
  const { origin, size, root } = candidate.checkpoint
  const cosigner = signer.key.text
  const recordKey = `${cosigner}\n${origin}`
  const recorded = headOfRecord(await readHeadRecord(stateDirectory, recordKey))
  const { refused, known } = heads.decide(cosigner, origin, (stored) => {
    const newest = newerOf(stored, recorded)
    const refusal = refusalOf(primitives.sha256, newest, candidate, request)
    const result = { refused: refusal, known: newest }
    const isStored = stored !== undefined && stored.size === size && refusal === undefined
    return refusal === undefined && !isStored ? { result, next: { size, root, note: candidate.note } } : { result }
  })
  if (refused !== undefined) {
    if (refused.forked === true && known !== undefined) await tellFork(parts, candidate, known)
    return refused
  }
  // The same head again needs no new record, so that asking often costs no flush.
  if (recorded?.size !== size) {
    const record = { size, root: hexOf(root), note: new TextDecoder().decode(candidate.note) }
    const problem = await writeHeadRecord(stateDirectory, recordKey, record)
    if (problem !== undefined) parts.onProblem(problem)
  }
  const line = cosign(candidate.text, signer, now())
  heads.attach(cosigner, origin, { size, root }, line.line)
  return { origin, head: { size, root }, line }
}

async function tellFork(
  { evidence, primitives, onProblem }: CosignerParts,
  candidate: Candidate,
  known: CosignedHead,
): Promise<void> {
  const { origin, size } = candidate.checkpoint
  const forked = { origin, size, known: known.note, other: candidate.note }
  const path = await keepEvidence(evidence, primitives.sha256, forked)
  onProblem({
    code: 'COSIGN_LOG_FORKED',
    message: `${origin} has signed two different heads of ${size} statements; the second one was not cosigned`,
    hint: 'the evidence is kept: show it to the publisher, to other witnesses and to the approvers of that log',
    path,
  })
}

function headOfRecord(record: HeadRecord | undefined): CosignedHead | undefined {
  if (record === undefined) return undefined
  return { size: record.size, root: Buffer.from(record.root, 'hex'), note: new TextEncoder().encode(record.note) }
}

/** What lies outside of the home is newer where the home came from a backup. */
function newerOf(stored: CosignedHead | undefined, recorded: CosignedHead | undefined): CosignedHead | undefined {
  if (stored === undefined || recorded === undefined) return stored ?? recorded
  return recorded.size > stored.size ? recorded : stored
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
