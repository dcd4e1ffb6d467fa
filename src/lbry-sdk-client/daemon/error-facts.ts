import type { LbryDaemonErrorCode } from './errors.ts'

interface CodeFact {
  readonly meaning: string
  readonly retryable: boolean
  readonly hint?: string
}

const LATER = 'wait, then ask again'

/** What each code means, whether time alone can mend it, and what a person can do. */
export const CODE_FACTS: Readonly<Record<LbryDaemonErrorCode, CodeFact>> = {
  LBRY_URL_INVALID: fact('the address of the daemon cannot be used', 'give something like http://127.0.0.1:5279'),
  LBRY_REMOTE_REFUSED: fact(
    'the address of the daemon is not on this machine',
    'whoever reaches that port can spend the wallet: use a tunnel to loopback, or allow it with allowRemote',
  ),
  LBRY_INPUT_INVALID: fact('an input cannot be sent', 'mend the input that the message names'),
  LBRY_UNREACHABLE: later(
    'no daemon answers at that address',
    'start the daemon (lbrynet start), or check the address',
  ),
  LBRY_CONNECTION_LOST: later('the connection broke before the answer was here', 'see whether the daemon still runs'),
  LBRY_TIMEOUT: later('the answer took too long', LATER),
  LBRY_ABORTED: later('it was interrupted', undefined),
  LBRY_HTTP_REFUSED: fact(
    'what answers there does not speak as an LBRY daemon',
    'check the address; a proxy in between, or a daemon with a fault, answers like this',
  ),
  LBRY_REPLY_TOO_LARGE: fact('the answer is larger than the limit', 'ask for smaller pages, or raise maxReplyBytes'),
  LBRY_REPLY_MALFORMED: fact('the answer is not what this method gives', 'check the address and version of the daemon'),
  LBRY_LIST_CHANGED: later('the list changed while it was read', 'read it again while nothing else uses the wallet'),
  LBRY_NOT_STARTED: later('the daemon is still starting', 'wait until status says that the wallet is there'),
  LBRY_COMPONENT_OFF: fact('the daemon runs without that part', 'take it out of components_to_skip and start again'),
  LBRY_METHOD_UNKNOWN: fact('this daemon does not know that method', 'check its version'),
  LBRY_NOT_IMPLEMENTED: fact(
    'this daemon cannot do that yet',
    'daemons written in Go have had no wallet: use lbrynet 0.113 to publish',
  ),
  LBRY_PARAMS_REFUSED: fact('the daemon refuses an input', 'see its words'),
  LBRY_NAME_REFUSED: fact('the daemon refuses the name', 'use lower-case letters, digits and dashes'),
  LBRY_NAME_TAKEN: fact('the wallet has a claim of that name already', 'look at it: adopt it, or take another name'),
  LBRY_FUNDS_UNAVAILABLE: later(
    'no funds can be spent for it now',
    'when account_balance covers it, own change is not confirmed yet: wait for a block or split the funds; otherwise add LBC',
  ),
  LBRY_WALLET_LOCKED: fact('the wallet is locked', 'unlock it; an encrypted wallet is locked after each restart'),
  LBRY_WALLET_UNKNOWN: fact('the daemon has no such wallet or account', 'look with account_list'),
  LBRY_CHANNEL_UNKNOWN: fact('the wallet has no such channel, or several', 'give a channel_id of channel_list'),
  LBRY_CHANNEL_KEY_MISSING: fact('the wallet lacks the key of that channel', 'bring it with channel_import'),
  LBRY_CLAIM_UNKNOWN: fact('there is no such claim', 'check the claim id; only own, unspent claims can be changed'),
  LBRY_FILE_MISSING: fact(
    'the daemon cannot see the file',
    'the path is read on the machine and as the user of the daemon',
  ),
  LBRY_FILE_EMPTY: fact('the file has no bytes', 'leave it out: LBRY has no empty streams'),
  LBRY_FFMPEG_MISSING: fact('the daemon finds no ffmpeg', 'leave validate_file and optimize_file off'),
  LBRY_REFLECTOR_MISSING: fact('the daemon has no reflector', 'set reflector_servers of the daemon'),
  LBRY_MEMPOOL_CHAIN_LONG: later(
    'too many own transactions wait for a block',
    'wait for a block (2.5 minutes or more)',
  ),
  LBRY_MEMPOOL_CONFLICT: later(
    'another own transaction spends the same funds',
    'wait for a block (2.5 minutes or more)',
  ),
  LBRY_BROADCAST_REFUSED: fact('the network refuses the transaction', 'see its words; nothing was spent'),
  LBRY_HUB_FAILED: later('the wallet server could not answer the daemon', LATER),
  LBRY_CONFIRMATION_TIMEOUT: fact('sent to the network and not seen there yet', 'do not repeat it: look for it later'),
  LBRY_RESULT_LOST: fact(
    'the daemon did it and could not tell the result',
    'look for the result; a stream left by a failed broadcast does this to file_list: ask it for one sd_hash or restart it',
  ),
  LBRY_DAEMON_FAILED: fact('the daemon failed', 'see its words and its log'),
}

function fact(meaning: string, hint: string): CodeFact {
  return { meaning, retryable: false, hint }
}

function later(meaning: string, hint: string | undefined): CodeFact {
  return { meaning, retryable: true, ...(hint === undefined ? {} : { hint }) }
}
