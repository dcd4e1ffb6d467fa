import { problemOf } from '../../model/errors.ts'
import { PublishError } from '../../publish/errors.ts'
import type { Evidence, PublicationTarget } from '../../publish/target.ts'
import type { Publication } from '../../store/publications.ts'
import { transaction } from '../../store/transaction.ts'
import { copiedFields } from '../events.ts'
import type { Home } from '../home.ts'
import { dueCopy } from './due.ts'
import { evidenceOf } from './notes.ts'
import { offerOf } from './offer.ts'
import type { CopiesOptions } from './publish-copies.ts'
import { recordCopy } from './record-copy.ts'

/** Blocks on a claim after which it is not looked at again: facts/ytsync and exchanges take six for final. */
const FINAL_CONFIRMATIONS = 6

/**
 * Looks again at every copy of which something is still to be learnt: confirmations, canonical URL, equality. What is new
 * goes into the log. A target that fails here has published all the same, so that is a problem and no more.
 */
export async function settleCopies(home: Home, target: PublicationTarget, options: CopiesOptions): Promise<void> {
  for (const row of home.publications.at(target.name)) {
    if (row.state !== 'published' || row.isSettled) continue
    if (options.stopping.aborted) return
    try {
      await settleOne(home, target, row, options)
    } catch (error) {
      options.signal.throwIfAborted()
      options.onEvent({ type: 'problem', problem: problemOf(error) })
      return
    }
  }
}

async function settleOne(
  home: Home,
  target: PublicationTarget,
  row: Publication,
  { log, teller, signal, onEvent }: CopiesOptions,
): Promise<void> {
  const before = evidenceOf(row)
  const due = dueCopy(home, target.name, row.id)
  const offer = due?.file.content === row.content ? await offerOf(home, due, teller, signal) : undefined
  const now = await target.settle(before, offer, signal)
  if (now === undefined) {
    const problem = problemOf(gone(target.name, row.id))
    const why = { code: problem.code, reason: problem.message }
    transaction(home.db, () => home.publications.put({ ...row, ...why, state: 'refused', at: home.now() }))
    onEvent({ type: 'problem', problem })
    return
  }
  const isSettled = isFinal(now)
  const { statement } = recordCopy(home, log, { ...row, isSettled, at: home.now() }, now)
  if (statement !== row.statement) onEvent({ type: 'copied', ...copiedFields(target.name, row.id, 'settled', now) })
}

function gone(target: string, id: string): PublishError {
  return new PublishError('CLAIM_GONE', `the claim of ${id} at ${target} is gone: somebody abandoned it elsewhere`, {
    hint: `find out who; \`holdfast publish --to ${target} ${id}\` publishes it again`,
  })
}

function isFinal({ confirmations = 0, canonicalUrl, equality }: Evidence): boolean {
  return confirmations >= FINAL_CONFIRMATIONS && canonicalUrl !== undefined && equality !== 'unknown'
}
