import type { CID } from 'multiformats/cid'
import { ContentIdError, parseCid } from '../model/content-id.ts'
import { ViewError } from './errors.ts'
import { MAX_SEGMENT_BYTES, MAX_SEGMENTS } from './limits.ts'

/** `/ipfs/<cid>/<segment>/…`, taken apart. */
export interface ContentPath {
  readonly root: CID
  /** Decoded names below the root; empty for the root itself. */
  readonly segments: readonly string[]
  /** The same path as ASCII, for headers. */
  readonly encoded: string
}

/**
 * Reads the path of a gateway request. Each name is percent-decoded exactly once; one trailing slash is allowed.
 *
 * @param pathname - as it came, without query.
 * @throws {ViewError} `NOT_SERVED` outside `/ipfs/`, `REQUEST_MALFORMED` or `REQUEST_TOO_LONG`.
 */
export function parseContentPath(pathname: string): ContentPath {
  const [, prefix, cid = '', ...rest] = pathname.split('/')
  // The router matches decoded paths, so an encoded `/%69pfs/` arrives here too.
  if (prefix !== 'ipfs') throw new ViewError('NOT_SERVED', 'nothing is served at this path')
  if (rest.at(-1) === '') rest.pop()
  if (rest.length > MAX_SEGMENTS) throw new ViewError('REQUEST_TOO_LONG', `a path has at most ${MAX_SEGMENTS} names`)
  const root = requestedCid(cid)
  const segments = rest.map(decodeSegment)
  return { root, segments, encoded: ['/ipfs', cid, ...segments.map(encodeURIComponent)].join('/') }
}

/**
 * True when a target holds `.` or `..` as a whole name, plain or encoded. Asked of the target as it came, because URL
 * parsers resolve such names away before anybody can refuse them.
 */
export function hasDotSegment(target: string): boolean {
  const [path = ''] = target.split('?', 1)
  return path.split(/[/\\]/).some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))
}

function requestedCid(text: string): CID {
  try {
    return parseCid(text)
  } catch (cause) {
    if (!(cause instanceof ContentIdError)) throw cause
    throw new ViewError('REQUEST_MALFORMED', 'the path does not begin with a content ID', { cause })
  }
}

function decodeSegment(text: string): string {
  const name = decoded(text)
  // A slash, a backslash or a NUL can only have been hidden in an encoding; no UnixFS name of ours has one.
  const bad = name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name) || !name.isWellFormed()
  if (bad) throw new ViewError('REQUEST_MALFORMED', 'the path holds a name that no file can have')
  if (Buffer.byteLength(name) > MAX_SEGMENT_BYTES)
    throw new ViewError('REQUEST_TOO_LONG', `a name has at most ${MAX_SEGMENT_BYTES} bytes`)
  return name
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new ViewError('REQUEST_MALFORMED', 'the path is not percent-encoded UTF-8', { cause })
  }
}
