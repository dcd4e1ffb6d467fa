import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import type { BytesRequest } from './answer-bytes.ts'
import type { StreamFate } from './body-stream.ts'
import type { ContentPath } from './content-path.ts'
import type { DagLimits } from './limits.ts'
import type { ServedContent } from './ports.ts'
import type { ReadServed } from './served-blocks.ts'

/** One request to `/ipfs/…`, checked so far that its root is in the closed set. */
export interface GatewayRequest extends BytesRequest {
  readonly path: ContentPath
  readonly query: URLSearchParams
  readonly content: ServedContent
  readonly read: ReadServed
  readonly fate: StreamFate
  readonly limits: DagLimits
}

/** Content never changes under its CID. Source: path-gateway, `Cache-Control`, which asks for exactly this. */
const IMMUTABLE = 'public, max-age=29030400, immutable'

/** Headers of every answer that carries content. @param roots - one CID for each name of the path. */
export function contentHeaders({ path }: GatewayRequest, roots: readonly CID[]): Record<string, string> {
  return {
    'cache-control': IMMUTABLE,
    vary: 'Accept',
    'x-ipfs-path': path.encoded,
    'x-ipfs-roots': roots.map(cidText).join(','),
  }
}

/**
 * Headers of what is to be verified and never shown: raw blocks and CARs. Source: trustless-gateway, "Response Headers".
 *
 * @param format - as in the URL; when it came by `Accept`, the URL that says the same is told to caches.
 */
export function verifiableHeaders(
  { path, query }: GatewayRequest,
  format: 'raw' | 'car',
  contentType: string,
): Record<string, string> {
  const located = new URLSearchParams(query)
  located.set('format', format)
  return {
    'content-type': contentType,
    ...(query.get('format') === format ? {} : { 'content-location': `${path.encoded}?${located}` }),
  }
}
