import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { IntakeError } from './errors.ts'
import type { FileStat } from './layout.ts'

/** Never through a link; never waiting for the writer of a FIFO that took the file's place. Both are 0 where the system has no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Reads the whole of a file that the walk met, and only that file: what took its name since then is refused.
 *
 * @param maxBytes - larger files are refused before a byte is read.
 * @throws {IntakeError} `SIDECAR_TOO_LARGE`, `SIDECAR_CHANGED`, `SIDECAR_UNREADABLE`.
 */
export async function readWalked(path: string, walked: FileStat, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (walked.size > BigInt(maxBytes))
    throw new IntakeError('SIDECAR_TOO_LARGE', `the file has ${walked.size} bytes; at most ${maxBytes} are read`)
  try {
    await using file = await open(path, FLAGS)
    await requireSame(file, walked)
    const bytes = new Uint8Array(Number(walked.size))
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled)
      if (bytesRead === 0) throw changed()
      filled += bytesRead
    }
    await requireSame(file, walked)
    return bytes
  } catch (cause) {
    if (cause instanceof IntakeError) throw cause
    throw unreadable(cause)
  }
}

async function requireSame(file: FileHandle, walked: FileStat): Promise<void> {
  const now = await file.stat({ bigint: true })
  const same =
    now.isFile() &&
    now.dev === walked.dev &&
    now.ino === walked.ino &&
    now.size === walked.size &&
    now.mtimeNs === walked.mtimeNs
  if (!same) throw changed()
}

function changed(): IntakeError {
  const hint = 'Something is writing here. Let it finish, then run the same command again.'
  return new IntakeError('SIDECAR_CHANGED', 'the file changed while it was read', { hint })
}

function unreadable(cause: unknown): IntakeError {
  const code = errnoOf(cause)
  // A link or nothing in its place: the name was free for somebody else since the walk.
  if (code === 'ELOOP' || code === 'ENOENT') return changed()
  const hint = 'Check the permissions and the disk, then run the same command again.'
  return new IntakeError('SIDECAR_UNREADABLE', `the file cannot be read (${code ?? 'no reason given'})`, {
    cause,
    hint,
  })
}

/** The system's word for what went wrong, such as `EACCES`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
