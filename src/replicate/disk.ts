import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { full } from './engine-answer.ts'
import { ReplicateError } from './errors.ts'

/** Runs what touches an engine's disk, and tells its faults as an engine's. */
export async function onDisk<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw translated(name, error) ?? error
  }
}

function translated(name: string, error: unknown): ReplicateError | undefined {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (error instanceof Error && error.name === 'AbortError') return undefined
  if (error instanceof Error && !('syscall' in error)) return undefined
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return full(name)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ReplicateError('ENGINE_REFUSED', `${name} may not be written to, or not be read (${code})`, {
        hint: 'see who owns the directory and whether the disk is read-only',
        cause: error,
      })
    case '':
      return undefined
    default:
      return new ReplicateError('ENGINE_UNREACHABLE', `the disk of ${name} fails (${code})`, {
        hint: 'see that the disk is connected and sound',
        cause: error,
      })
  }
}

/** Bytes of a file; fewer where it ends before, none where it is not there. What the disk cannot read is damaged. */
export async function readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Uint8Array()
    throw error
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EIO')) throw error
    throw new ReplicateError('ENGINE_BYTES_DIFFER', `the disk cannot read ${path}`, { cause: error })
  } finally {
    await file.close()
  }
}

/**
 * Makes a directory with its missing parents; harmless when it exists. Node's own recursive mkdir tries without end where a file system
 * answers ENOENT below a parent that is there, as automounted directories do.
 */
export async function makeDirectories(directory: string): Promise<void> {
  try {
    await makeOne(directory)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing || dirname(directory) === directory) throw error
    await makeDirectories(dirname(directory))
    await makeOne(directory)
  }
}

async function makeOne(directory: string): Promise<void> {
  await mkdir(directory).catch(async (error: unknown) => {
    if ((await stat(directory).catch(() => undefined))?.isDirectory() !== true) throw error
  })
}

/** Makes names in a directory last. Some file systems know no such thing. */
export async function flush(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined)
  await handle?.sync().catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EIO') throw error
  })
  await handle?.close()
}
