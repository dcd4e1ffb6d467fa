import { randomBytes } from 'node:crypto'
import { formatLbc, parseLbc } from '../../src/lbry-sdk-client/daemon/amounts.ts'
import {
  addressOf,
  claimIdOf,
  hash160,
  type MadeOutput,
  makeTransaction,
  type Outpoint,
  type Purpose,
} from './lbry-transaction.ts'

/** What Python raises; becomes the `error` of the reply. */
export class PythonError extends Error {
  readonly className: string | undefined

  constructor(className: string | undefined, message: string) {
    super(message)
    this.className = className
  }
}

/** One output of the wallet, for ever: spent ones stay. */
export interface Txo extends Outpoint {
  readonly dewies: bigint
  readonly keyHash: Uint8Array
  readonly purpose: Purpose
  readonly claimId?: string
  /** As the daemon shows it: of a claim, what it says. */
  readonly value?: Readonly<Record<string, unknown>>
  readonly valueType?: 'stream' | 'channel'
  readonly channelId?: string
  readonly isChange: boolean
  spentBy?: string
  /** Whether the wallet may spend it: own change not before the network has shown it (facts 5). */
  seen: boolean
}

export interface Tx {
  readonly txid: string
  readonly hex: string
  readonly inputs: readonly Txo[]
  readonly outputs: readonly Txo[]
  readonly fee: bigint
  /** 0: in no block yet. */
  block: number
}

export interface NewOutput {
  readonly dewies: bigint
  readonly purpose: Purpose
  readonly value?: Readonly<Record<string, unknown>>
  readonly valueType?: 'stream' | 'channel'
  readonly channelId?: string | undefined
  readonly keyHash?: Uint8Array
}

/** Dewies a byte (facts 1.6). */
const FEE_RATE = 50n
/** Change below it is left to the fee. */
const DUST = 10_000n

/**
 * Wallet, hub and chain of the fake daemon in one: outputs, a mempool, blocks. It keeps what `stream_create` can do twice.
 * Everything is in memory and outlives `restart`, as the wallet file and the chain do.
 */
export class FakeLbryWallet {
  readonly account: string = addressOf(randomBytes(20))
  readonly transactions: Map<string, Tx> = new Map()
  height = 100
  encrypted = false
  locked = false
  password = ''
  /** Private keys of its channels, by claim id. */
  readonly channelKeys: Map<string, Uint8Array> = new Map()
  /** What the hub knows of others: their confirmed claims. */
  readonly elsewhere: FakeLbryWallet[] = []
  /** What the hub says to the next broadcasts, one each, like `(1, 'txn-mempool-conflict')`; none is a success. */
  readonly refusals: string[] = []
  /** Off: change of a call without `blocking` is seen when `notice` or `mine` say so. On: at once. */
  seesAtOnce = false
  /** On: change is seen with the next block only, whatever the call says; a hub that is slow to tell. */
  seesWithBlock = false
  /** Most transactions in a row that wait for a block; lbrycrd has 25, lbcd no limit (facts 5). */
  chainLimit: number = Number.POSITIVE_INFINITY
  /** Blocks that the wallet has still to read. */
  blocksBehind = 0
  /** Whether it is reading transactions. */
  isSyncing = false

  /** Coins from outside, confirmed. */
  fund(amount: string, outputs = 1): void {
    const from: Outpoint = { txid: randomBytes(32).toString('hex'), nout: 0 }
    const made = Array.from({ length: outputs }, () => ({
      dewies: parseLbc(amount),
      purpose: { kind: 'payment' } as const,
    }))
    const tx = this.build([], made, [from])
    this.commit(tx, true)
    this.mine(1)
  }

  mine(blocks: number): void {
    this.height += blocks
    for (const tx of this.transactions.values()) if (tx.block === 0) tx.block = this.height - blocks + 1
    this.notice()
  }

  /** The network shows the wallet its own transactions. */
  notice(): void {
    for (const txo of this.txos()) txo.seen = true
  }

  txos(): Txo[] {
    return [...this.transactions.values()].flatMap(({ outputs }) => outputs)
  }

  claims(): Txo[] {
    return this.txos().filter(
      ({ spentBy, claimId, purpose }) => spentBy === undefined && claimId !== undefined && purpose.kind !== 'support',
    )
  }

  /** @param confirmations - counts only what has that many. */
  balance(confirmations = 0): { readonly available: bigint; readonly claims: bigint; readonly supports: bigint } {
    const deep = (txo: Txo): boolean => confirmations === 0 || this.depthOf(txo).confirmations >= confirmations
    const sum = (kinds: readonly Purpose['kind'][]): bigint =>
      this.txos()
        .filter((txo) => txo.spentBy === undefined && kinds.includes(txo.purpose.kind) && deep(txo))
        .reduce((total, { dewies }) => total + dewies, 0n)
    return { available: sum(['payment']), claims: sum(['create', 'update']), supports: sum(['support']) }
  }

  /** Depth as the daemon tells it: blocks, 0 in the mempool, -1 there with parents that wait as well. */
  depthOf({ txid }: Outpoint): { readonly height: number; readonly confirmations: number } {
    const tx = this.transactions.get(txid)
    if (tx === undefined) return { height: -2, confirmations: -2 }
    if (tx.block > 0) return { height: tx.block, confirmations: this.height - tx.block + 1 }
    const waits = tx.inputs.some((input) => (this.transactions.get(input.txid)?.block ?? 1) === 0)
    return { height: waits ? -1 : 0, confirmations: waits ? -1 : 0 }
  }

  /**
   * Chooses funds, adds change and makes the transaction; nothing is kept until `commit`.
   *
   * @param value - makes the claim once the first input is known, which its signature covers.
   */
  spend(must: readonly Txo[], outputs: readonly NewOutput[], sign?: (first: Outpoint) => Purpose): Tx {
    if (this.locked) throw new PythonError('AssertionError', 'Cannot spend funds with locked wallet, unlock first.')
    const spendable = this.txos().filter(
      (one) => one.seen && one.spentBy === undefined && one.purpose.kind === 'payment',
    )
    const inputs = [...must]
    const wanted = outputs.reduce((sum, { dewies }) => sum + dewies, 0n)
    for (;;) {
      const given = inputs.reduce((sum, { dewies }) => sum + dewies, 0n)
      const [first] = inputs
      if (first !== undefined) {
        const signed = outputs.map((one, i) => (i === 0 && sign !== undefined ? { ...one, purpose: sign(first) } : one))
        const change = { dewies: 0n, purpose: { kind: 'payment' } as const }
        const fee = BigInt(this.build(inputs, [...signed, change]).hex.length / 2) * FEE_RATE
        if (given >= wanted + fee) {
          const left = given - wanted - fee
          return this.build(
            inputs,
            left > DUST || signed.length === 0 ? [...signed, { ...change, dewies: left }] : signed,
          )
        }
      }
      const next = spendable.shift()
      if (next === undefined)
        throw new PythonError('InsufficientFundsError', 'Not enough funds to cover this transaction.')
      inputs.push(next)
    }
  }

  /** To the network, which may refuse it: then nothing has changed. */
  broadcast(tx: Tx, blocking: boolean): void {
    const refusal = this.refusals.shift()
    if (refusal !== undefined) throw new PythonError('RPCError', refusal)
    if (this.waitingBehind(tx) >= this.chainLimit)
      throw new PythonError(
        'RPCError',
        `(1, 'the transaction was rejected by network rules.\\n\\n64: too-long-mempool-chain\\n[${tx.hex}]')`,
      )
    // Two calls that chose the same funds while neither had spent them.
    if (tx.inputs.some(({ spentBy }) => spentBy !== undefined))
      throw new PythonError(
        'RPCError',
        `(1, 'the transaction was rejected by network rules.\\n\\n258: txn-mempool-conflict\\n[${tx.hex}]')`,
      )
    this.commit(tx, (blocking || this.seesAtOnce) && !this.seesWithBlock)
  }

  /** Transactions without a block that this one stands on. */
  private waitingBehind({ inputs }: Tx): number {
    const waits = new Set<string>()
    const queue = [...inputs]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const tx = this.transactions.get(next.txid)
      if (tx === undefined || tx.block > 0 || waits.has(tx.txid)) continue
      waits.add(tx.txid)
      queue.push(...tx.inputs)
    }
    return waits.size
  }

  private commit(tx: Tx, seen: boolean): void {
    this.transactions.set(tx.txid, tx)
    for (const input of tx.inputs) input.spentBy = tx.txid
    for (const output of tx.outputs) output.seen = seen
  }

  private build(inputs: readonly Txo[], outputs: readonly NewOutput[], from: readonly Outpoint[] = inputs): Tx {
    const made: MadeOutput[] = outputs.map(({ dewies, purpose, keyHash }) => ({
      dewies,
      purpose,
      keyHash: keyHash ?? hash160(randomBytes(33)),
    }))
    const { hex, txid } = makeTransaction(from, made)
    const sum = (of: readonly { readonly dewies: bigint }[]): bigint =>
      of.reduce((total, { dewies }) => total + dewies, 0n)
    const txos = made.map((output, nout): Txo => {
      const { value, valueType, channelId } = outputs[nout] ?? {}
      const { purpose } = output
      const claimId =
        purpose.kind === 'create' ? claimIdOf({ txid, nout }) : 'claimId' in purpose ? purpose.claimId : undefined
      return {
        ...output,
        txid,
        nout,
        isChange: purpose.kind === 'payment' && inputs.length > 0,
        seen: false,
        ...(claimId === undefined ? {} : { claimId }),
        ...(value === undefined ? {} : { value }),
        ...(valueType === undefined ? {} : { valueType }),
        ...(channelId === undefined ? {} : { channelId }),
      }
    })
    return { txid, hex, inputs, outputs: txos, fee: inputs.length === 0 ? 0n : sum(inputs) - sum(outputs), block: 0 }
  }
}

/** Amounts as the daemon writes them. */
export function lbc(dewies: bigint): string {
  return formatLbc(dewies)
}
