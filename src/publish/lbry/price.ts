import {
  LbryClaimError,
  parseLbc,
  parseTransaction,
  type StreamCreateParams,
  type Transaction,
} from '../../lbry-sdk-client/index.ts'
import type { Offer, Outcome } from '../target.ts'
import { MAX_UNCONFIRMED } from './chain.ts'
import { createTimeoutMs } from './create-params.ts'
import { refused, waiting } from './daemon-problem.ts'
import { fundsLow } from './funds.ts'
import type { NeedsBlock } from './send-claim.ts'
import type { LbrySession } from './session.ts'

/** Longest script of a claim that nodes take (lbcd, MaxClaimScriptSize); the daemon builds longer ones. */
const MAX_SCRIPT_BYTES = 8_192

/**
 * Lets the daemon do everything but send: it reads the file as it will when it counts, and says what would stand in the
 * claim and what it would cost. Nothing is spent and nothing leaves the computer.
 *
 * @returns what keeps the claim from being made, or nothing.
 * @throws {LbryDaemonError} what the daemon has against it.
 */
export async function priceOf(
  session: LbrySession,
  offer: Offer,
  params: StreamCreateParams,
  signal: AbortSignal,
): Promise<Outcome | NeedsBlock | undefined> {
  const { daemon, ask, chain } = session
  const limits = { signal, timeoutMs: createTimeoutMs(offer.bytes) }
  const built = await ask(() => daemon.call('stream_create', { ...params, preview: true }, limits), signal)
  const wrong = wrongClaim(built, offer)
  if (wrong !== undefined) return wrong
  const { available } = await ask(() => daemon.call('account_balance', {}, { signal }), signal)
  // Something is left for the fee of the next one, so that the wallet is never run dry (facts 5).
  const least = parseLbc(session.bid) + 2n * parseLbc(built.total_fee)
  if (parseLbc(available) < least) return fundsLow(available, least)
  const waits = await ask(() => chain.depth(built.inputs, signal), signal)
  return waits < MAX_UNCONFIRMED ? undefined : 'needs-block'
}

function wrongClaim({ outputs, hex }: Transaction, offer: Offer): Outcome | undefined {
  const { name, hash, size } = outputs[0]?.value?.source ?? {}
  if (name !== offer.publicName) {
    return waiting(
      'TARGET_UNSUITABLE',
      'the daemon would publish another file name than the public one',
      'it looks through symbolic links: use lbrynet 0.113, which takes the name it is given. Nothing was sent',
      true,
    )
  }
  if (hash !== offer.sourceHash || size !== String(offer.bytes)) {
    return {
      status: 'waiting',
      problem: {
        code: 'FILE_CHANGED',
        message: 'the daemon reads other bytes than those of the bundle',
        hint: 'the file was changed: add its folder again. Nothing was sent',
      },
      stop: false,
    }
  }
  if (scriptBytes(hex) <= MAX_SCRIPT_BYTES) return undefined
  return refused(
    'TARGET_REFUSED',
    'its texts make a claim that is too large for the network',
    'shorten its description',
  )
}

/** Of what makes no sense as a transaction the daemon is left to judge. */
function scriptBytes(hex: string): number {
  try {
    return parseTransaction(hex).scripts[0]?.length ?? 0
  } catch (error) {
    if (error instanceof LbryClaimError) return 0
    throw error
  }
}
