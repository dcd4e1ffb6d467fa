import type { CallEffect, LbryDaemonErrorCode } from './errors.ts'

/** The `error` of a reply. Go daemons send no `data` (facts 6). */
export interface RpcError {
  readonly code: number
  readonly message: string
  /** Name of the Python class; the rest of `data` repeats inputs and paths and is never read. */
  readonly className?: string | undefined
}

export interface Classified {
  readonly code: LbryDaemonErrorCode
  readonly effect: CallEffect
}

interface Rule {
  readonly className?: RegExp
  readonly text?: RegExp
  readonly code: LbryDaemonErrorCode
  /** @default none */
  readonly effect?: CallEffect
}

/**
 * First match wins. The daemon has no codes of its own: all that it throws is -32500, many things as a bare `Exception`, so
 * that its words are the only thing to go by (facts 1.2). test/vectors/lbrynet has each of them.
 */
const RULES: readonly Rule[] = [
  // The command ran, and only its result could not be written as JSON.
  { text: /^After successfully executing the command, failed to encode/, code: 'LBRY_RESULT_LOST', effect: 'happened' },
  {
    className: /^TimeoutError$/,
    text: /^Timed out waiting for transaction/,
    code: 'LBRY_CONFIRMATION_TIMEOUT',
    effect: 'happened',
  },
  { className: /^ComponentsNotStartedError$/, code: 'LBRY_NOT_STARTED' },
  { className: /^NameError$/, text: /is not a known Component/, code: 'LBRY_COMPONENT_OFF' },
  { className: /^InsufficientFundsError$/, code: 'LBRY_FUNDS_UNAVAILABLE' },
  { className: /^AssertionError$/, text: /locked wallet/, code: 'LBRY_WALLET_LOCKED' },
  { className: /^AssertionError$/, text: /^Failed to parse language tag/, code: 'LBRY_PARAMS_REFUSED' },
  { text: /^You already have an? .+ under the name '/s, code: 'LBRY_NAME_TAKEN' },
  {
    text: /^(?:Invalid (?:stream|channel|collection|claim) name|\w+ names (?:cannot|must) start with)/,
    code: 'LBRY_NAME_REFUSED',
  },
  { text: /^(?:Couldn't find channel with|Multiple channels found)/, code: 'LBRY_CHANNEL_UNKNOWN' },
  { className: /^PrivateKeyNotFoundError$/, code: 'LBRY_CHANNEL_KEY_MISSING' },
  { className: /^MissingPublishedFileError$/, code: 'LBRY_FILE_MISSING' },
  { className: /^EmptyPublishedFileError$/, code: 'LBRY_FILE_EMPTY' },
  { text: /^(?:Can't find the \w+ '|No claim found for the specified)/, code: 'LBRY_CLAIM_UNKNOWN' },
  // What support_create makes of an unknown claim.
  {
    className: /^AttributeError$/,
    text: /^'NoneType' object has no attribute 'get_address'/,
    code: 'LBRY_CLAIM_UNKNOWN',
  },
  { className: /^WalletNotLoadedError$/, code: 'LBRY_WALLET_UNKNOWN' },
  { className: /^ValueError$/, text: /^Couldn't find account/, code: 'LBRY_WALLET_UNKNOWN' },
  { className: /^Input\w*Error$/, code: 'LBRY_PARAMS_REFUSED' },
  {
    className: /^TypeError$/,
    text: /^Cannot set pb\.|keyword argument|positional argument/,
    code: 'LBRY_PARAMS_REFUSED',
  },
  {
    className: /^ValueError$/,
    text: /^(?:Invalid value for |Enum \w+ has no value|Using --)/,
    code: 'LBRY_PARAMS_REFUSED',
  },
  {
    className: /^AttributeError$/,
    text: /^'(?:Stream|Channel|Collection|Repost)' object has no attribute/,
    code: 'LBRY_PARAMS_REFUSED',
  },
  { className: /^Error$/, text: /^(?:Non-hexadecimal|Odd-length)/, code: 'LBRY_PARAMS_REFUSED' },
  { className: /^UnicodeDecodeError$/, code: 'LBRY_PARAMS_REFUSED' },
  {
    className: /^Exception$/,
    text: /is not a valid address|^In order to set a fee|unknown currency|is a required argument|^Must specify claim_id/,
    code: 'LBRY_PARAMS_REFUSED',
  },
  { className: /^FileNotFoundError$/, text: /ffmpeg/, code: 'LBRY_FFMPEG_MISSING' },
  { className: /^IndexError$/, text: /^Cannot choose from an empty sequence/, code: 'LBRY_REFLECTOR_MISSING' },
]

/** What a hub's refusal of a broadcast means; the text is `(code, 'message')` of Python. */
const BROADCAST_RULES: readonly Rule[] = [
  // The network has it: an earlier try got through.
  { text: /already (?:known|have|in (?:block|mempool|utxo))|txn-already/i, code: 'LBRY_HUB_FAILED', effect: 'unknown' },
  { text: /too-long-mempool-chain/, code: 'LBRY_MEMPOOL_CHAIN_LONG' },
  { text: /txn-mempool-conflict/, code: 'LBRY_MEMPOOL_CONFLICT' },
  { text: /^\(1, /, code: 'LBRY_BROADCAST_REFUSED' },
]

/**
 * @param spends - whether the call was to send a transaction: of it, what is not known to have failed before counts as
 *   `unknown`. For all else the effect is `none`.
 */
export function classify(error: RpcError, spends: boolean): Classified {
  const found = byCode(error) ?? byRule(RULES, error) ?? byHub(error, spends)
  const { code, effect = 'none' } = found ?? { code: 'LBRY_DAEMON_FAILED', effect: 'unknown' }
  return { code, effect: spends ? effect : 'none' }
}

function byCode({ code, message }: RpcError): Rule | undefined {
  if (code === -32601) return { code: 'LBRY_METHOD_UNKNOWN' }
  if (code === -32602 || code === -32600 || code === -32700) return { code: 'LBRY_PARAMS_REFUSED' }
  // Go daemons (facts 6): 501, as in HTTP, for what has no wallet yet.
  if (code === 501 || /not implemented/i.test(message)) return { code: 'LBRY_NOT_IMPLEMENTED' }
  return undefined
}

function byRule(rules: readonly Rule[], { className, message }: RpcError): Rule | undefined {
  return rules.find(
    (rule) =>
      (rule.className === undefined || rule.className.test(className ?? '')) &&
      (rule.text === undefined || rule.text.test(message)),
  )
}

function byHub(error: RpcError, spends: boolean): Rule | undefined {
  if (error.className !== 'RPCError') return undefined
  return (spends ? byRule(BROADCAST_RULES, error) : undefined) ?? { code: 'LBRY_HUB_FAILED', effect: 'unknown' }
}
