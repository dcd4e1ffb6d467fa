import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { ReadError } from './errors.ts'
import { MAX_RECEIPT_BYTES, type VerifiedReceipt } from './verify-receipt.ts'

/** @throws {ReadError} `RECEIPT_UNREADABLE`. */
export async function readReceiptFile(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    if (size <= MAX_RECEIPT_BYTES) return await file.readFile()
  } catch (error) {
    throw new ReadError('RECEIPT_UNREADABLE', `${path} cannot be read`, { hint: 'check the path', cause: error })
  }
  throw new ReadError('RECEIPT_UNREADABLE', `${path} is too large to be a receipt`, {
    hint: 'the video goes after --file',
  })
}

/** Which of a statement's files a local file is, byte for byte. */
export interface MatchedFile {
  readonly path: string
  readonly role: string
}

/**
 * Hashes a local file and finds it among the main media of a statement.
 *
 * @throws {ReadError} `FILE_NOT_IN_STATEMENT`, `RECEIPT_UNREADABLE`.
 */
export async function fileInStatement(
  path: string,
  statement: VerifiedReceipt['statement'],
  signal: AbortSignal,
): Promise<MatchedFile> {
  const sha256 = await hashOf(path, signal)
  const files = 'files' in statement ? statement.files : []
  const match = files.find((file) => file.sha256 === sha256)
  if (match !== undefined) return { path: basename(path), role: match.role }
  throw new ReadError(
    'FILE_NOT_IN_STATEMENT',
    `${path} is not one of the ${files.length} files of the statement: its SHA-256 is ${sha256}`,
    {
      hint: 'these are other bytes than the publisher asserted, even if they look the same: a re-encoded or altered copy',
    },
  )
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) hash.update(chunk)
  } catch (error) {
    signal.throwIfAborted()
    throw new ReadError('RECEIPT_UNREADABLE', `${path} cannot be read`, { hint: 'check the path', cause: error })
  }
  return hash.digest('hex')
}
