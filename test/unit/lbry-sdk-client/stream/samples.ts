import { createCipheriv, hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MadeStream, makeStream } from '../../../../src/lbry-sdk-client/stream/make-stream.ts'

export const CHUNK = 2_097_151
export const slow: boolean = process.env['SLOW'] === '1'

/** A directory that is gone when the test is over. */
export async function temporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-lbry-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Bytes that look random and are the same in every run. */
export function bytesOf(seed: string, bytes: number): Buffer {
  return createCipheriv('chacha20', hash('sha256', seed, 'buffer'), Buffer.alloc(16)).update(Buffer.alloc(bytes))
}

/** IV n of the vectors: n as 16 bytes, big end first. */
export function countedIvs(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, n) => Buffer.from(n.toString(16).padStart(32, '0'), 'hex'))
}

/** A stream with its file and blobs. */
export interface Published extends AsyncDisposable {
  readonly dir: string
  readonly path: string
  readonly content: Buffer
  readonly made: MadeStream
  /** Encrypted bytes by hash. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

export async function published(content: Buffer, name = 'film.mp4'): Promise<Published> {
  const dir = await temporary()
  const path = join(dir.path, name)
  await writeFile(path, content)
  const blobs = new Map<string, Uint8Array>()
  const made = await makeStream(path, { onBlob: ({ hash: name, bytes }) => void blobs.set(name, bytes) })
  return { dir: dir.path, path, content, made, blobs, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() }
}
