import { HoldfastError, problemOf } from '../../model/errors.ts'
import { PublishError } from '../../publish/errors.ts'
import type { Outcome, PublicationTarget } from '../../publish/target.ts'
import { ReplicateError } from '../../replicate/errors.ts'
import type { Home } from '../home.ts'
import type { DueCopy } from './due.ts'
import { openNotes } from './notes.ts'
import { offerOf } from './offer.ts'
import type { CopiesOptions } from './publish-copies.ts'
import { recordCopy } from './record-copy.ts'

/**
 * One bundle to one target. The ledger's notes are on disk before the target takes its next step; what the target
 * cannot do now becomes an outcome, so that one item never takes the others with it.
 */
export async function publishOne(
  home: Home,
  target: PublicationTarget,
  due: DueCopy,
  options: Pick<CopiesOptions, 'log' | 'teller' | 'signal' | 'onEvent'>,
): Promise<Outcome> {
  const { log, teller, signal, onEvent } = options
  const notes = openNotes(home, target.name, due)
  const onProgress = (doneBytes: number, totalBytes: number): void =>
    onEvent({
      type: 'progress',
      label: `copying ${due.bundle.id} to ${target.name}`,
      doneBytes,
      totalBytes,
      doneItems: 0,
    })
  const onWait = (what: string): void =>
    onEvent({ type: 'progress', label: `${target.name} waits for ${what}`, doneBytes: 0, doneItems: 0 })
  try {
    const offer = await offerOf(home, due, teller, signal)
    if (offer === undefined) throw fileAway(due.bundle.id)
    const outcome = await target.publish(offer, { ledger: notes, signal, onProgress, onWait })
    if ('evidence' in outcome) recordCopy(home, log, notes.row('published'), outcome.evidence)
    else notes.write(outcome.status, outcome.problem)
    return outcome
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof HoldfastError)) throw error
    const problem = problemOf(error)
    notes.write('waiting', problem)
    // A file that is away says nothing about the next one; a target that throws does.
    return { status: 'waiting', problem, stop: error instanceof PublishError }
  }
}

function fileAway(id: string): ReplicateError {
  return new ReplicateError('BUNDLE_INCOMPLETE', `the main file of ${id} is not where it was`, {
    hint: 'attach its disk, or add its folder again',
  })
}
