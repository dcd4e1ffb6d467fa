import { randomBytes } from 'node:crypto'
import { MAX_SEARCH_PAGE, resolved, searched } from './lbry-hub.ts'
import { FakeLbryPublishing } from './lbry-publishing.ts'
import { FakeLbryStreams } from './lbry-streams.ts'
import { addressOf } from './lbry-transaction.ts'
import { matches } from './lbry-values.ts'
import { pageView, summaryView, transactionView, viewOf } from './lbry-views.ts'
import { type FakeLbryWallet, lbc, PythonError, type Txo } from './lbry-wallet.ts'

type Json = Record<string, unknown>

/** The methods of the fake daemon over one wallet. What it does not know it refuses, so that no test leans on a guess. */
export class FakeLbryMethods {
  readonly wallet: FakeLbryWallet
  readonly streams: FakeLbryStreams
  /** Off: like a daemon that still looks for its hub. */
  started = true
  private readonly publishing: FakeLbryPublishing

  /** @param streams - what an earlier daemon had on its disk. */
  constructor(wallet: FakeLbryWallet, streams: FakeLbryStreams = new FakeLbryStreams(wallet)) {
    this.wallet = wallet
    this.streams = streams
    this.publishing = new FakeLbryPublishing(wallet, this.streams)
  }

  /** What a restart does: an encrypted wallet is locked again, and streams without a claim are gone. */
  restart(): void {
    this.wallet.locked = this.wallet.encrypted
    this.streams.dropOrphans()
  }

  async answer(method: string, params: Json): Promise<unknown> {
    const { wallet } = this
    if (!this.started && method !== 'status' && method !== 'version')
      throw new PythonError(
        'ComponentsNotStartedError',
        'the following required components have not yet started: ["wallet"]',
      )
    switch (method) {
      case 'version':
        return { build: 'dev', lbrynet_version: '0.113.0', os_system: 'Linux', platform: 'fake', version: '0.113.0' }
      case 'status':
        return this.status()
      case 'account_list':
        return pageView([this.account()], params)
      case 'account_balance':
      case 'wallet_balance':
        return this.balance(Number(params['confirmations'] ?? 0))
      case 'address_unused':
        return addressOf(randomBytes(20))
      case 'wallet_status':
        return { is_encrypted: wallet.encrypted, is_locked: wallet.locked, is_syncing: wallet.isSyncing }
      case 'wallet_encrypt':
        wallet.password = String(params['new_password'])
        wallet.encrypted = true
        return true
      case 'wallet_lock':
        wallet.locked = wallet.encrypted
        return wallet.encrypted
      case 'wallet_unlock':
        if (params['password'] !== wallet.password) return false
        wallet.locked = false
        return true
      case 'utxo_release':
        return null
      case 'account_fund':
        return this.publishing.accountFund(params)
      case 'transaction_show':
        return this.transactionShow(String(params['txid']))
      case 'transaction_list':
        return pageView(
          [...wallet.transactions.values()].reverse().map((tx) => summaryView(wallet, tx)),
          params,
        )
      case 'utxo_list':
        return this.list(params, (txo) => txo.spentBy === undefined && txo.purpose.kind === 'payment')
      case 'txo_list':
        return this.list(params, (txo) => params['is_not_spent'] !== true || txo.spentBy === undefined)
      case 'claim_list':
        return this.list(params, (txo) => this.isOwn(txo, params))
      case 'stream_list':
      case 'channel_list':
        return this.list(params, (txo) => this.isOwn(txo, params) && txo.valueType === method.slice(0, -'_list'.length))
      case 'claim_search':
        return { ...pageView(searched(wallet, params), params, MAX_SEARCH_PAGE), blocked: { channels: [], total: 0 } }
      case 'resolve':
        return Object.fromEntries([params['urls']].flat().map((url) => [url, resolved(wallet, String(url))]))
      case 'channel_create':
        return this.publishing.channelCreate(params)
      case 'stream_create':
        return await this.publishing.streamCreate(params)
      case 'stream_update':
        return await this.publishing.streamUpdate(params)
      case 'publish':
        return await this.publishing.publish(params)
      case 'stream_abandon':
        return this.publishing.streamAbandon(params)
      case 'support_create':
        return this.publishing.supportCreate(params)
      case 'file_list':
        return pageView(this.streams.list(params), params)
      case 'file_delete':
        return this.streams.chosen(params).filter((one) => this.streams.drop(one)).length > 0
      case 'file_reflect':
        throw new PythonError('IndexError', 'Cannot choose from an empty sequence')
      case 'blob_get':
        return this.streams.readBlob(String(params['blob_hash']), params['read'] === true)
      case 'blob_list':
        return pageView(this.streams.blobHashes(String(params['sd_hash'])), params)
      default:
        throw new RangeError(`the fake daemon does not model ${method}: add it`)
    }
  }

  private status(): Json {
    const on = this.started
    return {
      installation_id: '9rDGWePA8Harda2BDLzi6zzkxyV4J8mm8ZsCrWtqmCq7BDxPw68YV35v7ksg4KNMfu',
      is_running: on,
      skipped_components: ['dht'],
      startup_status: { blob_manager: true, database: true, disk_space: on, file_manager: on, wallet: on },
      ffmpeg_status: { analyze_audio_volume: true, available: false, which: null },
      wallet: on
        ? {
            available_servers: 1,
            blocks: this.wallet.height,
            blocks_behind: this.wallet.blocksBehind,
            connected: '127.0.0.1:50001',
            known_servers: 1,
            servers: [],
          }
        : { available_servers: 0, connected: null, connected_features: null, known_servers: 1, servers: [] },
    }
  }

  private account(): Json {
    const { wallet } = this
    const { available } = wallet.balance()
    return {
      certificates: this.publishing.channels,
      coins: Number(lbc(available)),
      encrypted: wallet.encrypted,
      id: wallet.account,
      is_default: true,
      ledger: 'lbc_regtest',
      name: `Account #${wallet.account}`,
      satoshis: Number(available),
    }
  }

  private balance(confirmations: number): Json {
    const { available, claims, supports } = this.wallet.balance(confirmations)
    return {
      available: lbc(available),
      reserved: lbc(claims + supports),
      reserved_subtotals: { claims: lbc(claims), supports: lbc(supports), tips: '0.0' },
      total: lbc(available + claims + supports),
    }
  }

  private isOwn(txo: Txo, params: Json): boolean {
    const claim = txo.claimId !== undefined && txo.purpose.kind !== 'support'
    // Without the key: unspent. With it: spent, or for false, no matter (facts 1.5).
    const spent =
      'is_spent' in params ? params['is_spent'] !== true || txo.spentBy !== undefined : txo.spentBy === undefined
    return claim && spent
  }

  private list(params: Json, fits: (txo: Txo) => boolean): Json {
    const named = this.wallet
      .txos()
      .filter((txo) => fits(txo) && matches(txo, params))
      .reverse()
    return pageView(
      named.map((txo) => viewOf(this.wallet, txo, 'wallet')),
      params,
    )
  }

  private transactionShow(txid: string): Json {
    const tx = this.wallet.transactions.get(txid)
    return tx === undefined
      ? { success: false, code: 404, message: 'transaction not found' }
      : transactionView(this.wallet, tx, 'wallet')
  }
}
