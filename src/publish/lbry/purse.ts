import { formatLbc, parseLbc, type Transaction } from '../../lbry-sdk-client/index.ts'

/** What left the spendable part of a wallet in this run: bids and fees, less what came back. */
export interface Purse {
  readonly dewies: bigint
  pay(transaction: Transaction): void
}

export function openPurse(): Purse {
  let dewies = 0n
  return {
    get dewies() {
      return dewies
    },
    pay(transaction) {
      dewies += costOf(transaction)
    },
  }
}

/**
 * Dewies by which a transaction makes the spendable part of the wallet smaller; negative when a bid comes back. All
 * payments that a transaction of ours makes are change.
 */
export function costOf({ inputs, outputs, total_input }: Transaction): bigint {
  const claims = inputs.filter(({ type }) => type === 'claim').reduce((sum, one) => sum + amountOf(one), 0n)
  const change = outputs.filter(({ type }) => type === 'payment').reduce((sum, one) => sum + amountOf(one), 0n)
  return parseLbc(total_input) - claims - change
}

function amountOf({ amount = '0.0' }: { readonly amount?: string }): bigint {
  return parseLbc(amount)
}

/** Sums amounts of LBC as text. */
export function addLbc(...amounts: readonly (string | undefined)[]): string {
  return formatLbc(amounts.reduce((sum, amount = '0.0') => sum + parseLbc(amount), 0n))
}
