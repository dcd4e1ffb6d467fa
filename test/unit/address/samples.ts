import { createCipheriv, hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MIB = 1_048_576

/** Key-stream of the published vectors, in pieces of 1 MiB. */
export function* seeded(seed: string, bytes: number): Generator<Buffer> {
  const stream = createCipheriv('chacha20', hash('sha256', seed, 'buffer'), Buffer.alloc(16))
  for (let left = bytes; left > 0; left -= MIB) yield stream.update(Buffer.alloc(Math.min(MIB, left)))
}

/** The same in one buffer, for files of a few MiB. */
export function bytesOf(seed: string, bytes: number): Buffer {
  return Buffer.concat([...seeded(seed, bytes)])
}

/** A directory that is gone when the test is over. */
export async function temporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-address-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
