import * as v from 'valibot'
import { type ClaimValue, claimValue } from './output.ts'
import { type Page, pageOf } from './page.ts'

/** A stream that the daemon holds. */
export interface StreamFile {
  readonly sd_hash: string
  readonly stream_hash?: string
  readonly claim_id?: string | null
  readonly claim_name?: string | null
  readonly txid?: string | null
  readonly nout?: number | null
  readonly channel_claim_id?: string | null
  readonly file_name?: string | null
  /** On the machine of the daemon: not for logs that leave it. */
  readonly download_path?: string | null
  readonly mime_type?: string | null
  readonly status?: string
  readonly completed: boolean
  readonly blobs_completed: number
  /** Data blobs, without the descriptor. */
  readonly blobs_in_stream: number
  readonly blobs_remaining: number
  /** An upper bound. */
  readonly total_bytes?: number
  readonly written_bytes?: number | null
  readonly is_fully_reflected: boolean
  /** Percent. */
  readonly reflector_progress?: number
  readonly uploading_to_reflector?: boolean
  readonly streaming_url?: string
  readonly height?: number
  readonly confirmations?: number
  readonly metadata?: ClaimValue | null
}

const text = v.exactOptional(v.string())
const nullableText = v.exactOptional(v.nullable(v.string()))
const int = v.pipe(v.number(), v.integer())
const whole = v.exactOptional(int)
const nullableWhole = v.exactOptional(v.nullable(int))
const sha384 = v.pipe(v.string(), v.regex(/^[0-9a-f]{96}$/))

export const hashes: v.GenericSchema<unknown, readonly string[]> = v.array(sha384)
export const hashPage: v.GenericSchema<unknown, Page<string>> = pageOf(sha384)

export const streamFile: v.GenericSchema<unknown, StreamFile> = v.object({
  sd_hash: sha384,
  stream_hash: text,
  claim_id: nullableText,
  claim_name: nullableText,
  txid: nullableText,
  nout: nullableWhole,
  channel_claim_id: nullableText,
  file_name: nullableText,
  download_path: nullableText,
  mime_type: nullableText,
  status: text,
  completed: v.boolean(),
  blobs_completed: int,
  blobs_in_stream: int,
  blobs_remaining: int,
  total_bytes: whole,
  written_bytes: nullableWhole,
  is_fully_reflected: v.boolean(),
  reflector_progress: v.exactOptional(v.number()),
  uploading_to_reflector: v.exactOptional(v.boolean()),
  streaming_url: text,
  height: whole,
  confirmations: whole,
  metadata: v.exactOptional(v.nullable(claimValue)),
})
export const files: v.GenericSchema<unknown, Page<StreamFile>> = pageOf(streamFile)
