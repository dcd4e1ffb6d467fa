import { createHash } from 'node:crypto'
import type { Context, Handler } from 'hono'
import { cidText } from '../model/content-id.ts'
import { ipnsNameText, parseIpnsName } from '../model/ipns-name.ts'
import { preferences } from './accept.ts'
import { answerBytes } from './answer-bytes.ts'
import type { ViewEnv } from './connection.ts'
import { ViewError } from './errors.ts'
import type { ReadName, ServedRecord } from './ports.ts'
import { disposition } from './presentation.ts'
import { refusal } from './refusal.ts'

/** Source: IANA, media types. */
const RECORD_TYPE = 'application/vnd.ipfs.ipns-record'
/** Seconds for which "there is none" holds. Source: http-routing-v1, "Response Headers". */
const ABSENT_SECONDS = 60

/**
 * `GET|HEAD /ipns/<name>[/path]`: the name record to who asks for it, and to everybody else the way to what it names.
 *
 * @see https://specs.ipfs.tech/http-gateways/trustless-gateway/ (IPNS records)
 */
export function nameRoute(readName: ReadName): Handler<ViewEnv> {
  return async (c) => {
    const { pathname, searchParams, search } = new URL(c.req.url)
    const [, prefix, name = '', ...rest] = pathname.split('/')
    // The router matches decoded paths; a name is plain ASCII.
    const key = prefix === 'ipns' ? parseIpnsName(name) : undefined
    const record = key && readName(key)
    if (key === undefined || record === undefined)
      throw new ViewError('NOT_SERVED', 'no record of this name is known here; names of hosts are not looked up')
    const format = searchParams.get('format')
    const asked = format === 'ipns-record' || (format === null && wants(c.req.header('accept')) === 'record')
    if (asked && rest.some((segment) => segment !== ''))
      throw new ViewError('REQUEST_MALFORMED', 'a name record is asked for by its name, without a path')
    if (asked) return await answerRecord(c, record, { 'content-disposition': attachment(key) })
    const below = rest.length === 0 ? '' : `/${rest.join('/')}`
    return new Response(null, {
      status: 307,
      headers: {
        location: `/ipfs/${cidText(record.root)}${below}${search}`,
        'cache-control': `public, max-age=${freshSeconds(record)}`,
        vary: 'Accept',
      },
    })
  }
}

/**
 * `GET|HEAD /routing/v1/ipns/<name>`: the same record, as delegated routers answer.
 *
 * @see https://specs.ipfs.tech/routing/http-routing-v1/#ipns-api
 */
export function routedNameRoute(readName: ReadName): Handler<ViewEnv> {
  return async (c) => {
    if (wants(c.req.header('accept')) === 'other')
      return refusal(new ViewError('FORMAT_REFUSED', `retry with Accept: ${RECORD_TYPE}`))
    const [, , , , name = '', ...rest] = new URL(c.req.url).pathname.split('/')
    const key = rest.length === 0 ? parseIpnsName(name) : undefined
    const record = key && readName(key)
    if (record !== undefined) return await answerRecord(c, record)
    const absent = new ViewError('NOT_SERVED', 'no record of this name is known here')
    return refusal(absent, { 'cache-control': `public, max-age=${ABSENT_SECONDS}` })
  }
}

async function answerRecord(
  c: Context<ViewEnv>,
  record: ServedRecord,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { bytes } = record
  const seconds = freshSeconds(record)
  return await answerBytes(
    { head: c.req.method === 'HEAD', header: (header) => c.req.header(header) },
    {
      etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`,
      size: bytes.length,
      headers: {
        'content-type': RECORD_TYPE,
        'cache-control': `public, max-age=${seconds}`,
        expires: new Date(Date.now() + seconds * 1_000).toUTCString(),
        vary: 'Accept',
        ...headers,
      },
      open: async ({ start, end }) => bytes.subarray(start, end),
    },
  )
}

/** No longer than the record itself holds. */
function freshSeconds({ ttlSeconds, validUntilMs }: ServedRecord): number {
  const left = Math.floor((validUntilMs - Date.now()) / 1_000)
  return Math.max(0, Math.min(ttlSeconds === 0 ? ABSENT_SECONDS : ttlSeconds, left))
}

/** `any`: nothing was said, or anything will do. */
function wants(accept: string | undefined): 'record' | 'any' | 'other' {
  const wanted = preferences(accept).filter(({ q }) => q > 0)
  if (wanted.some(({ value }) => value === RECORD_TYPE)) return 'record'
  const isAny = wanted.length === 0 || wanted.some(({ value }) => value === '*/*' || value === 'application/*')
  return isAny ? 'any' : 'other'
}

function attachment(key: Uint8Array): string {
  return disposition('attachment', `${ipnsNameText(key)}.ipns-record`)
}
