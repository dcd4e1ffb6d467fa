import * as v from 'valibot'
import { LbryDaemonError } from '../../lbry-sdk-client/daemon/errors.ts'
import { SINGLE } from '../../lbry-sdk-client/daemon/methods.ts'
import type { Transaction } from '../../lbry-sdk-client/daemon/output.ts'
import { PublishError } from '../errors.ts'
import type { CreateParams, UpdateParams } from './claim-params.ts'
import { publishErrorOf } from './daemon-words.ts'
import type { Answer } from './exchange.ts'
import { jsonOf, parseWalletReply } from './proxy.ts'
import { ask, readToken, type Service, tokenRefused } from './service.ts'
import { below, parseGivenUrl } from './service-url.ts'

/** Leave to upload; ends after 48 hours (facts 4.2). */
export interface UploadLeave {
  /** A secret of its own. */
  readonly jwt: string
  /** Where uploads are begun. */
  readonly location: URL
}

/** What was asked of the wallet; the answer comes later. */
export type Made =
  | { readonly kind: 'query'; readonly id: string }
  /** Answered at once, which a service without queries could do. */
  | { readonly kind: 'done'; readonly transaction: Transaction }
  | { readonly kind: 'failed'; readonly error: LbryDaemonError }

export type Looked =
  | { readonly kind: 'pending' }
  /** The service has no such query, of this account. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'done'; readonly transaction: Transaction }
  | { readonly kind: 'failed'; readonly error: LbryDaemonError }

const failure = v.object({ status: v.picklist(['auth_error', 'input_error', 'internal_error']) })
const leave = v.object({
  status: v.literal('upload_token_created'),
  payload: v.object({
    token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,8192}$/)),
    location: v.pipe(v.string(), v.minLength(1)),
  }),
})
const created = v.object({
  status: v.literal('query_created'),
  payload: v.object({ query_id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,128}$/)) }),
})

/** @throws {PublishError} */
export async function askUploadLeave(service: Service, signal: AbortSignal): Promise<UploadLeave> {
  const url = below(service.asynqueries, 'uploads/').href
  const answer = await ask(service, { method: 'POST', url }, { signal })
  const parsed = v.safeParse(leave, readJson(answer))
  if (!parsed.success) throw unknownAnswer('when asked for leave to upload')
  const { token, location } = parsed.output.payload
  return { jwt: token, location: parseGivenUrl(location, service.asynqueries) }
}

/**
 * Asks for a claim. With an upload it may be repeated: as long as the query of that upload has not failed, the service
 * gives the same one (facts 4.2). Without one, each call is a change of its own, and is sent once.
 *
 * @throws {PublishError}
 */
export async function makeQuery(
  service: Service,
  method: 'stream_create' | 'stream_update',
  params: CreateParams | UpdateParams,
  signal: AbortSignal,
): Promise<Made> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const repeats = 'file_path' in params
  const answer = await ask(
    service,
    { method: 'POST', url: below(service.asynqueries, '').href, body },
    { signal, repeats },
  )
  const parsed = v.safeParse(created, readJson(answer))
  if (parsed.success) return { kind: 'query', id: parsed.output.payload.query_id }
  if (answer.status !== 200) throw unknownAnswer('when asked for the claim')
  return await readResult(service, answer, method)
}

/** @throws {PublishError} */
export async function lookAtQuery(
  service: Service,
  id: string,
  method: 'stream_create' | 'stream_update',
  signal: AbortSignal,
): Promise<Looked> {
  const answer = await ask(service, { method: 'GET', url: below(service.asynqueries, id).href }, { signal })
  if (answer.status === 204) return { kind: 'pending' }
  if (answer.status === 404) return { kind: 'unknown' }
  if (answer.status !== 200) throw unknownAnswer('when asked what became of the claim')
  readJson(answer)
  return await readResult(service, answer, method)
}

async function readResult(
  service: Service,
  answer: Answer,
  method: string,
): Promise<
  | { readonly kind: 'done'; readonly transaction: Transaction }
  | { readonly kind: 'failed'; readonly error: LbryDaemonError }
> {
  try {
    const call = { method, spends: true, token: await readToken(service) }
    return { kind: 'done', transaction: parseWalletReply(answer, SINGLE.stream_create.result, call) }
  } catch (error) {
    if (!(error instanceof LbryDaemonError)) throw error
    // No answer of the wallet at all, but something in between: the query is as it was.
    if (error.code === 'LBRY_HTTP_REFUSED' || error.code === 'LBRY_REPLY_MALFORMED') throw publishErrorOf(error)
    return { kind: 'failed', error }
  }
}

/** Refusals have the status 200 where the service writes the body first (facts 4.2), so the body decides. */
function readJson(answer: Answer): unknown {
  const json = jsonOf(answer)
  const parsed = v.safeParse(failure, json)
  if (!parsed.success) return json
  if (parsed.output.status === 'auth_error')
    throw tokenRefused('Odysee does not take the token, or its account has no confirmed e-mail address')
  if (parsed.output.status === 'input_error')
    throw new PublishError('TARGET_REFUSED', 'Odysee does not take what was sent (input_error)')
  throw new PublishError('TARGET_NOT_READY', 'Odysee has a fault of its own (internal_error)', {
    hint: 'wait, then publish again',
  })
}

function unknownAnswer(when: string): PublishError {
  return new PublishError(
    'TARGET_ANSWER_UNKNOWN',
    `Odysee answered something that this program does not know, ${when}`,
    {
      hint: 'publish again later; if it stays, its service has changed',
    },
  )
}
