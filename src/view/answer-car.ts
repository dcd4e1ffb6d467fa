import { createHash } from 'node:crypto'
import { cidText } from '../model/content-id.ts'
import { notModified } from './answer-bytes.ts'
import { bodyStream } from './body-stream.ts'
import { carBytes } from './car.ts'
import { isNotModified } from './conditional.ts'
import { ViewError } from './errors.ts'
import { contentHeaders, downloadHeaders, type GatewayRequest, verifiableHeaders } from './gateway-request.ts'
import { resolvePath } from './resolve-path.ts'
import { carContentType, type EntityBytes, type ResponseFormat } from './response-format.ts'
import { decodeNode, type UnixFsNode } from './unixfs-node.ts'
import type { ByteRange, DagScope } from './walk.ts'

type CarFormat = Extract<ResponseFormat, { type: 'car' }>

/** A CAR stream of what the path means, with the blocks that prove the path. Source: trustless-gateway, "CAR Responses". */
export async function answerCar(request: GatewayRequest, format: CarFormat): Promise<Response> {
  const { path, read, limits, fate } = request
  const { terminal, roots, trail } = await resolvePath(read, path.root, path.segments, limits)
  // Read before the status is sent, so that a root that is missing or damaged gets an honest one.
  const block = await read(terminal)
  const meant = format.scope === 'block' ? { scope: format.scope } : narrowed(format, decodeNode(terminal, block))
  const etag = carEtag(request, format)
  const headers = {
    ...contentHeaders(request, roots),
    ...verifiableHeaders(request, { format: 'car', dups: format.dups, contentType: carContentType(format.dups) }),
    ...downloadHeaders(request, `${cidText(terminal)}.car`),
    'accept-ranges': 'none',
    etag,
  }
  if (isNotModified(request.header('if-none-match'), etag)) return notModified(etag, headers)
  if (request.head) return new Response(null, { headers })
  const remember = format.dups === 'n' ? request.remember : undefined
  const bytes = carBytes(read, { trail, start: terminal, remember, ...meant }, limits)
  return new Response(await bodyStream(bytes, fate), { headers })
}

/** One version a request: the order never differs here, the rest of the question is in it. */
function carEtag({ path }: GatewayRequest, { scope, entityBytes, dups }: CarFormat): string {
  const bytes = entityBytes === undefined ? '' : `.${entityBytes.from}-${entityBytes.to}`
  const below =
    path.segments.length === 0
      ? ''
      : `.${createHash('sha256').update(path.segments.join('/')).digest('hex').slice(0, 32)}`
  return `"${cidText(path.root)}.car.${scope}${bytes}.dfs.${dups}${below}"`
}

/** `entity-bytes` against the file that it is about; of a directory it means nothing. */
function narrowed({ scope, entityBytes }: CarFormat, node: UnixFsNode): { scope: DagScope; range?: ByteRange } {
  if (entityBytes === undefined || (node.kind !== 'file' && node.kind !== 'leaf')) return { scope }
  const range = rangeOf(entityBytes, node.size)
  // Source: trustless-gateway, `entity-bytes`: an empty range gets the root alone, from which the client sees the size.
  return range.start < range.end ? { scope, range } : { scope: 'block' }
}

/** @throws {ViewError} `REQUEST_MALFORMED` wholly outside the file: 400, as trustless-gateway asks, and not 416. */
function rangeOf({ from, to }: EntityBytes, size: number): ByteRange {
  const start = from < 0 ? Math.max(0, size + from) : from
  const last = to === '*' ? size - 1 : to < 0 ? size + to : Math.min(to, size - 1)
  if (size > 0 && (start >= size || last < 0))
    throw new ViewError('REQUEST_MALFORMED', `the file has ${size} bytes, and entity-bytes lies outside`)
  return { start, end: last + 1 }
}
