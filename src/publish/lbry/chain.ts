import type { Input, LbryDaemon, Transaction } from '../../lbry-sdk-client/index.ts'

/**
 * Most own transactions in a row that wait for a block. Nodes drop the 26th (lbrycrd, too-long-mempool-chain); a rejected
 * one leaves blobs behind, and others use the wallet too, so it stops well before (facts 5).
 */
export const MAX_UNCONFIRMED = 20

type Spends = Pick<Transaction, 'txid' | 'inputs'>

/** How many transactions that wait for a block stand behind some funds. */
export interface UnconfirmedChain {
  /** Remembers what a transaction spends, which saves asking. */
  note(transaction: Spends): void
  /** Distinct transactions without a block from which these inputs come, themselves included; counts to the maximum. */
  depth(inputs: readonly Input[], signal: AbortSignal): Promise<number>
}

export function openChain(daemon: LbryDaemon): UnconfirmedChain {
  const known = new Map<string, readonly Input[]>()
  const inputsOf = async (txid: string, signal: AbortSignal): Promise<readonly Input[]> => {
    const asked = await daemon.call('transaction_show', { txid }, { signal })
    known.set(txid, asked?.inputs ?? [])
    return asked?.inputs ?? []
  }

  const count = async (inputs: readonly Input[], isFresh: boolean, signal: AbortSignal): Promise<number> => {
    const waits = new Set<string>()
    const queue = inputs.filter(isUnconfirmed)
    for (let next = queue.pop(); next !== undefined && waits.size < MAX_UNCONFIRMED; next = queue.pop()) {
      if (waits.has(next.txid)) continue
      waits.add(next.txid)
      const spent = (isFresh ? undefined : known.get(next.txid)) ?? (await inputsOf(next.txid, signal))
      queue.push(...spent.filter(isUnconfirmed))
    }
    return waits.size
  }

  return {
    note: ({ txid, inputs }) => void known.set(txid, inputs),
    async depth(inputs, signal) {
      if (!inputs.some(isUnconfirmed)) known.clear()
      const remembered = await count(inputs, false, signal)
      // What is remembered may have got its block since, so that only a count from the wallet itself stops anything.
      return remembered < MAX_UNCONFIRMED ? remembered : await count(inputs, true, signal)
    },
  }
}

/** Of an input that the wallet knows nothing about, nothing is waited for. */
function isUnconfirmed({ confirmations = 1 }: Input): boolean {
  return confirmations <= 0
}
