import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Handler } from 'hono'
import { acceptsGzip } from './accept.ts'
import { answerBytes } from './answer-bytes.ts'
import { readerSignal, type ViewEnv } from './connection.ts'
import { ViewError } from './errors.ts'
import { holdingsFileKind, type ManifestFileKind, manifestFileKind } from './manifest-names.ts'
import type { ManifestFiles } from './ports.ts'

const PREFIX = '/manifest/'
const HOLDINGS_PREFIX = '/holdings/'
/** Below this, gzip saves less than the packet that carries it. Bytes. */
const GZIP_FROM = 1_024
const compress = promisify(gzip)

/** `GET|HEAD /manifest/…`: the files of the manifest directory, by the names that a manifest has. */
export function manifestRoute(files: ManifestFiles): Handler<ViewEnv> {
  return namedFiles(files, PREFIX, manifestFileKind)
}

/** `GET|HEAD /holdings/…` of a log that a mirror holds in part (holdings-v1 §3.1). */
export function holdingsRoute(files: ManifestFiles): Handler<ViewEnv> {
  return namedFiles(files, HOLDINGS_PREFIX, holdingsFileKind)
}

/** Files of a directory, and of those only what has a name that is known. */
function namedFiles(
  files: ManifestFiles,
  prefix: string,
  kindOf: (name: string) => ManifestFileKind | undefined,
): Handler<ViewEnv> {
  return async (c) => {
    const { pathname } = new URL(c.req.url)
    // Names are plain ASCII: an encoded one is none, and so never becomes another path on disk.
    const name = pathname.startsWith(prefix) ? pathname.slice(prefix.length) : ''
    const kind = kindOf(name)
    const bytes = kind && (await files.read(name, { signal: readerSignal(c) }))
    if (kind === undefined || bytes === undefined) throw new ViewError('NOT_SERVED', 'there is no such file')
    const ranged = c.req.method === 'GET' && c.req.header('range') !== undefined
    const zipped = kind.gzip && !ranged && bytes.length >= GZIP_FROM && acceptsGzip(c.req.header('accept-encoding'))
    const body = zipped ? await compress(bytes) : bytes
    return await answerBytes(
      { head: c.req.method === 'HEAD', header: (header) => c.req.header(header) },
      {
        etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}${zipped ? '-gzip' : ''}"`,
        size: body.length,
        headers: headersOf(kind, zipped),
        open: async ({ start, end }) => body.subarray(start, end),
      },
    )
  }
}

function headersOf(kind: ManifestFileKind, zipped: boolean): Record<string, string> {
  return {
    'content-type': kind.contentType,
    'cache-control': kind.cacheControl,
    ...(kind.gzip ? { vary: 'Accept-Encoding' } : {}),
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
  }
}
