import { randomBytes } from 'node:crypto'
import { isBetter, type NameRecord, parseRecord } from '../../announce/record.ts'
import { MAX_RECORD_BYTES } from '../../announce/record-fields.ts'
import type { Primitives } from '../../manifest/primitives.ts'
import { HoldfastError, type Problem, problemOf } from '../../model/errors.ts'
import { ipnsNameText } from '../../model/ipns-name.ts'
import { httpGet } from '../../read/http-get.ts'
import { httpSend } from '../../read/http-send.ts'
import { isOnThisComputer, parseEngineUrl } from '../../replicate/engine-url.ts'

/** Whom the operator wants to be told; nobody else ever is. */
export interface AnnouncePlaces {
  /** Delegated routers: roots of their URLs. */
  readonly routers: readonly string[]
  /** RPC of a Kubo; empty for none. */
  readonly kubo: string
}

/** What one of them made of the record. */
export interface ToldPlace {
  readonly where: string
  readonly kind: 'router' | 'kubo'
  readonly taken: boolean
  /** Its first words where it did not take it. */
  readonly message: string
}

export const RECORD_TYPE = 'application/vnd.ipfs.ipns-record'
const ASK_MS = 30_000
/** A Kubo on the public network looks for the nodes that keep a name before it answers. */
const KUBO_MS = 180_000

/**
 * The record that a server has of a name, by the route of delegated routers, verified; undefined where it has none.
 *
 * @throws {ReadError} where it does not answer; {AnnounceError} for what is no record of this name.
 */
export async function askRecord(
  base: string,
  key: Uint8Array,
  primitives: Primitives,
  signal: AbortSignal,
): Promise<NameRecord | undefined> {
  const { status, headers, body } = await httpGet(routeOf(base, key), {
    maxBytes: MAX_RECORD_BYTES,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]),
    headers: { accept: RECORD_TYPE },
  })
  // Some routers say with another type that they have none.
  if (status !== 200 || !(headers['content-type'] ?? '').startsWith(RECORD_TYPE)) return undefined
  return parseRecord(primitives, key, body)
}

/** The best record that any of these has; what goes wrong with one is told and stops nothing. */
export async function bestRecordAt(
  bases: readonly string[],
  key: Uint8Array,
  { primitives, signal }: { readonly primitives: Primitives; readonly signal: AbortSignal },
  onProblem: (problem: Problem) => void,
): Promise<NameRecord | undefined> {
  let best: NameRecord | undefined
  for (const base of bases) {
    try {
      const record = await askRecord(base, key, primitives, signal)
      if (record !== undefined && isBetter(record, best)) best = record
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof HoldfastError)) throw error
      onProblem({ ...problemOf(error), path: base })
    }
  }
  return best
}

/** Brings a record to each place, one after the other. @returns how many took it. */
export async function pushRecord(
  { routers, kubo }: AnnouncePlaces,
  record: NameRecord,
  signal: AbortSignal,
  onPlace: (place: ToldPlace) => void,
): Promise<{ readonly told: number; readonly failed: number }> {
  const counts = { told: 0, failed: 0 }
  const places = [
    ...routers.map((where) => ({ where, kind: 'router' as const, send: () => sendToRouter(where, record, signal) })),
    ...(kubo === '' ? [] : [{ where: kubo, kind: 'kubo' as const, send: () => sendToKubo(kubo, record, signal) }]),
  ]
  for (const { where, kind, send } of places) {
    const place = await outcomeOf(send, signal)
    counts[place.taken ? 'told' : 'failed'] += 1
    onPlace({ where, kind, ...place })
  }
  return counts
}

async function outcomeOf(
  send: () => ReturnType<typeof httpSend>,
  signal: AbortSignal,
): Promise<Pick<ToldPlace, 'taken' | 'message'>> {
  try {
    const { status, words } = await send()
    return { taken: status === 200, message: status === 200 ? '' : `status ${status}: ${words.trim()}` }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof HoldfastError)) throw error
    return { taken: false, message: `${error.message} (${error.code})` }
  }
}

/** @see https://specs.ipfs.tech/routing/http-routing-v1/#put-routing-v1-ipns-name */
function sendToRouter(base: string, { key, bytes }: NameRecord, signal: AbortSignal): ReturnType<typeof httpSend> {
  const sending = { method: 'PUT', body: bytes, contentType: RECORD_TYPE, withinMs: ASK_MS, signal } as const
  return httpSend(routeOf(base, key), sending)
}

/** `ipfs name put`. Source: kubo, core/commands/name/name.go, v0.43. */
async function sendToKubo(text: string, { key, bytes }: NameRecord, signal: AbortSignal): ReturnType<typeof httpSend> {
  const url = parseEngineUrl(text, false)
  const query = new URLSearchParams({ arg: ipnsNameText(key), 'allow-offline': 'true' })
  const boundary = randomBytes(16).toString('hex')
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="record"\r\ncontent-type: application/octet-stream\r\n\r\n`
  return httpSend(`${url.href.replace(/\/+$/u, '')}/api/v0/name/put?${query}`, {
    method: 'POST',
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
    withinMs: KUBO_MS,
    signal,
    onThisComputer: isOnThisComputer(url),
  })
}

function routeOf(base: string, key: Uint8Array): string {
  return `${base.replace(/\/+$/u, '')}/routing/v1/ipns/${ipnsNameText(key)}`
}
