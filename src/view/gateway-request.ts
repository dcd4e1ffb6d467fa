import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import type { BytesRequest } from './answer-bytes.ts'
import type { StreamFate } from './body-stream.ts'
import type { ContentPath } from './content-path.ts'
import type { DagLimits } from './limits.ts'
import type { ServedContent } from './ports.ts'
import { disposition, SANDBOX } from './presentation.ts'
import type { RememberSent } from './sent-blocks.ts'
import { isIdentity, type ReadServed } from './served-blocks.ts'

/** One request to `/ipfs/…`, checked so far that its root is in the closed set. */
export interface GatewayRequest extends BytesRequest {
  readonly path: ContentPath
  readonly query: URLSearchParams
  readonly content: ServedContent
  readonly read: ReadServed
  readonly fate: StreamFate
  readonly limits: DagLimits
  /** Memory for an answer that sends no block twice. */
  readonly remember: RememberSent
}

/** What an answer is, told to caches and clients. */
export interface VerifiableForm {
  readonly format: 'raw' | 'car'
  readonly contentType: string
  readonly dups?: 'y' | 'n'
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
 * What came by `Accept` and changes the answer is told to caches as the URL that says the same.
 */
export function verifiableHeaders(
  { path, query }: GatewayRequest,
  { format, contentType, dups }: VerifiableForm,
): Record<string, string> {
  const located = new URLSearchParams(query)
  located.set('format', format)
  // `dups=y` is what the URL without it gets, too.
  if (dups === 'n') located.set('car-dups', dups)
  const said = query.get('format') === format && (dups !== 'n' || query.get('car-dups') === dups)
  return {
    'content-type': contentType,
    'content-security-policy': SANDBOX,
    ...(said ? {} : { 'content-location': `${path.encoded}?${located}` }),
  }
}

/**
 * Makes a browser save what it is sent. The name is the link's choice, except where the bytes are, too: then a link
 * would make this server hand out any program under any name.
 *
 * @param usual - file name where the request gives none.
 */
export function downloadHeaders({ path, query }: GatewayRequest, usual: string): Record<string, string> {
  const given = isIdentity(path.root) ? null : query.get('filename')
  return { 'content-disposition': disposition('attachment', given ?? usual) }
}
