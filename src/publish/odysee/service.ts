import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { PublishError } from '../errors.ts'
import { type Answer, ExchangeFault, exchange } from './exchange.ts'
import type { OdyseeTiming } from './timing.ts'

/** Where Odysee is and how it is spoken to. */
export interface Service {
  /** JSON-RPC, as the daemon speaks it (facts 4.1). */
  readonly proxy: URL
  /** Publishing by upload and query (facts 4.2). */
  readonly asynqueries: URL
  /** Accounts; absent when the service is not Odysee's own. */
  readonly accounts: URL | undefined
  readonly dispatcher: Dispatcher
  readonly timing: OdyseeTiming
  /** Most bytes of one request of an upload. */
  readonly chunkBytes: number
  /** Unix milliseconds. */
  now(): number
  /** The secret; asked for before each request, kept nowhere. */
  token(): Promise<string>
  /** The header that the token goes in. */
  readonly tokenKind: 'auth-token' | 'bearer'
}

export interface ApiQuestion {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly body?: string
  readonly contentType?: string
}

export interface AskOptions {
  readonly signal: AbortSignal
  /** Whether the same question may be asked twice. @default true */
  readonly repeats?: boolean
  /** @default askMs of the timing */
  readonly timeoutMs?: number
  /** False for a question that has the token in its body. @default true */
  readonly sendsToken?: boolean
}

/** Answers are lists of claims at most: 50 of 8 kB with everything about their channels. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

/**
 * Asks, and asks again while the other side is away or busy.
 *
 * @returns an answer whose status is the caller's to judge: never 401, 429, a redirect or a server's fault.
 * @throws {PublishError} `TARGET_UNREACHABLE`, `TARGET_NOT_READY`, `TARGET_TOKEN_REFUSED`, `TARGET_ANSWER_UNKNOWN`.
 */
export async function ask(service: Service, question: ApiQuestion, options: AskOptions): Promise<Answer> {
  const { signal, repeats = true } = options
  for (const pause of [...(repeats ? service.timing.retryMs : []), undefined]) {
    const result = await askOnce(service, question, options)
    if (!('error' in result)) return result
    const pauseMs = Math.max(pause ?? 0, result.retryAfterMs ?? 0)
    if (pause === undefined || !result.isPassing || pauseMs > Math.max(pause, service.timing.patienceMs))
      throw result.error
    await wait(pauseMs, undefined, { signal })
  }
  throw new RangeError('the last attempt returns or throws')
}

interface Failure {
  readonly error: PublishError
  /** Whether time alone may mend it. */
  readonly isPassing: boolean
  readonly retryAfterMs?: number | undefined
}

async function askOnce(
  service: Service,
  { method, url, body, contentType = 'application/json' }: ApiQuestion,
  { signal, timeoutMs = service.timing.askMs, sendsToken = true }: AskOptions,
): Promise<Answer | Failure> {
  const headers = {
    accept: 'application/json',
    ...(method === 'POST' ? { 'content-type': contentType } : {}),
    ...(sendsToken ? tokenHeader(service, await readToken(service)) : {}),
  }
  const limits = { timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal }
  try {
    const answer = await exchange(service.dispatcher, { method, url, headers, body: body ?? '' }, limits)
    return failureOf(answer) ?? answer
  } catch (error) {
    if (!(error instanceof ExchangeFault)) throw error
    return { error: faultError(error), isPassing: error.kind !== 'too-large' }
  }
}

/** @throws {PublishError} `TARGET_TOKEN_REFUSED` when it could not stand in a header. */
export async function readToken({ token }: Pick<Service, 'token'>): Promise<string> {
  const secret = await token()
  if (/^[\x21-\x7e]{1,4096}$/.test(secret)) return secret
  throw tokenRefused('the token of Odysee is empty, too long, or has characters that no token has')
}

function tokenHeader({ tokenKind }: Service, token: string): Record<string, string> {
  return tokenKind === 'bearer' ? { authorization: `Bearer ${token}` } : { 'x-lbry-auth-token': token }
}

function failureOf({ status, contentType, retryAfterMs }: Answer): Failure | undefined {
  if (status >= 300 && status < 400) {
    const error = new PublishError('TARGET_ANSWER_UNKNOWN', 'Odysee sends us elsewhere, where no token is taken', {
      hint: 'check the address that is set; a login page of the network answers like this too',
    })
    return { error, isPassing: false }
  }
  if (status === 401) return { error: tokenRefused('Odysee does not take the token'), isPassing: false }
  // What stands in front of the service answers as a page (facts 4.1).
  const isTurnedAway = status === 403 && !/json/i.test(contentType)
  if (status !== 429 && status < 500 && !isTurnedAway) return undefined
  const seconds = retryAfterMs === undefined ? '' : `; it asks to wait ${Math.ceil(retryAfterMs / 1_000)} s`
  const error = new PublishError('TARGET_NOT_READY', `Odysee is busy or out of order (HTTP ${status}${seconds})`, {
    hint: 'wait, then publish again: it goes on where it stopped',
  })
  return { error, isPassing: true, retryAfterMs }
}

export function tokenRefused(message: string): PublishError {
  return new PublishError('TARGET_TOKEN_REFUSED', message, {
    hint: 'sign in on odysee.com, confirm the e-mail address, and save the new token',
  })
}

/** What a fault of the line is for a person. */
export function faultError({ kind, systemCode }: ExchangeFault): PublishError {
  if (kind === 'too-large')
    return new PublishError('TARGET_ANSWER_UNKNOWN', 'the answer of Odysee is larger than any it should give', {
      hint: 'check the address that is set',
    })
  const what = {
    connect: 'Odysee cannot be reached',
    lost: 'the connection to Odysee broke',
    timeout: 'Odysee did not answer in time',
  }[kind]
  return new PublishError('TARGET_UNREACHABLE', `${what}${systemCode === undefined ? '' : ` (${systemCode})`}`, {
    hint: 'look at the line, then publish again: it goes on where it stopped',
  })
}
