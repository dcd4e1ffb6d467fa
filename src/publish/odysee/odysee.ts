import type { Service } from './service.ts'

/** The channel that claims are signed by. */
export interface Channel {
  readonly id: string
  /** `@name` */
  readonly name: string
  /** Hexadecimal; absent when the wallet does not say it. */
  readonly publicKey?: string
  /** Ids of all channels of the account, this one too: what tells one account from another. */
  readonly siblings: readonly string[]
}

/** Whether an item that was begun with one channel belongs to the account of this one; `undefined` for none yet. */
export function isOfAccount(begunWith: string | undefined, channel: Channel): boolean {
  return begunWith === undefined || channel.siblings.includes(begunWith)
}

/** Everything that a step of publishing needs. */
export interface Odysee extends Service {
  /** LBC that stand behind a new claim. */
  readonly bid: string
  /** Looked up once. @throws {PublishError} `CHANNEL_MISSING`, `CHANNEL_AMBIGUOUS`, and whatever keeps us from asking. */
  channel(signal: AbortSignal): Promise<Channel>
  /** Counts what a transaction of ours took from the wallet, bid and fee, once for each transaction. */
  countSpent(spent: { readonly txid: string; readonly dewies: bigint }): void
}
