/** A client of LBRY's daemon. Knows nothing of Holdfast. See README.md beside this file. */
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
