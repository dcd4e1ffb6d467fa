import { addressOf } from './lbry-transaction.ts'
import { type FakeLbryWallet, lbc, type Tx, type Txo } from './lbry-wallet.ts'

type Json = Record<string, unknown>

/** Seconds between blocks here, so that times are the same in every run. */
const BLOCK_SECONDS = 150
const GENESIS = 1_795_000_000
/** Blocks until a claim ends: 500 on regtest. */
const LIFETIME = 500

const TYPES = { payment: 'payment', create: 'claim', update: 'claim', support: 'support' } as const

/** Where it is told: in the wallet's lists, by a hub, in the answer to the call that made it, as an input, or as a channel. */
export type Told = 'wallet' | 'hub' | 'new' | 'input' | 'channel'

export function viewOf(wallet: FakeLbryWallet, txo: Txo, told: Told): Json {
  const depth = told === 'new' ? { height: -2, confirmations: -2 } : wallet.depthOf(txo)
  return {
    address: addressOf(txo.keyHash),
    amount: lbc(txo.dewies),
    ...depth,
    nout: txo.nout,
    timestamp: depth.height > 0 ? GENESIS + depth.height * BLOCK_SECONDS : null,
    txid: txo.txid,
    type: TYPES[txo.purpose.kind],
    ...(txo.claimId === undefined ? {} : claimPart(wallet, txo, told)),
    ...(told === 'wallet'
      ? {
          is_internal_transfer: txo.isChange,
          is_my_input: (wallet.transactions.get(txo.txid)?.inputs.length ?? 0) > 0,
          is_my_output: true,
          is_spent: txo.spentBy !== undefined,
        }
      : {}),
  }
}

function claimPart(wallet: FakeLbryWallet, txo: Txo, told: Told): Json {
  const { purpose } = txo
  const name = 'name' in purpose ? purpose.name : ''
  const channel = told === 'input' ? undefined : channelOf(wallet, txo)
  return {
    claim_id: txo.claimId,
    meta: told === 'hub' ? metaOf(wallet, txo) : {},
    name,
    normalized_name: name.normalize('NFD').toLowerCase(),
    permanent_url: `lbry://${name}#${txo.claimId}`,
    ...(purpose.kind === 'support' ? {} : { claim_op: purpose.kind, value: txo.value, value_type: txo.valueType }),
    ...(told === 'hub' ? urlsOf(name, txo, channel) : {}),
    ...(txo.valueType === 'channel' && told !== 'input' ? { has_signing_key: told !== 'hub' } : {}),
    ...(channel === undefined
      ? {}
      : {
          is_channel_signature_valid: true,
          signing_channel: viewOf(wallet, channel, told === 'hub' ? 'hub' : 'channel'),
        }),
  }
}

function channelOf(wallet: FakeLbryWallet, { channelId }: Txo): Txo | undefined {
  return channelId === undefined ? undefined : wallet.claims().find((one) => one.claimId === channelId)
}

function urlsOf(name: string, txo: Txo, channel: Txo | undefined): Json {
  const short = `${name}#${txo.claimId?.slice(0, 1)}`
  const owner =
    channel !== undefined && 'name' in channel.purpose ? `${channel.purpose.name}#${channel.claimId?.slice(0, 1)}/` : ''
  return { short_url: `lbry://${short}`, canonical_url: `lbry://${owner}${short}` }
}

function metaOf(wallet: FakeLbryWallet, txo: Txo): Json {
  const { height } = wallet.depthOf(txo)
  return {
    activation_height: height,
    creation_height: height,
    creation_timestamp: GENESIS + height * BLOCK_SECONDS,
    effective_amount: lbc(txo.dewies),
    expiration_height: height + LIFETIME,
    is_controlling: true,
    reposted: 0,
    support_amount: '0.0',
    take_over_height: height,
    ...(txo.valueType === 'channel'
      ? { claims_in_channel: wallet.claims().filter(({ channelId }) => channelId === txo.claimId).length }
      : {}),
  }
}

/** @param told - `new` in the answer to the call that made it. */
export function transactionView(wallet: FakeLbryWallet, tx: Tx, told: 'new' | 'wallet'): Json {
  const sum = (of: readonly Txo[]): bigint => of.reduce((total, { dewies }) => total + dewies, 0n)
  return {
    height: told === 'new' ? -2 : tx.block,
    hex: tx.hex,
    inputs: tx.inputs.map((input) => viewOf(wallet, input, 'input')),
    outputs: tx.outputs.map((output) => viewOf(wallet, output, told === 'new' ? 'new' : 'input')),
    total_fee: lbc(tx.fee),
    total_input: lbc(sum(tx.inputs)),
    total_output: lbc(sum(tx.outputs)),
    txid: tx.txid,
  }
}

/** A line of `transaction_list`. What is made and supported is not listed here: no test reads it. */
export function summaryView(wallet: FakeLbryWallet, tx: Tx): Json {
  const { height, confirmations } = wallet.depthOf(tx.outputs[0] ?? { txid: tx.txid, nout: 0 })
  const timestamp = height > 0 ? GENESIS + height * BLOCK_SECONDS : null
  const kept = new Set(tx.outputs.map(({ claimId }) => claimId))
  const abandoned = tx.inputs.filter(({ claimId }) => claimId !== undefined && !kept.has(claimId))
  return {
    abandon_info: abandoned.map((txo) => ({
      ...{ address: addressOf(txo.keyHash), amount: lbc(txo.dewies), balance_delta: lbc(txo.dewies) },
      ...{ claim_id: txo.claimId, claim_name: 'name' in txo.purpose ? txo.purpose.name : '', nout: txo.nout },
    })),
    ...{ claim_info: [], purchase_info: [], support_info: [], update_info: [] },
    ...{ confirmations, date: timestamp && new Date(timestamp * 1_000).toISOString().slice(0, 16).replace('T', ' ') },
    ...{ fee: `-${lbc(tx.fee)}`, timestamp, txid: tx.txid, value: '0.0' },
  }
}

/** @param most - a larger page is cut to it without a word. */
export function pageView(items: readonly unknown[], params: Json, most: number = Number.POSITIVE_INFINITY): Json {
  const page = Number(params['page'] ?? 1)
  const size = Math.min(Number(params['page_size'] ?? 20), most)
  const totals = { total_items: items.length, total_pages: Math.ceil(items.length / size) }
  return {
    items: items.slice((page - 1) * size, page * size),
    page,
    page_size: size,
    ...(params['no_totals'] === true ? {} : totals),
  }
}
