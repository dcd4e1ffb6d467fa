/** A client of LBRY's daemon, and the proofs about streams and claims. Knows nothing of Holdfast. See README.md beside this file. */
export { type ChannelKey, readChannelKey } from './claim/channel-key.ts'
export type { ClaimSource } from './claim/claim-message.ts'
export { LBRY_CLAIM_ERROR_CODES, LbryClaimError, type LbryClaimErrorCode } from './claim/errors.ts'
export { type ClaimChoice, type ClaimOutput, claimsIn, findClaim } from './claim/find-claim.ts'
export { parsePublicKey } from './claim/public-key.ts'
export { STEP_NAMES, type Step, type StepName, type Verdict } from './claim/step.ts'
export { MAX_TRANSACTION_BYTES, parseTransaction, type Transaction as RawTransaction } from './claim/transaction.ts'
export { type ClaimReport, type KnownClaim, verifyClaim } from './claim/verify-claim.ts'
export { type Publication, type PublicationReport, verifyPublication } from './claim/verify-publication.ts'
export { formatLbc, isLbcAmount, parseLbc } from './daemon/amounts.ts'
export type { ChannelCreateParams, ChannelUpdateParams } from './daemon/channel-params.ts'
export type { LocationParam, SpendParams } from './daemon/claim-fields.ts'
export { type CallOptions, type DaemonOptions, type LbryDaemon, openDaemon } from './daemon/client.ts'
export {
  type CallEffect,
  LBRY_DAEMON_ERROR_CODES,
  LbryDaemonError,
  type LbryDaemonErrorCode,
} from './daemon/errors.ts'
export type { StreamFile } from './daemon/file-results.ts'
export type { Resolved } from './daemon/hub-results.ts'
export { isLbryLanguage, lbryLanguages } from './daemon/languages.ts'
export type { MethodName, PagedMethodName, PagedMethods, ParamsOf, ResultOf } from './daemon/methods.ts'
export { isChannelName, isClaimName, MAX_NAME_BYTES } from './daemon/names.ts'
export type { ClaimValue, Input, Output, SigningChannel, StreamSource, Transaction } from './daemon/output.ts'
export type { Page } from './daemon/page.ts'
export { type Readiness, readiness } from './daemon/readiness.ts'
export type { StreamCreateParams, StreamUpdateParams } from './daemon/stream-params.ts'
export type { Account, Balance, DaemonStatus, VersionInfo, WalletStatus } from './daemon/wallet-results.ts'
export { hasUsualChunks, isChunkOf } from './stream/chunks.ts'
export { type BlobSource, type DecryptOptions, decryptBlobs } from './stream/decrypt-blobs.ts'
export {
  descriptorHash,
  encodeDescriptor,
  type StreamBlob,
  type StreamDescriptor,
  streamHash,
} from './stream/descriptor.ts'
export type { EncryptedBlob, StreamOptions, StreamProgress } from './stream/encrypt-file.ts'
export { LBRY_STREAM_ERROR_CODES, LbryStreamError, type LbryStreamErrorCode } from './stream/errors.ts'
export { suggestFileName } from './stream/file-names.ts'
export { CHUNK_BYTES } from './stream/format.ts'
export { type MadeStream, type MakeStreamOptions, makeStream } from './stream/make-stream.ts'
export { measureSource, type SourceMeasure } from './stream/measure-source.ts'
export { parseDescriptor } from './stream/parse-descriptor.ts'
export { type BlobsVerdict, type ExpectedFile, verifyBlobs } from './stream/verify-blobs.ts'
export { type FileVerdict, rebuildBlobs, type VerifyFileOptions, verifyFile } from './stream/verify-file.ts'
