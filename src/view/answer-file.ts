import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import { answerBytes } from './answer-bytes.ts'
import { bodyStream } from './body-stream.ts'
import { ViewError } from './errors.ts'
import { contentHeaders, type GatewayRequest } from './gateway-request.ts'
import { documentType, fileHeaders } from './presentation.ts'
import { listNames, resolvePath } from './resolve-path.ts'
import { decodeNode, type UnixFsNode } from './unixfs-node.ts'
import { readFileBytes } from './walk.ts'

/** Names that the answer to a request for a directory lists at most. */
const NAMES_LISTED = 1_000

/** A file for browsers and players, put together here: its reader has to trust this server. */
export async function answerFile(request: GatewayRequest): Promise<Response> {
  const { path, read, limits, query, fate } = request
  const { terminal, roots } = await resolvePath(read, path.root, path.segments, limits)
  const node = decodeNode(terminal, await read(terminal))
  if (node.kind !== 'leaf' && node.kind !== 'file') throw await noFile(request, terminal, node)
  const name = cidText(terminal)
  const presented = {
    mediaType: request.content.mediaType(path.root, path.segments.join('/')) ?? documentType(path.segments.at(-1)),
    filename: query.get('filename') ?? path.segments.at(-1) ?? name,
    asked: { download: query.get('download') === 'true', named: query.has('filename') },
  }
  return await answerBytes(request, {
    etag: `"${name}"`,
    size: node.size,
    headers: { ...contentHeaders(request, roots), ...fileHeaders(presented) },
    open: async (range) =>
      node.kind === 'leaf'
        ? node.inline.subarray(range.start, range.end)
        : await bodyStream(readFileBytes(read, terminal, range, limits), fate),
  })
}

/** What to tell somebody who came without a format to what is no file: where its files are, or how to get it whole. */
async function noFile({ path, read, limits }: GatewayRequest, terminal: CID, node: UnixFsNode): Promise<ViewError> {
  const names = await listNames(read, terminal, node, NAMES_LISTED, limits)
  if (names === undefined)
    return new ViewError('FORMAT_REFUSED', 'this is no file; ask for its blocks with ?format=raw or ?format=car')
  const links = names.map((name) => `${path.encoded}/${encodeURIComponent(name.toWellFormed())}`)
  const sentence = 'this is a directory; ask for a file in it, or for all of it with ?format=car'
  return new ViewError('DIRECTORY_REQUESTED', [sentence, ...links].join('\n'))
}
