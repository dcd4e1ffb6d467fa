import * as v from 'valibot'
import * as is from './checks.ts'
import type { FieldsOf } from './claim-fields.ts'
import type { PageParams } from './list-params.ts'

/** Picks files; all that are given must hold. */
export interface FileChoice {
  readonly sd_hash?: string
  readonly stream_hash?: string
  readonly claim_id?: string
  readonly claim_name?: string
  readonly channel_claim_id?: string
  readonly txid?: string
  readonly nout?: number
  readonly file_name?: string
  readonly status?: 'running' | 'finished' | 'stopped'
}

/** Give an `sd_hash` or a `claim_name`: a page with a stream that a failed broadcast left behind cannot be told (facts 1.5). */
export interface FileListParams extends FileChoice, PageParams {
  readonly sort?: string
  readonly reverse?: boolean
  readonly wallet_id?: string
}

export interface FileDeleteParams extends FileChoice {
  readonly delete_from_download_dir?: boolean
  /** Wanted when several match. */
  readonly delete_all?: boolean
}

/** `server` and `port` are what the code reads; the documented `reflector` has no effect (facts 1.5). */
export interface FileReflectParams extends FileChoice {
  readonly server?: string
  readonly port?: number
}

export interface BlobListParams extends PageParams {
  readonly sd_hash?: string
  readonly stream_hash?: string
  readonly uri?: string
  readonly finished?: boolean
  readonly needed?: boolean
}

/** Of a blob that the daemon has not it asks the network, and goes on asking when nobody waits any more: see `blob_list`. */
export interface BlobGetParams {
  readonly blob_hash: string
  /** Give its bytes as text, which a descriptor is; otherwise words alone. @default false */
  readonly read?: boolean
}

export interface BlobAnnounceParams {
  readonly sd_hash?: string
  readonly blob_hash?: string
  readonly stream_hash?: string
}

const choice: FieldsOf<FileChoice> = {
  sd_hash: v.exactOptional(is.sha384),
  stream_hash: v.exactOptional(is.sha384),
  claim_id: v.exactOptional(is.claimId),
  claim_name: v.exactOptional(is.filledWords),
  channel_claim_id: v.exactOptional(is.claimId),
  txid: v.exactOptional(is.txid),
  nout: v.exactOptional(is.index),
  file_name: v.exactOptional(is.filledWords),
  status: v.exactOptional(v.picklist(['running', 'finished', 'stopped'], 'running, finished or stopped')),
}
const hasAny = (given: object): boolean => Object.keys(choice).some((key) => key in given)
const pages: FieldsOf<PageParams> = { page: v.exactOptional(is.count), page_size: v.exactOptional(is.count) }

export const fileListParams: v.GenericSchema<unknown, FileListParams> = v.strictObject({
  ...choice,
  ...pages,
  sort: v.exactOptional(is.filledWords),
  reverse: v.exactOptional(is.flag),
  wallet_id: v.exactOptional(is.filledWords),
})
export const fileDeleteParams: v.GenericSchema<unknown, FileDeleteParams> = v.pipe(
  v.strictObject({
    ...choice,
    delete_from_download_dir: v.exactOptional(is.flag),
    delete_all: v.exactOptional(is.flag),
  }),
  v.check((given) => hasAny(given), 'What to delete must be given'),
)
export const fileReflectParams: v.GenericSchema<unknown, FileReflectParams> = v.pipe(
  v.strictObject({ ...choice, server: v.exactOptional(is.filledWords), port: v.exactOptional(is.count) }),
  v.check((given) => hasAny(given), 'What to reflect must be given'),
)
export const blobListParams: v.GenericSchema<unknown, BlobListParams> = v.strictObject({
  ...pages,
  sd_hash: v.exactOptional(is.sha384),
  stream_hash: v.exactOptional(is.sha384),
  uri: v.exactOptional(is.lbryUrl),
  finished: v.exactOptional(is.flag),
  needed: v.exactOptional(is.flag),
})
export const blobGetParams: v.GenericSchema<unknown, BlobGetParams> = v.strictObject({
  blob_hash: is.sha384,
  read: v.exactOptional(is.flag),
})
export const blobAnnounceParams: v.GenericSchema<unknown, BlobAnnounceParams> = v.strictObject({
  sd_hash: v.exactOptional(is.sha384),
  blob_hash: v.exactOptional(is.sha384),
  stream_hash: v.exactOptional(is.sha384),
})
