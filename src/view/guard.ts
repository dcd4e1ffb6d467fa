import type { Context, MiddlewareHandler } from 'hono'
import { connectionOf, type ViewEnv } from './connection.ts'
import { hasDotSegment } from './content-path.ts'
import { ViewError } from './errors.ts'
import type { IsOwnName } from './host-names.ts'
import { MAX_TARGET } from './limits.ts'
import { refusal } from './refusal.ts'

const METHODS = 'GET, HEAD, OPTIONS'

/** On every answer: nothing is guessed from content, and nothing says where a reader came from. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}
/** Any page may read and embed what is public; requests carry no credentials here, so there is nothing to lend. */
const READABLE: Readonly<Record<string, string>> = {
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After, X-Ipfs-Path, X-Ipfs-Roots',
}
const UNREADABLE: Readonly<Record<string, string>> = { 'cross-origin-resource-policy': 'same-origin' }
/** Answers to the question that a browser asks before it asks. */
const PREFLIGHT: Readonly<Record<string, string>> = {
  allow: METHODS,
  'access-control-allow-methods': METHODS,
  'access-control-allow-headers': 'Accept, Cache-Control, If-None-Match, If-Range, Range',
  'access-control-max-age': '86400',
}
/** For the operator and the supervisor; a page somewhere has no business asking whether this machine runs Holdfast. */
const NOT_FOR_PAGES = new Set(['/healthz', '/metrics'])

/**
 * Refuses what no honest reader sends, before anything else looks at it, and puts the common headers on every answer.
 *
 * @param posts - the paths that take a body, by POST; they bound it themselves.
 */
export function guard(isOwnName: IsOwnName, posts: ReadonlySet<string> = new Set()): MiddlewareHandler<ViewEnv> {
  return async (c, next) => {
    const early = check(c, isOwnName, c.req.method === 'POST' && posts.has(c.req.path))
    if (early === undefined) await next()
    else c.res = early
    const headers = { ...EVERYWHERE, ...(NOT_FOR_PAGES.has(c.req.path) ? UNREADABLE : READABLE) }
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
  }
}

/** An answer that settles the request here, or nothing. The order matters: who asks in a wrong name learns nothing else. */
function check(c: Context<ViewEnv>, isOwnName: IsOwnName, takesBody: boolean): Response | undefined {
  const target = connectionOf(c).incoming?.url ?? c.req.url
  if (!hasOwnName(c, isOwnName)) return refusal(new ViewError('HOST_REFUSED', 'this server is not known by that name'))
  if (target.length > MAX_TARGET)
    return refusal(new ViewError('REQUEST_TOO_LONG', `an address has at most ${MAX_TARGET} characters here`))
  if (!takesBody && hasBody(c))
    return refusal(new ViewError('REQUEST_BODY_REFUSED', 'requests have no body here'), { connection: 'close' })
  if (hasDotSegment(target))
    return refusal(new ViewError('REQUEST_MALFORMED', 'the path holds a name that no file can have'))
  // Source: path-gateway, `Service-Worker`: a script of one root must not come to rule over the whole server.
  if (c.req.header('service-worker') !== undefined)
    return refusal(new ViewError('REQUEST_MALFORMED', 'no service workers here'))
  if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: PREFLIGHT })
  if (takesBody || c.req.method === 'GET' || c.req.method === 'HEAD') return undefined
  return refusal(new ViewError('METHOD_REFUSED', `the methods of this server are ${METHODS}`), { allow: METHODS })
}

/** A proxy-style request names a host in its target as well as in `Host`; both have to be ours. */
function hasOwnName(c: Context<ViewEnv>, isOwnName: IsOwnName): boolean {
  const host = c.req.header('host')
  return isOwnName(new URL(c.req.url).host) && (host === undefined || isOwnName(host))
}

function hasBody(c: Context<ViewEnv>): boolean {
  return c.req.header('transfer-encoding') !== undefined || (c.req.header('content-length') ?? '0') !== '0'
}
