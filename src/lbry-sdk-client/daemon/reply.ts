import * as v from 'valibot'
import { type Classified, classify, type RpcError } from './classify.ts'
import { cleanDaemonText } from './clean-text.ts'
import { type CallEffect, LbryDaemonError, type LbryDaemonErrorCode } from './errors.ts'
import type { HttpReply } from './transport.ts'

/** What is known of a call when its reply comes. */
export interface CallContext {
  readonly method: string
  /** Whether it was to send a transaction. */
  readonly spends: boolean
  /** Values that were sent and must not come back in an error. */
  readonly sent: readonly string[]
}

const envelope = v.object({
  error: v.exactOptional(
    v.object({
      code: v.number(),
      message: v.string(),
      data: v.exactOptional(v.unknown()),
    }),
  ),
})
const named = v.object({ name: v.string() })
/** A wallet-less daemon in Go says this inside of a success (lbry-daemon, 2024). */
const goStub = v.strictObject({ error: v.pipe(v.string(), v.regex(/^\w+ not implemented$/)) })
/** transaction_show reports a failing hub as a success. */
const hubFailure = v.object({ success: v.literal(false), code: v.number(), message: v.string() })
const NOT_FOUND = 404

/**
 * The `result` of a reply, checked.
 *
 * @throws {LbryDaemonError} what the daemon reports, `LBRY_HTTP_REFUSED` (no JSON-RPC), `LBRY_REPLY_MALFORMED`.
 */
export function parseReply<Result>(
  reply: HttpReply,
  schema: v.GenericSchema<unknown, Result>,
  call: CallContext,
): Result {
  const message = parseJson(reply, call)
  const { success, output } = v.safeParse(envelope, message)
  if (!success || (output.error === undefined) === !('result' in message))
    throw malformed(call, whenSpent(call, 'unknown'))
  if (output.error !== undefined) throw refused(output.error, call)
  const result: unknown = message['result']
  if (v.is(goStub, result)) throw fault('LBRY_NOT_IMPLEMENTED', { code: 501, message: result.error }, call)
  if (v.is(hubFailure, result) && result.code !== NOT_FOUND) throw fault('LBRY_HUB_FAILED', result, call)
  const parsed = v.safeParse(schema, result, { abortEarly: true })
  // There is a result, so it was done.
  if (!parsed.success) throw malformed(call, whenSpent(call, 'happened'))
  return parsed.output
}

function parseJson(reply: HttpReply, call: CallContext): Record<string, unknown> {
  const json = /^application\/(?:[\w.-]+\+)?json\b/i.test(reply.contentType)
  // Go daemons answer errors with 400 and JSON; a redirect is never followed, whatever its body says.
  if (!json || (reply.status >= 300 && reply.status < 400)) throw notRpc(reply.status, call)
  try {
    const message: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(reply.body))
    if (typeof message === 'object' && message !== null && !Array.isArray(message)) return { ...message }
  } catch (cause) {
    if (reply.status === 200) throw malformed(call, whenSpent(call, 'unknown'), cause)
  }
  throw reply.status === 200 ? malformed(call, whenSpent(call, 'unknown')) : notRpc(reply.status, call)
}

/** 403, 405 and redirects come before any method is looked at; of a 5xx from a proxy nobody knows. */
function notRpc(status: number, call: CallContext): LbryDaemonError {
  return new LbryDaemonError('LBRY_HTTP_REFUSED', {
    method: call.method,
    what: `what answers there does not speak as an LBRY daemon (HTTP ${status})`,
    effect: whenSpent(call, status >= 500 || status === 200 ? 'unknown' : 'none'),
  })
}

function refused(error: v.InferOutput<typeof envelope>['error'] & object, call: CallContext): LbryDaemonError {
  const className = v.is(named, error.data) ? error.data.name : undefined
  const rpc: RpcError = { code: error.code, message: error.message, className }
  const { code, effect }: Classified = classify(rpc, call.spends)
  return fault(code, rpc, call, effect)
}

function fault(code: LbryDaemonErrorCode, rpc: RpcError, call: CallContext, effect?: CallEffect): LbryDaemonError {
  const said = cleanDaemonText(rpc.message, call.sent)
  return new LbryDaemonError(code, { method: call.method, effect: effect ?? 'none', ...(said === '' ? {} : { said }) })
}

function malformed(call: CallContext, effect: CallEffect, cause?: unknown): LbryDaemonError {
  return new LbryDaemonError('LBRY_REPLY_MALFORMED', { method: call.method, effect, cause })
}

function whenSpent(call: CallContext, effect: CallEffect): CallEffect {
  return call.spends ? effect : 'none'
}
