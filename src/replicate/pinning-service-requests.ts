import { parseCid } from '../model/content-id.ts'
import { failureOf, isObject, namesRoot, quoted, unknownAnswer } from './engine-answer.ts'
import { type Ask, ask, type EngineLine, type Said } from './engine-http.ts'
import { ReplicateError } from './errors.ts'

/** One wish that a service keeps a CID; there can be several of one CID. */
export interface PinWish {
  readonly requestId: string
  /** The CID, as it was asked for. */
  readonly root: string
  readonly status: 'queued' | 'pinning' | 'pinned' | 'failed'
  /** As the service writes it; RFC 3339. */
  readonly created: string
  /** Addresses of the service's nodes that fetch it. */
  readonly delegates: readonly string[]
  /** The service's own words on how it is; empty where it says nothing. */
  readonly details: string
}

/** A hundred wishes, each with twenty origins, twenty delegates and metadata. */
const MAX_ANSWER_BYTES = 4_194_304
const PAGE = 100
/** Wishes of one CID beyond which something else is wrong than unlucky retries. */
const MAX_PAGES = 50
const STATUSES: readonly string[] = ['queued', 'pinning', 'pinned', 'failed']
/** Source: pinning-services-api-spec 1.0.0, Delegates. */
const MAX_DELEGATES = 20

/**
 * All wishes of these CIDs, whatever became of them, newest first.
 *
 * @param roots - at most ten.
 * @see https://ipfs.github.io/pinning-services-api-spec/
 */
export async function wishesOf(
  line: EngineLine,
  roots: readonly string[],
  signal: AbortSignal,
): Promise<readonly PinWish[]> {
  const found = new Map<string, PinWish>()
  // Without `status` a service lists only what is pinned.
  const query: Record<string, string> = { cid: roots.join(), status: STATUSES.join(), limit: String(PAGE) }
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { count, results } = await listing(line, query, signal)
    const wishes = results.map((result) => wishOf(line, result, roots))
    for (const wish of wishes) found.set(wish.requestId, wish)
    const oldest = wishes.at(-1)?.created
    if (oldest === undefined || count <= wishes.length || oldest === query['before']) break
    query['before'] = oldest
  }
  return [...found.values()]
}

/** Resolves when the service lets us in, and lists pins as the API says. */
export async function requireService(line: EngineLine, signal: AbortSignal): Promise<void> {
  await listing(line, { limit: '1' }, signal)
}

/** Asks for a pin, by the side of those that there are. */
export async function addWish(
  line: EngineLine,
  pin: { readonly cid: string; readonly name: string; readonly origins?: readonly string[] },
  signal: AbortSignal,
): Promise<PinWish> {
  const body = Buffer.from(JSON.stringify(pin))
  const headers = { 'content-type': 'application/json' }
  return wishOf(line, await told(line, { method: 'POST', path: 'pins', headers, body, signal }), [pin.cid])
}

/** Takes one back; one that is gone already is as good. */
export async function removeWish(line: EngineLine, { requestId }: PinWish, signal: AbortSignal): Promise<void> {
  const path = `pins/${encodeURIComponent(requestId)}`
  const said = await ask(line, { method: 'DELETE', path, maxBytes: MAX_ANSWER_BYTES, signal })
  if (said.status === 404) return
  const failure = failureOfService(line, said)
  if (failure !== undefined) throw failure
}

async function listing(
  line: EngineLine,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly count: number; readonly results: readonly unknown[] }> {
  const { count, results } = await told(line, { method: 'GET', path: 'pins', query, signal })
  if (typeof count !== 'number' || !Array.isArray(results)) throw unknownAnswer(line, 'a list of pins without pins')
  return { count, results }
}

async function told(line: EngineLine, what: Omit<Ask, 'maxBytes'>): Promise<Readonly<Record<string, unknown>>> {
  const said = await ask(line, { ...what, maxBytes: MAX_ANSWER_BYTES })
  const failure = failureOfService(line, said)
  if (failure !== undefined) throw failure
  const value = objectIn(said)
  if (value === undefined) throw unknownAnswer(line, 'no JSON object')
  return value
}

function wishOf(line: EngineLine, value: unknown, roots: readonly string[]): PinWish {
  if (!isObject(value) || !isObject(value['pin'])) throw unknownAnswer(line, 'a pin without its parts')
  const { requestid, status, created, pin, delegates, info } = value
  const root = roots.find((each) => namesRoot(pin['cid'], parseCid(each)))
  if (root === undefined)
    throw new ReplicateError('ENGINE_WRONG_ROOT', `${line.name} answers for another root than it was asked for`, {
      hint: 'see that the address is that of the service itself; trust no pin of it',
    })
  // Names a path, so it must not lead out of it.
  if (typeof requestid !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(requestid) || /^\.\.?$/.test(requestid))
    throw unknownAnswer(line, 'a pin without a request id')
  if (!isStatus(status) || typeof created !== 'string') throw unknownAnswer(line, 'a pin without status or date')
  const details = isObject(info) ? info['status_details'] : undefined
  return {
    ...{ requestId: requestid, root, status, created },
    delegates: Array.isArray(delegates) ? delegates.filter(isAddress).slice(0, MAX_DELEGATES) : [],
    details: typeof details === 'string' ? quoted(line, details) : '',
  }
}

function isStatus(status: unknown): status is PinWish['status'] {
  return typeof status === 'string' && STATUSES.includes(status)
}

/** A multiaddress, as far as it can harm nobody who reads it. */
function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^\/[\x21-\x7e]{1,255}$/.test(value)
}

/** `{"error":{"reason","details"}}`. Source: pinning-services-api-spec 1.0.0, Failure. */
function failureOfService(line: EngineLine, said: Said): ReplicateError | undefined {
  const error = objectIn(said)?.['error']
  const { reason, details } = isObject(error) ? error : {}
  const words = typeof reason === 'string' ? `${reason}${typeof details === 'string' ? `: ${details}` : ''}` : undefined
  if (reason === 'INSUFFICIENT_FUNDS')
    return new ReplicateError('ENGINE_FULL', `${line.name} has no room for you: ${quoted(line, words ?? '')}`, {
      hint: 'pay for more room there, or remove what need not be there, then run the same command again',
    })
  return failureOf(line, said, words)
}

function objectIn({ bytes }: Said): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
