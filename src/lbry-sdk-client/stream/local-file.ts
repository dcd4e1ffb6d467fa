import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { LbryStreamError } from './errors.ts'

/** What must not change while a file is read. */
interface FileState {
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** A file that is open for reading, with what it was when it was opened. */
export interface LocalFile extends AsyncDisposable {
  readonly sizeBytes: number
  /** Fills `into` from `position`. @throws {LbryStreamError} `STREAM_FILE_CHANGED` when the file ends before. */
  read(into: Uint8Array, position: number): Promise<void>
  /** @throws {LbryStreamError} `STREAM_FILE_CHANGED` when the file is not what it was. */
  assertUnchanged(): Promise<void>
}

/**
 * Opens a regular file; symbolic links are followed.
 *
 * @throws {LbryStreamError} `STREAM_FILE_UNREADABLE`.
 */
export async function openLocalFile(path: string): Promise<LocalFile> {
  // Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw new LbryStreamError('STREAM_FILE_UNREADABLE', 'the file cannot be opened', {
      cause,
      hint: 'check path and permissions',
    })
  })
  try {
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) throw new LbryStreamError('STREAM_FILE_UNREADABLE', 'this is not a regular file')
    return localFile(handle, stats)
  } catch (error) {
    await handle.close()
    throw error
  }
}

function localFile(handle: FileHandle, before: FileState): LocalFile {
  return {
    sizeBytes: Number(before.size),
    async read(into, position) {
      for (let have = 0; have < into.length; ) {
        const { bytesRead } = await handle
          .read(into, have, into.length - have, position + have)
          .catch((cause: unknown) => {
            throw new LbryStreamError('STREAM_FILE_UNREADABLE', 'the file cannot be read', {
              cause,
              hint: 'check the disk',
            })
          })
        if (bytesRead === 0) throw changed()
        have += bytesRead
      }
    },
    async assertUnchanged() {
      const after: FileState = await handle.stat({ bigint: true })
      if (after.size !== before.size || after.mtimeNs !== before.mtimeNs || after.ctimeNs !== before.ctimeNs)
        throw changed()
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

function changed(): LbryStreamError {
  return new LbryStreamError('STREAM_FILE_CHANGED', 'the file changed while it was read', {
    hint: 'wait for the program that writes it, then try again',
  })
}
