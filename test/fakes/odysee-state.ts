import { createHash, type Hash, randomBytes } from 'node:crypto'
import { FakeLbryMethods } from './lbry-methods.ts'
import { FakeLbryWallet } from './lbry-wallet.ts'

type Json = Record<string, unknown>

export interface OdyseeUser {
  readonly id: number
  hasVerifiedEmail: boolean
}

/** One upload of the tus store. Its bytes are hashed as they come; small ones are kept too. */
export interface FakeUpload {
  readonly id: string
  readonly user: number
  readonly bytes: number
  readonly filename: string
  readonly filetype: string
  readonly hash: Hash
  readonly kept: Uint8Array[]
  offset: number
  isBusy: boolean
}

export interface FakeQuery {
  readonly id: string
  readonly user: number
  readonly upload: string | undefined
  readonly method: string
  readonly params: Json
  /** Looks that are still answered with 204. */
  looksLeft: number
  isAsked: boolean
  /** The JSON-RPC message of the wallet, once it has answered. */
  message: Json | undefined
}

/** Uploads up to here can be looked at afterwards. */
const KEPT_BYTES = 1_048_576

/**
 * What Odysee remembers: accounts, uploads, queries, and one wallet with its chain. It outlives the server over it, as
 * databases do: a second server on the same state is a restart.
 */
export class FakeOdyseeState {
  readonly wallet: FakeLbryWallet
  readonly methods: FakeLbryMethods
  /** By token. */
  readonly users: Map<string, OdyseeUser> = new Map()
  /** Leaves to upload, by JWT. */
  readonly leaves: Map<string, { readonly user: number; isExpired: boolean }> = new Map()
  readonly uploads: Map<string, FakeUpload> = new Map()
  readonly queries: Map<string, FakeQuery> = new Map()
  /** How often a query is pending before it has ended. */
  pendingLooks = 1
  /** When the wallet is asked: as soon as the query is there, or when it ends. */
  asksWallet: 'at-once' | 'at-the-end' = 'at-once'
  /** Off: every create call makes a query of its own, as before 2026-04. */
  isIdempotent = true
  /** What it calls itself, when that is not where it listens. */
  publicOrigin: string | undefined
  /** What the service makes of an upload: a hook for one that changes it. */
  hashOf: (upload: FakeUpload) => string = (upload) => upload.hash.copy().digest('hex')
  private lastUser = 0
  private lastQuery = 0

  constructor(wallet: FakeLbryWallet = new FakeLbryWallet()) {
    this.wallet = wallet
    // The service asks with `blocking`, and waits itself for its own change.
    wallet.seesAtOnce = true
    this.methods = new FakeLbryMethods(wallet)
  }

  addUser(token: string, hasVerifiedEmail = true): OdyseeUser {
    this.lastUser += 1
    const user = { id: this.lastUser, hasVerifiedEmail }
    this.users.set(token, user)
    return user
  }

  /** A wallet with coins and a channel. @returns the claim id of the channel */
  async addChannel(name: string): Promise<string> {
    const made = await this.methods.answer('channel_create', { name, bid: '0.01', blocking: true })
    this.wallet.mine(1)
    const found = this.wallet.claims().findLast(({ purpose }) => 'name' in purpose && purpose.name === name)
    if (found?.claimId === undefined) throw new RangeError(`no channel in ${JSON.stringify(made)}`)
    return found.claimId
  }

  newLeave(user: number): string {
    const jwt = `eyJ${randomBytes(24).toString('base64url')}`
    this.leaves.set(jwt, { user, isExpired: false })
    return jwt
  }

  expireLeaves(): void {
    for (const leave of this.leaves.values()) leave.isExpired = true
  }

  newUpload(
    user: number,
    bytes: number,
    { filename = '', filetype = '' }: Readonly<Record<string, string>>,
  ): FakeUpload {
    const id = randomBytes(16).toString('hex')
    const upload = {
      id,
      user,
      bytes,
      filename,
      filetype,
      hash: createHash('sha384'),
      kept: [],
      offset: 0,
      isBusy: false,
    }
    this.uploads.set(id, upload)
    return upload
  }

  takeBytes(upload: FakeUpload, chunk: Uint8Array): void {
    upload.hash.update(chunk)
    upload.offset += chunk.length
    if (upload.offset <= KEPT_BYTES) upload.kept.push(Buffer.from(chunk))
  }

  newQuery(user: number, method: string, params: Json, upload: string | undefined): FakeQuery {
    this.lastQuery += 1
    const id = `${createHash('md5')
      .update(upload ?? randomBytes(8))
      .digest('hex')}${this.lastQuery}`
    const query = { id, user, upload, method, params, looksLeft: this.pendingLooks, isAsked: false, message: undefined }
    this.queries.set(id, query)
    return query
  }

  /** Streams that were ever made, by name: whoever publishes twice has a 2 in here, abandoned or not. */
  madeClaims(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { purpose, valueType } of this.wallet.txos())
      if (purpose.kind === 'create' && valueType === 'stream')
        counts.set(purpose.name, (counts.get(purpose.name) ?? 0) + 1)
    return counts
  }

  /** Uploads that no query is about. */
  orphans(): FakeUpload[] {
    const used = new Set([...this.queries.values()].map(({ upload }) => upload))
    return [...this.uploads.values()].filter(({ id }) => !used.has(id))
  }
}
