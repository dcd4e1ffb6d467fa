import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DiskError } from './errors.ts'
import { isDiskPath, SEAL } from './layout.ts'

/** SHA-256 of each file in hex, by its path relative to the disk. */
export type Sums = Map<string, string>

/** Limits of disk-v1 §3.3. */
const MAX_BYTES = 64 * 2 ** 20
const MAX_LINE = 1_024
const LINE = /^([0-9a-f]{64}) [ *](\S+)$/u

/** As `sha256sum` writes and checks it, ascending by path. */
export function formatSums(sums: ReadonlyMap<string, string>): string {
  const paths = [...sums.keys()].sort()
  return paths.map((path) => `${sums.get(path)}  ${path}\n`).join('')
}

/**
 * Reads the lines of a seal, one after the other, so that a long one takes no memory.
 *
 * @returns nothing at all where there is no seal.
 * @throws {DiskError} `DISK_MALFORMED` for a line that is none, a path that leads elsewhere, and beyond the limits.
 */
export async function* sealLines(
  directory: string,
): AsyncGenerator<{ readonly path: string; readonly sha256: string }> {
  const handle = await open(join(directory, SEAL)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (handle === undefined) return
  try {
    const found = await handle.stat()
    if (!found.isFile() || found.size > MAX_BYTES) throw malformed('is no file, or longer than it can be')
    const buffer = Buffer.alloc(65_536)
    let rest = ''
    for (let at = 0; at < found.size; ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) break
      at += bytesRead
      const lines = (rest + buffer.toString('latin1', 0, bytesRead)).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE) throw malformed('has a line that is longer than any can be')
      for (const line of lines) yield lineOf(line)
    }
    if (rest !== '') throw malformed('ends in the middle of a line')
  } finally {
    await handle.close()
  }
}

/** All of it; empty where there is none, or where it cannot be used: a seal only saves work. */
export async function readSeal(directory: string): Promise<Sums> {
  const sums: Sums = new Map()
  try {
    for await (const { path, sha256 } of sealLines(directory)) sums.set(path, sha256)
    return sums
  } catch (error) {
    if (error instanceof DiskError) return new Map()
    throw error
  }
}

function lineOf(line: string): { readonly path: string; readonly sha256: string } {
  const [, sha256 = '', path = ''] = LINE.exec(line.replace(/\r$/u, '')) ?? []
  if (sha256 === '' || !isDiskPath(path))
    throw malformed(`has a line that is none: ${JSON.stringify(line.slice(0, 80))}`)
  return { path, sha256 }
}

function malformed(what: string): DiskError {
  return new DiskError('DISK_MALFORMED', `${SEAL} ${what}`, {
    hint: 'somebody changed the disk, or it is failing: let whoever made it export again',
  })
}
