import { formatLbc, isLbcAmount, LbryDaemonError, parseLbc } from '../../lbry-sdk-client/index.ts'
import { PublishError } from '../errors.ts'
import { gather } from './ask-again.ts'
import type { Purse } from './purse.ts'
import type { LbryWallet } from './session.ts'
import { poll } from './waits.ts'

/** Nodes relay nothing larger than 100 kB; each output takes 34 bytes (facts 1.6, 5). */
const MAX_OUTPUTS = 500

/**
 * Splits funds into outputs of at least that amount, by a payment of the wallet to itself. Each begins a chain of its own,
 * so that more can be published before the next block. Does nothing when there are as many already.
 *
 * @param amount - of each, LBC as text.
 * @returns how many outputs were made.
 * @throws {PublishError} `TARGET_FUNDS_LOW`; `CLAIM_UNSURE` when the answer was lost and they cannot be seen.
 */
export async function splitFunds(
  session: LbryWallet,
  purse: Purse,
  { count, amount }: { readonly count: number; readonly amount: string },
  signal: AbortSignal,
): Promise<number> {
  const { daemon, ask, waits } = session
  if (!Number.isInteger(count) || count < 1 || count > MAX_OUTPUTS || !isLbcAmount(amount) || parseLbc(amount) === 0n) {
    throw new PublishError('TARGET_REFUSED', `funds are split into 1 to ${MAX_OUTPUTS} outputs of an amount of LBC`, {
      hint: 'give LBC with a dot, such as 0.05',
    })
  }
  const each = parseLbc(amount)
  const ready = async (): Promise<number> => {
    const outputs = await ask(() => gather(daemon.list('utxo_list', {}, { signal })), signal)
    return outputs.filter((one) => one.type === 'payment' && parseLbc(one.amount) >= each).length
  }
  const missing = count - (await ready())
  if (missing <= 0) return 0
  const account = await defaultAccount(session, signal)
  try {
    const sent = await daemon.call(
      'account_fund',
      {
        ...{ from_account: account, to_account: account, amount: formatLbc(each * BigInt(missing)), outputs: missing },
        broadcast: true,
      },
      { signal },
    )
    purse.pay(sent)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof LbryDaemonError)) throw error
    if (error.code === 'LBRY_FUNDS_UNAVAILABLE') throw fundsLow(missing, amount)
    if (error.effect === 'none') throw error
    const isThere = async (): Promise<true | undefined> => ((await ready()) >= count ? true : undefined)
    if ((await poll(isThere, { forMs: waits.lookMs, everyMs: waits.pollMs, signal })) !== true) throw lost(error)
  }
  return missing
}

async function defaultAccount({ daemon, ask }: LbryWallet, signal: AbortSignal): Promise<string> {
  const { items } = await ask(() => daemon.call('account_list', {}, { signal }), signal)
  const account = items.find(({ is_default }) => is_default)
  if (account !== undefined) return account.id
  throw new PublishError('TARGET_NOT_READY', 'the wallet of the LBRY daemon has no account', {
    hint: 'make one with `lbrynet account create`',
  })
}

function fundsLow(count: number, amount: string): PublishError {
  return new PublishError('TARGET_FUNDS_LOW', `the wallet cannot make ${count} outputs of ${amount} LBC now`, {
    hint: 'split into fewer or smaller ones, or wait until what was sent before has its block',
  })
}

function lost(cause: LbryDaemonError): PublishError {
  return new PublishError('CLAIM_UNSURE', 'the funds may be split or not: no answer came', {
    cause,
    hint: 'ask again later: what is split already counts',
  })
}
