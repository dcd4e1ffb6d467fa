import { randomBytes } from 'node:crypto'
import { isLbryLanguage } from '../../src/lbry-sdk-client/daemon/languages.ts'
import { encodeChannel } from './lbry-claim.ts'
import { type FakeLbryStreams, servedSource, sourceOf } from './lbry-streams.ts'
import {
  addressOf,
  hash160,
  type Outpoint,
  type Purpose,
  publicKeyOf,
  signedValue,
  unsignedValue,
} from './lbry-transaction.ts'
import { streamClaim, updatedClaim } from './lbry-updates.ts'
import { dewiesOf, MissingParameters, matches, textValue } from './lbry-values.ts'
import { transactionView } from './lbry-views.ts'
import { type FakeLbryWallet, type NewOutput, PythonError, type Tx } from './lbry-wallet.ts'

type Json = Record<string, unknown>

/** Names that the real daemon takes: it lets `*` pass, and any length. */
const NAME = /^[^=&#:$@%?;"/\\<>{}|^~`[\]\p{Cc} \uFFFE\uFFFF]+$/u
const NO_INPUT: Outpoint = { txid: '0'.repeat(64), nout: 0 }

/** The methods that make transactions. Two calls at a time can both find a name free: each hashes its file in between. */
export class FakeLbryPublishing {
  private readonly wallet: FakeLbryWallet
  private readonly streams: FakeLbryStreams

  constructor(wallet: FakeLbryWallet, streams: FakeLbryStreams) {
    this.wallet = wallet
    this.streams = streams
  }

  /** How many channels it has the keys of. */
  get channels(): number {
    return this.wallet.channelKeys.size
  }

  accountFund(params: Json): Json {
    const outputs = Number(params['outputs'] ?? 1)
    if (params['everything'] === true && outputs > 1)
      throw new PythonError('ValueError', 'Using --everything along with --outputs is not supported.')
    const each = dewiesOf(params, 'amount') / BigInt(outputs)
    const made = Array.from({ length: outputs }, () => ({ dewies: each, purpose: { kind: 'payment' } as const }))
    const tx = this.wallet.spend([], made)
    if (params['broadcast'] === true) this.wallet.broadcast(tx, false)
    return transactionView(this.wallet, tx, 'new')
  }

  channelCreate(params: Json): Json {
    const name = String(params['name'])
    if (!name.startsWith('@')) throw new PythonError('Exception', "Channel names must start with '@' symbol.")
    if (!NAME.test(name.slice(1))) throw new PythonError('Exception', 'Invalid channel name.')
    const dewies = dewiesOf(params, 'bid')
    this.refuseTwice(name, params, `You already have a channel under the name '${name}'.`)
    const key = randomBytes(32)
    const value = {
      public_key: Buffer.from(publicKeyOf(key)).toString('hex'),
      public_key_id: addressOf(hash160(publicKeyOf(key))),
      ...textValue(params),
    }
    const purpose: Purpose = { kind: 'create', name, value: unsignedValue(encodeChannel(publicKeyOf(key), params)) }
    const tx = this.wallet.spend([], [{ dewies, purpose, value, valueType: 'channel' }])
    this.send(tx, params)
    if (params['preview'] !== true) this.wallet.channelKeys.set(tx.outputs[0]?.claimId ?? '', key)
    return transactionView(this.wallet, tx, 'new')
  }

  async streamCreate(params: Json): Promise<Json> {
    const missing = ['name', 'bid'].filter((key) => !(key in params))
    if (missing.length > 0) throw new MissingParameters('stream_create', missing)
    const name = this.streamName(String(params['name']))
    if (this.wallet.locked)
      throw new PythonError('AssertionError', 'Cannot spend funds with locked wallet, unlock first.')
    const channel = this.channelOf(params)
    const dewies = dewiesOf(params, 'bid')
    this.refuseTwice(name, params, `You already have a stream claim published under the name '${name}'.`)
    refuseValues(params)
    const preview = params['preview'] === true
    const held = 'file_path' in params ? await this.streams.read(String(params['file_path'])) : undefined
    const source = held === undefined ? servedSource(params) : sourceOf(held, preview)
    const { protobuf, value } = streamClaim(params, source)
    const sign = (first: Outpoint): Purpose => ({
      kind: 'create',
      name,
      value: channel === undefined ? unsignedValue(protobuf) : signedValue(protobuf, first, channel.id, channel.key),
    })
    const claim: NewOutput = { dewies, purpose: sign(NO_INPUT), value, valueType: 'stream', channelId: channel?.id }
    const tx = this.wallet.spend([], [claim], sign)
    // Blobs are made first: a refused broadcast leaves them behind, without a claim.
    if (held !== undefined && !preview) this.streams.keep(held)
    this.send(tx, params)
    const [made] = tx.outputs
    if (held !== undefined && made !== undefined) held.claim = made
    return transactionView(this.wallet, tx, 'new')
  }

  async streamUpdate(params: Json): Promise<Json> {
    const claimId = String(params['claim_id'])
    const old = this.wallet.claims().find((txo) => txo.claimId === claimId && txo.valueType === 'stream')
    if (old === undefined || !('name' in old.purpose))
      throw new PythonError(
        'InputValueError',
        `Can't find the stream '${claimId}' in account(s) '${this.wallet.account}'.`,
      )
    if (this.wallet.locked)
      throw new PythonError('AssertionError', 'Cannot spend funds with locked wallet, unlock first.')
    const { name } = old.purpose
    const keeps = params['replace'] !== true && params['clear_channel'] !== true
    const channel = this.channelOf({
      ...(keeps && old.channelId !== undefined ? { channel_id: old.channelId } : {}),
      ...params,
    })
    const dewies = 'bid' in params ? dewiesOf(params, 'bid') : old.dewies
    refuseValues(params)
    const preview = params['preview'] === true
    const held = 'file_path' in params ? await this.streams.read(String(params['file_path'])) : undefined
    const { protobuf, value } = updatedClaim(
      old,
      params,
      held === undefined ? servedSource(params) : sourceOf(held, preview),
    )
    const sign = (first: Outpoint): Purpose => ({
      ...{ kind: 'update', name, claimId },
      value: channel === undefined ? unsignedValue(protobuf) : signedValue(protobuf, first, channel.id, channel.key),
    })
    const claim: NewOutput = {
      ...{ dewies, purpose: sign(NO_INPUT), value, channelId: channel?.id, keyHash: old.keyHash },
      valueType: 'stream',
    }
    const tx = this.wallet.spend([old], [claim], sign)
    if (held !== undefined && !preview) this.streams.keep(held)
    this.send(tx, params)
    if (!preview) this.streams.moveClaim(old, tx.outputs[0], held)
    return transactionView(this.wallet, tx, 'new')
  }

  /** Creates, or replaces all but the source of what is there. */
  async publish({ name, ...params }: Json): Promise<Json> {
    const own = this.wallet.claims().filter(({ purpose }) => 'name' in purpose && purpose.name === name)
    if (own.length === 0 && !('bid' in params))
      throw new PythonError('Exception', "'bid' is a required argument for new publishes.")
    if (own.length === 0) return await this.streamCreate({ name, ...params })
    if (own.length > 1)
      throw new PythonError(
        'Exception',
        `There are ${own.length} claims for '${name}', please use 'stream update' command to update a specific stream claim.`,
      )
    return await this.streamUpdate({ ...params, claim_id: own[0]?.claimId, replace: true })
  }

  private streamName(name: string): string {
    if (name.startsWith('@'))
      throw new PythonError(
        'Exception',
        "Stream names cannot start with '@' symbol. This is reserved for channels claims.",
      )
    if (!NAME.test(name)) throw new PythonError('Exception', 'Invalid stream name.')
    return name
  }

  streamAbandon(params: Json): Json {
    if (!('claim_id' in params) && !('txid' in params && 'nout' in params))
      throw new PythonError('Exception', 'Must specify claim_id, or txid and nout')
    const found = this.wallet.claims().find((txo) => matches(txo, params))
    if (found === undefined)
      throw new PythonError('Exception', 'No claim found for the specified claim_id or txid:nout')
    const tx = this.wallet.spend([found], [])
    this.send(tx, params)
    return transactionView(this.wallet, tx, 'new')
  }

  supportCreate(params: Json): Json {
    const found = this.wallet.claims().find(({ claimId }) => claimId === params['claim_id'])
    if (found?.claimId === undefined || !('name' in found.purpose))
      throw new PythonError('AttributeError', "'NoneType' object has no attribute 'get_address'")
    const purpose: Purpose = { kind: 'support', name: found.purpose.name, claimId: found.claimId }
    const tx = this.wallet.spend([], [{ dewies: dewiesOf(params, 'amount'), purpose }])
    this.send(tx, params)
    return transactionView(this.wallet, tx, 'new')
  }

  private send(tx: Tx, params: Json): void {
    if (params['preview'] !== true) this.wallet.broadcast(tx, params['blocking'] === true)
  }

  private refuseTwice(name: string, params: Json, message: string): void {
    if (params['allow_duplicate_name'] === true) return
    const taken = this.wallet.claims().some(({ purpose }) => 'name' in purpose && purpose.name === name)
    if (taken) throw new PythonError('Exception', `${message} Use --allow-duplicate-name flag to override.`)
  }

  private channelOf(params: Json): { readonly id: string; readonly key: Uint8Array } | undefined {
    if (!('channel_id' in params) && !('channel_name' in params)) return undefined
    const [by, wanted] =
      'channel_id' in params ? ['channel_id', params['channel_id']] : ['channel_name', params['channel_name']]
    const found = this.wallet
      .claims()
      .find(
        ({ claimId, valueType, purpose }) =>
          valueType === 'channel' && (claimId === wanted || ('name' in purpose && purpose.name === wanted)),
      )
    if (found?.claimId === undefined)
      throw new PythonError('ValueError', `Couldn't find channel with ${by} '${wanted}'.`)
    const key = this.wallet.channelKeys.get(found.claimId)
    if (key === undefined)
      throw new PythonError('PrivateKeyNotFoundError', `Couldn't find private key for id '${found.claimId}'.`)
    return { id: found.claimId, key }
  }
}

function refuseValues(params: Json): void {
  for (const [key, value] of Object.entries(params))
    if (value === null)
      throw new PythonError('InputValueIsNoneError', `None or null is not valid value for argument '${key}'.`)
  const unknown = [params['languages'] ?? []].flat().find((tag) => !isLbryLanguage(String(tag)))
  if (unknown !== undefined)
    throw new PythonError('ValueError', `Enum Language has no value defined for name '${unknown}'`)
}
