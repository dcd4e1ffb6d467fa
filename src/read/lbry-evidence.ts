import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { LbryClaimError, parseTransaction } from '../lbry-sdk-client/index.ts'
import { ReadError } from './errors.ts'

/** The descriptor of a stream is a blob, and no blob is larger. Source: lbry-sdk, `MAX_BLOB_SIZE`. */
export const MAX_BLOB_BYTES: number = 2 * 1024 * 1024
/** A transaction of the largest size in hexadecimal, inside the JSON that the daemon prints around it. */
const MAX_TRANSACTION_FILE_BYTES = 4 * 1024 * 1024

/**
 * Reads a raw transaction from a file: binary, hexadecimal digits with any white space, or what the daemon printed about it
 * (JSON with `hex`). What it says is for others to judge.
 *
 * @returns bytes, or hexadecimal digits.
 * @throws {ReadError} `EVIDENCE_UNREADABLE`; {LbryClaimError} `CLAIM_TRANSACTION_INVALID`, which names the file.
 */
export async function readTransactionFile(path: string): Promise<Uint8Array | string> {
  const bytes = await readSmallFile(path, MAX_TRANSACTION_FILE_BYTES, 'a transaction')
  const text = textOf(bytes)
  const digits = (text.startsWith('{') ? (hexInJson(text) ?? text) : text).replaceAll(/[\s"]/g, '')
  const raw = /^[0-9a-f]+$/i.test(digits) ? digits : bytes
  try {
    parseTransaction(raw)
    return raw
  } catch (cause) {
    if (!(cause instanceof LbryClaimError)) throw cause
    const hint = cause.hint === undefined ? {} : { hint: cause.hint }
    throw new LbryClaimError(cause.code, `${path}: ${cause.message}`, { cause, ...hint })
  }
}

/** Reads a descriptor ("sd blob"), as it is. @throws {ReadError} `EVIDENCE_UNREADABLE`. */
export function readSdBlobFile(path: string): Promise<Uint8Array> {
  return readSmallFile(path, MAX_BLOB_BYTES, 'the descriptor of a stream')
}

/**
 * Reads one blob from a directory of files that are named by their hashes, as `blobfiles` of a daemon is; nothing when it is
 * not there. The bytes are not checked.
 *
 * @param hash - 96 lower-case hexadecimal digits.
 * @throws {ReadError} `EVIDENCE_UNREADABLE`.
 */
export async function readBlobFile(directory: string, hash: string): Promise<Uint8Array | undefined> {
  if (!/^[0-9a-f]{96}$/.test(hash)) throw new TypeError('this is not the name of a blob')
  try {
    return await readSmallFile(join(directory, hash), MAX_BLOB_BYTES, 'a blob')
  } catch (error) {
    if (error instanceof ReadError && isMissing(error.cause)) return undefined
    throw error
  }
}

/** Shells of Windows write UTF-16 when a program's output is sent into a file. */
function textOf(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes).trim()
}

function hexInJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return hexIn(value) ?? (isObject(value) ? hexIn(value['result']) : undefined)
  } catch {
    // It is what it is; whoever reads transactions will say that it is none.
    return undefined
  }
}

function hexIn(value: unknown): string | undefined {
  return isObject(value) && typeof value['hex'] === 'string' ? value['hex'] : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The whole of a regular file that can only be small; a pipe without a writer is refused and not waited for. */
async function readSmallFile(path: string, maxBytes: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = await file.stat()
    if (!status.isFile()) throw unreadable(`${path} is not a regular file`, 'save it into a file first')
    const buffer = new Uint8Array(Math.min(status.size, maxBytes) + 1)
    let have = 0
    for (let more = 1; more > 0 && have < buffer.length; have += more)
      more = (await file.read(buffer, have, buffer.length - have, have)).bytesRead
    if (have === 0) throw unreadable(`${path} is empty`, 'get it again, all of it')
    if (have === buffer.length) throw unreadable(`${path} is larger than ${what} can be`, 'the video goes after --file')
    return buffer.subarray(0, have)
  } catch (error) {
    if (error instanceof ReadError) throw error
    throw unreadable(`${path} cannot be read`, 'check the path and its permissions', error)
  }
}

function unreadable(message: string, hint: string, cause?: unknown): ReadError {
  return new ReadError('EVIDENCE_UNREADABLE', message, { hint, cause })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
