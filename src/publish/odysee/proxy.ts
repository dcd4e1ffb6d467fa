import * as v from 'valibot'
import { LbryDaemonError } from '../../lbry-sdk-client/daemon/errors.ts'
import type { MethodSpec } from '../../lbry-sdk-client/daemon/methods.ts'
import { parseParams } from '../../lbry-sdk-client/daemon/parse-params.ts'
import { parseReply } from '../../lbry-sdk-client/daemon/reply.ts'
import { publishErrorOf } from './daemon-words.ts'
import type { Answer } from './exchange.ts'
import { ask, readToken, type Service, tokenRefused } from './service.ts'

const rpcFailure = v.object({ error: v.object({ code: v.number() }) })
/** `authentication required` and `forbidden` of odysee-api (facts 4.1). */
const NOT_SIGNED_IN: readonly number[] = [-32084, -32085]

/**
 * One call of the daemon's JSON-RPC through Odysee's proxy, with the inputs and results of the LBRY client.
 *
 * @throws {LbryDaemonError} what the wallet behind the proxy says.
 * @throws {PublishError} what keeps us from asking it; `CLAIM_UNSURE` never.
 */
export async function callWallet<P, R>(
  service: Service,
  method: string,
  spec: MethodSpec<P, R>,
  params: P,
  signal: AbortSignal,
): Promise<R> {
  const inputs = parseParams(method, spec.params, params)
  const url = new URL(service.proxy)
  // Only for the logs of the service.
  url.searchParams.set('m', method)
  const spends = spec.kind === 'spends'
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: inputs })
  const timeoutMs = spends ? service.timing.spendMs : service.timing.askMs
  const answer = await ask(service, { method: 'POST', url: url.href, body }, { signal, repeats: !spends, timeoutMs })
  return parseWalletReply(answer, spec.result, { method, spends, token: await readToken(service) })
}

/** As {@link callWallet}, with what the wallet says turned into a `PublishError`. */
export async function askWallet<P, R>(
  service: Service,
  method: string,
  spec: MethodSpec<P, R>,
  params: P,
  signal: AbortSignal,
): Promise<R> {
  try {
    return await callWallet(service, method, spec, params, signal)
  } catch (error) {
    throw error instanceof LbryDaemonError ? publishErrorOf(error, 'TARGET_ANSWER_UNKNOWN') : error
  }
}

/**
 * A JSON-RPC reply of the wallet, from the proxy or out of a finished query.
 *
 * @throws {LbryDaemonError}
 * @throws {PublishError} `TARGET_TOKEN_REFUSED`.
 */
export function parseWalletReply<R>(
  answer: Answer,
  schema: v.GenericSchema<unknown, R>,
  call: { readonly method: string; readonly spends: boolean; readonly token: string },
): R {
  const code = rpcCodeOf(answer)
  if (code !== undefined && NOT_SIGNED_IN.includes(code))
    throw tokenRefused('Odysee does not take the token, or its account has no confirmed e-mail address')
  // Finished queries come without a content type (odysee-api writes the stored bytes).
  const contentType = answer.contentType.startsWith('text/plain') ? 'application/json' : answer.contentType
  const reply = { status: answer.status, contentType: contentType || 'application/json', body: answer.body }
  return parseReply(reply, schema, { method: call.method, spends: call.spends, sent: [call.token] })
}

function rpcCodeOf(answer: Answer): number | undefined {
  const parsed = v.safeParse(rpcFailure, jsonOf(answer))
  return parsed.success ? parsed.output.error.code : undefined
}

/** The JSON of an answer; `undefined` when it is none. */
export function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
