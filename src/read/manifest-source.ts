import { constants, type Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ReadError } from './errors.ts'

/** Somewhere that a manifest directory can be read from; never trusted, only checked. */
export interface ManifestSource {
  /** As the user typed it. */
  readonly name: string
  /** Base URL of the gateway that serves the blocks too, when the source is the root of one. */
  readonly gateway: string | undefined
  /** Where the files lie, when they lie on this machine. */
  readonly directory?: string
  /**
   * Reads one file of the manifest directory; undefined when it is not there.
   *
   * @param path - relative, `/`-separated, made by us from numbers and hashes.
   */
  read(
    path: string,
    options: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<Uint8Array | undefined>
  /**
   * Reads what one file has from a byte on, for a follower that has the rest; `from` of the answer is 0 where all of it
   * came. Absent where a file is read as fast as a part of it.
   */
  readFrom?(
    path: string,
    from: number,
    options: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<{ readonly bytes: Uint8Array; readonly from: number } | undefined>
}

const HEAD_BYTES = 128 * 1024

/**
 * Opens a directory, or a URL, that holds `checkpoint` itself or under `manifest/`.
 *
 * @throws {ReadError} `MANIFEST_MISSING`, `SOURCE_UNREACHABLE`.
 */
export async function openManifestSource(
  where: string,
  options: { readonly signal: AbortSignal },
): Promise<ManifestSource> {
  return /^https?:\/\//u.test(where) ? openUrl(where, options.signal) : openDirectory(where)
}

async function openUrl(where: string, signal: AbortSignal): Promise<ManifestSource> {
  // undici takes 60 ms to load, and a lookup in a directory or in the own home needs none of it.
  const { httpGet } = await import('./http-get.ts')
  const base = where.endsWith('/') ? where : `${where}/`
  for (const prefix of [`${base}manifest/`, base]) {
    const answer = await httpGet(`${prefix}checkpoint`, { maxBytes: HEAD_BYTES, signal })
    if (answer.status >= 500 || answer.status === 429) throw unwilling(base, answer.status)
    if (answer.status !== 200) continue
    return {
      name: where,
      gateway: gatewayOf(prefix),
      async read(path, { maxBytes, signal: each }) {
        const { status, body } = await httpGet(`${prefix}${path}`, { maxBytes, signal: each })
        if (status === 200) return body
        if (status === 404 || status === 410) return undefined
        throw unwilling(prefix, status)
      },
      async readFrom(path, from, { maxBytes, signal: each }) {
        const headers = { range: `bytes=${from}-` }
        const answer = await httpGet(`${prefix}${path}`, { maxBytes, signal: each, headers })
        const starts = answer.headers['content-range']?.startsWith(`bytes ${from}-`) === true
        if (answer.status === 200) return { bytes: answer.body, from: 0 }
        if (answer.status === 206 && starts) return { bytes: answer.body, from }
        if (answer.status === 404 || answer.status === 410) return undefined
        throw unwilling(prefix, answer.status)
      },
    }
  }
  throw missing(where)
}

/** Says nothing about whether there is a manifest. */
function unwilling(url: string, status: number): ReadError {
  return new ReadError('SOURCE_UNREACHABLE', `${new URL(url).host} answered ${status}`, {
    hint: 'it has troubles of its own: try it again later, or name another source',
  })
}

/**
 * Root of the gateway that a source is, without a slash at its end: what `holdfast serve` answers under one address.
 *
 * @param where - as the operator typed it: its root, or its `/manifest/`. Nothing for a directory.
 */
export function gatewayBase(where: string): string | undefined {
  if (!/^https?:\/\//u.test(where)) return undefined
  return where.replace(/\/+$/u, '').replace(/\/manifest$/u, '')
}

function gatewayOf(prefix: string): string | undefined {
  return prefix.endsWith('/manifest/') ? prefix.slice(0, -'/manifest/'.length) : undefined
}

async function openDirectory(where: string): Promise<ManifestSource> {
  for (const directory of [join(where, 'manifest'), where]) {
    if ((await statOrUndefined(join(directory, 'checkpoint')))?.isFile() !== true) continue
    return {
      name: where,
      gateway: undefined,
      directory,
      read: (path, { maxBytes }) => readFileBounded(join(directory, path), maxBytes),
    }
  }
  throw missing(where)
}

function missing(where: string): ReadError {
  return new ReadError('MANIFEST_MISSING', `there is no manifest at ${where}`, {
    hint: 'name the address of a `holdfast serve`, or a URL or directory that holds a file named checkpoint',
  })
}

async function statOrUndefined(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** One file of a directory that somebody else may have filled: regular, and never more of it than there can be. */
async function readFileBounded(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = await handle.stat()
    if (!stat.isFile()) throw damagedFile(path, 'is not a regular file')
    const buffer = Buffer.allocUnsafe(Math.min(stat.size, maxBytes) + 1)
    let at = 0
    for (let more = 1; more > 0 && at < buffer.length; at += more)
      more = (await handle.read(buffer, at, buffer.length - at, at)).bytesRead
    if (at === buffer.length) throw damagedFile(path, `has more than the ${buffer.length - 1} bytes that it can have`)
    return buffer.subarray(0, at)
  } catch (error) {
    if (isMissing(error)) return undefined
    if (error instanceof ReadError) throw error
    throw new ReadError('SOURCE_UNREACHABLE', `${path} cannot be read`, { cause: error })
  }
}

function damagedFile(path: string, what: string): ReadError {
  return new ReadError('MANIFEST_DAMAGED', `${path} ${what}`, {
    hint: 'this copy of the manifest was altered or is being written: compare it with another one',
  })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
