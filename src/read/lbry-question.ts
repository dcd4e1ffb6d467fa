import type { StepName, Verdict } from '../lbry-sdk-client/index.ts'
import type { LbryReference } from '../model/lbry-reference.ts'

/** What is asked about a file and a publication on LBRY, and all that there is to answer it with. */
export interface CopyQuestion {
  readonly file: string
  /** The claim that is meant. */
  readonly reference?: LbryReference | undefined
  /** The channel that is meant; 40 lower-case hexadecimal digits. */
  readonly channelId?: string | undefined
  readonly transaction?: Uint8Array | string | undefined
  readonly channelTransaction?: Uint8Array | string | undefined
  readonly sdBlob?: Uint8Array | undefined
  /** A directory of blobs named by their hashes. */
  readonly blobs?: string | undefined
}

export interface CopyStep {
  /** Those of the proof, and `blobs`: every blob is at hand and they decrypt to the file. */
  readonly step: StepName | 'blobs'
  readonly verdict: Verdict
  readonly detail: string
}
