import { join } from 'node:path'
import { parseCheckpoint } from '../../manifest/checkpoint.ts'
import { parseSignedNote } from '../../manifest/note.ts'
import { MirrorError } from '../../mirror/errors.ts'
import type { Candidate } from '../../mirror/probe.ts'
import { type ForkEvidence, formatForkEvidence } from '../../read/fork-evidence.ts'
import { writeDurable } from '../../store/durable-file.ts'
import { transaction } from '../../store/transaction.ts'
import { readFact, writeFacts } from '../open-home.ts'
import type { FollowedLog } from './followed-log.ts'

/** The fact that stops a log's advance: name of the file with the two heads. */
const FORKED = 'forked'

/** Keeps both heads where a person and `holdfast verify` find them, and stops the advance for good. */
export async function forked(log: FollowedLog, evidence: ForkEvidence): Promise<MirrorError> {
  const { home } = log
  const [older, newer] = [evidence.older, evidence.newer].map(
    (note) => parseCheckpoint(parseSignedNote(note).text).size,
  )
  const file = `${older}-${newer}.fork-evidence`
  await writeDurable(join(home.paths.evidence, file), formatForkEvidence(evidence))
  transaction(home.db, () => writeFacts(home.db, { [FORKED]: file }))
  return forkedError(log, file)
}

/** The evidence that stopped a log, or nothing. @returns absolute path. */
export function evidenceOf({ home }: FollowedLog): string | undefined {
  const file = readFact(home.db, FORKED)
  return file === undefined ? undefined : join(home.paths.evidence, file)
}

/** @throws {MirrorError} `LOG_FORKED` for a log that contradicted itself before. */
export function refuseForked(log: FollowedLog): void {
  const file = readFact(log.home.db, FORKED)
  if (file !== undefined) throw forkedError(log, file)
}

function forkedError({ home, name }: FollowedLog, file: string): MirrorError {
  return new MirrorError('LOG_FORKED', `${home.origin} has signed two heads that contradict each other`, {
    hint: `what ${name} held stays served, nothing new is believed. Show ${join(home.paths.evidence, file)} to others (\`holdfast verify\` checks it); the way out is a successor log that the approvers name`,
  })
}

/**
 * A head that several sources show alike, and of which none has the statements: what was signed may never have been there.
 * The note is kept; unlike a contradiction it can still turn out well, so it is tried again.
 */
export async function unprovenHead(log: FollowedLog, failed: readonly Candidate[]): Promise<MirrorError | undefined> {
  const [first, second] = failed.map(({ manifest }) => manifest)
  if (first === undefined || second === undefined) return undefined
  const { size, root } = first.log.head
  if (second.log.head.size !== size || Buffer.compare(second.log.head.root, root) !== 0) return undefined
  const file = join(log.home.paths.evidence, `${size}.checkpoint`)
  await writeDurable(file, first.note)
  return new MirrorError(
    'HEAD_UNPROVEN',
    `${failed.length} sources show a head of ${size} statements, and none has them`,
    {
      hint: `it is kept in ${file}: ask the publisher over another channel; what was held stays served, and the next sync tries again`,
    },
  )
}
