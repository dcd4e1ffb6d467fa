import { descriptorHash, type StreamDescriptor } from '../stream/descriptor.ts'
import type { StreamOptions } from '../stream/encrypt-file.ts'
import { LbryStreamError } from '../stream/errors.ts'
import { measureSource, type SourceMeasure } from '../stream/measure-source.ts'
import { parseDescriptor } from '../stream/parse-descriptor.ts'
import { type FileVerdict, verifyFile } from '../stream/verify-file.ts'
import type { ClaimSource } from './claim-message.ts'
import { aStep, type Step } from './step.ts'
import { type ClaimReport, type KnownClaim, verifyClaim } from './verify-claim.ts'

/** What there is to look at; whatever is left out is not checked. */
export interface Publication {
  /** Path of the file that should be the one on LBRY. */
  readonly file?: string | undefined
  /** The descriptor, as bytes. It may come from anybody. */
  readonly sdBlob?: Uint8Array | undefined
  /** The raw transaction with the claim, as bytes or hexadecimal. It may come from anybody. */
  readonly transaction?: Uint8Array | string | undefined
  readonly known?: KnownClaim | undefined
}

/** All that is proven of a publication. */
export interface PublicationReport {
  readonly steps: readonly Step[]
  /**
   * Whether the file is the stream: `proven` by encrypting it again, `asserted` by size and hash that the claim says,
   * `differs`, or `unknown`. The steps before say how the stream is tied to a claim and a channel.
   */
  readonly equality: 'proven' | 'asserted' | 'differs' | 'unknown'
  /** Nothing that was given contradicts anything else. */
  readonly sound: boolean
  readonly claim?: ClaimReport['claim']
}

/**
 * Joins the proofs: this channel signed a claim, the claim names a stream, and the stream is this file. Offline; nothing but
 * the file is read.
 *
 * @throws {LbryClaimError} when the transaction holds no claim that can be looked at.
 * @throws {LbryStreamError} `STREAM_FILE_CHANGED`, `STREAM_FILE_UNREADABLE`.
 */
export async function verifyPublication(
  { file, sdBlob, transaction, known }: Publication,
  options: StreamOptions = {},
): Promise<PublicationReport> {
  const report = transaction === undefined ? undefined : verifyClaim(transaction, known)
  const source = report?.claim.source ?? {}
  const { descriptor, step } = descriptorOf(sdBlob, source.sdHash)
  const verdict = file === undefined ? undefined : await judge(file, descriptor, source, options)
  const last = [step, fileStep(verdict), sourceHashStep(verdict, source)]
  const steps = [...(report?.steps ?? []), ...last]
  return {
    steps,
    equality: equalityOf(last),
    sound: steps.every((one) => one.verdict !== 'failed'),
    ...(report === undefined ? {} : { claim: report.claim }),
  }
}

/** A descriptor that is not the claim's proves nothing about the claim, so it goes no further. */
function descriptorOf(
  sdBlob: Uint8Array | undefined,
  sdHash: string | undefined,
): { readonly descriptor?: StreamDescriptor; readonly step: Step } {
  if (sdBlob === undefined) return { step: aStep('descriptor', 'not-checked', 'the descriptor was not given') }
  const found = descriptorHash(sdBlob)
  if (sdHash !== undefined && found !== sdHash)
    return { step: aStep('descriptor', 'failed', `the descriptor given is ${found}, which the claim does not name`) }
  try {
    const descriptor = parseDescriptor(sdBlob)
    const verdict = sdHash === undefined ? 'claimed' : 'verified'
    return { descriptor, step: aStep('descriptor', verdict, `the descriptor is ${found}`) }
  } catch (error) {
    if (!(error instanceof LbryStreamError)) throw error
    return { step: aStep('descriptor', 'failed', error.message) }
  }
}

interface Judgement {
  /** Absent when there is no descriptor to judge by, or none that can be judged by. */
  readonly stream?: FileVerdict
  /** Size and hash of the file; absent when they were not needed. */
  readonly measured?: SourceMeasure
}

/** Reads the file once, whatever it is compared with. */
async function judge(
  file: string,
  descriptor: StreamDescriptor | undefined,
  source: ClaimSource,
  options: StreamOptions,
): Promise<Judgement> {
  const sourceHash = source.sourceHash !== undefined
  const stream = descriptor === undefined ? undefined : await judgeStream(file, descriptor, { ...options, sourceHash })
  if (stream?.equal === true) {
    const { sizeBytes, sourceHash: hash } = stream
    return { stream, ...(hash === undefined ? {} : { measured: { sizeBytes, sourceHash: hash } }) }
  }
  if (stream !== undefined || !sourceHash) return stream === undefined ? {} : { stream }
  return { measured: await measureSource(file, options) }
}

async function judgeStream(
  file: string,
  descriptor: StreamDescriptor,
  options: StreamOptions & { readonly sourceHash: boolean },
): Promise<FileVerdict | undefined> {
  try {
    return await verifyFile(file, descriptor, options)
  } catch (error) {
    if (error instanceof LbryStreamError && error.code === 'STREAM_CHUNKING_UNKNOWN') return undefined
    throw error
  }
}

function fileStep({ stream }: Judgement = {}): Step {
  if (stream === undefined) return aStep('file', 'not-checked', 'there is no file and descriptor to compare')
  if (stream.equal) return aStep('file', 'verified', `the stream decrypts to this file of ${stream.sizeBytes} bytes`)
  const where = stream.blob === undefined ? 'in its size' : `in blob ${stream.blob}`
  return aStep('file', 'failed', `the stream is another file; it differs ${where}`)
}

/** What a claim says of its source is no proof by itself: nobody on the network compares it with the stream. */
function sourceHashStep({ stream, measured }: Judgement = {}, { sourceHash, sizeBytes }: ClaimSource): Step {
  if (measured === undefined || sourceHash === undefined)
    return aStep('source-hash', 'not-checked', 'there is no file and hash to compare')
  const isSize = sizeBytes === undefined || sizeBytes === measured.sizeBytes
  if (!isSize || sourceHash !== measured.sourceHash)
    return aStep('source-hash', 'failed', 'the claim says another size or hash than the file has')
  const isProven = stream?.equal === true
  return aStep('source-hash', isProven ? 'verified' : 'claimed', 'the claim says size and hash of this file')
}

function equalityOf(steps: readonly Step[]): PublicationReport['equality'] {
  const verdict = (name: string): string | undefined => steps.find(({ step }) => step === name)?.verdict
  if (verdict('file') === 'verified') return 'proven'
  if (verdict('file') === 'failed' || verdict('source-hash') === 'failed') return 'differs'
  return verdict('source-hash') === 'claimed' ? 'asserted' : 'unknown'
}
