import { formatLbc, LbryDaemonError, type Transaction } from '../../lbry-sdk-client/index.ts'
import { PublishError } from '../errors.ts'
import type { Ledger } from '../target.ts'
import { type LbryEvidence, readEvidence } from './evidence.ts'
import { ownClaims, whereIs } from './find-claims.ts'
import { addLbc, costOf } from './purse.ts'
import type { LbrySession } from './session.ts'
import { poll, unansweredMs } from './waits.ts'

/**
 * Abandons the claim of an item; its bid comes back. A claim can be spent once, so that this may be repeated at any time.
 *
 * @throws {PublishError} `CLAIM_UNSURE`: a claim may be there that cannot be seen yet, or may not be gone yet.
 */
export async function takeBackClaim(session: LbrySession, ledger: Ledger, signal: AbortSignal): Promise<void> {
  const before = readEvidence(ledger.evidence)
  const claimId = before.claimId ?? (await lostClaim(session, before, signal))
  if (claimId === undefined) return
  if (before.claimId === undefined) ledger.save({ ...before, claimId })
  const where = await whereIs(session, claimId, signal)
  if (where === 'unknown') {
    throw new PublishError('CLAIM_UNSURE', `this wallet does not know the claim ${claimId}, so it cannot abandon it`, {
      hint: 'let the daemon run with the wallet that made it',
    })
  }
  if (where !== 'gone') await abandon(session, claimId, ledger, signal)
  if (before.sdHash !== undefined) await dropBlobs(session, before.sdHash, signal)
}

async function abandon(session: LbrySession, claimId: string, ledger: Ledger, signal: AbortSignal): Promise<void> {
  const { daemon, waits } = session
  const isGone = async (): Promise<true | undefined> =>
    (await whereIs(session, claimId, signal)) === 'gone' ? true : undefined
  try {
    note(session, ledger, await daemon.call('stream_abandon', { claim_id: claimId, blocking: true }, { signal }))
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof LbryDaemonError)) throw error
    if (error.effect === 'none' && error.code !== 'LBRY_CLAIM_UNKNOWN') throw error
    if ((await poll(isGone, { forMs: waits.lookMs, everyMs: waits.pollMs, signal })) === true)
      return await noteSpender(session, claimId, ledger, signal)
    throw new PublishError('CLAIM_UNSURE', 'whether the claim is abandoned cannot be told: no answer came', {
      cause: error,
      hint: 'run the same command later: it looks first, and abandoning twice does no harm',
    })
  }
}

function note({ purse, chain }: LbrySession, ledger: Ledger, sent: Transaction): void {
  purse.pay(sent)
  chain.note(sent)
  const before = readEvidence(ledger.evidence)
  ledger.save({ ...before, abandonTxid: sent.txid, cost: addLbc(before.cost, formatLbc(costOf(sent))) })
}

/** Newest transactions of the wallet: the lost one is among the first. */
const NEWEST = 20

/** What the lost call cost. If it is not to be found, the claim is gone all the same, and its cost is not counted. */
async function noteSpender(session: LbrySession, claimId: string, ledger: Ledger, signal: AbortSignal): Promise<void> {
  const { daemon, ask } = session
  const { items } = await ask(() => daemon.call('transaction_list', { page_size: NEWEST }, { signal }), signal)
  for (const { txid } of items) {
    const sent = await ask(() => daemon.call('transaction_show', { txid }, { signal }), signal)
    const isIt = sent?.inputs.some((input) => input.type === 'claim' && input.claim_id === claimId) === true
    if (isIt && sent.outputs.every((output) => output.claim_id !== claimId)) return note(session, ledger, sent)
  }
}

/** A claim that was asked for and never noted; nothing when it is certain that there is none. */
async function lostClaim(
  session: LbrySession,
  { intentAt, intentHash, intentBytes = 0, name }: LbryEvidence,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (intentAt === undefined || name === undefined) return undefined
  const claims = await ownClaims(session, name, { everywhere: true, signal })
  const own = claims.find(({ value }) => value?.source?.hash === intentHash) ?? claims[0]
  if (own !== undefined) return own.claim_id
  if (Date.now() - intentAt > unansweredMs(session.waits, intentBytes)) return undefined
  throw new PublishError('CLAIM_UNSURE', 'a claim was asked for and no answer came; it may still appear', {
    hint: 'run the same command later',
  })
}

/** What is withdrawn is not to be served from here either; the file itself stays where it is. */
async function dropBlobs({ daemon }: LbrySession, sdHash: string, signal: AbortSignal): Promise<void> {
  try {
    await daemon.call('file_delete', { sd_hash: sdHash }, { signal })
  } catch (error) {
    signal.throwIfAborted()
    // The claim is gone, which is what was asked for; blobs that others have cannot be taken back anyway.
    if (!(error instanceof LbryDaemonError)) throw error
  }
}
