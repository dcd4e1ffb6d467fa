import { hash } from 'node:crypto'
import type { StreamDescriptor } from './descriptor.ts'
import { MAX_BLOB_BYTES } from './format.ts'
import { release } from './release.ts'

/**
 * Whether a stream is cut as LBRY cuts: every blob but the last is full, so that chunk n begins at n times `CHUNK_BYTES`.
 * Of other streams the lengths of the blobs do not say where a chunk begins: padding hides up to 16 bytes.
 */
export function hasUsualChunks({ blobs }: StreamDescriptor): boolean {
  return blobs.slice(0, -1).every(({ length }) => length === MAX_BLOB_BYTES)
}

/** Whether a plain chunk is what a blob decrypts to, found by encrypting it again: the blob itself is not needed. */
export async function isChunkOf(
  descriptor: StreamDescriptor,
  index: number,
  chunk: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const blob = descriptor.blobs[index]
  if (blob === undefined) return false
  const key = await crypto.subtle.importKey('raw', Buffer.from(descriptor.key, 'hex'), 'AES-CBC', false, ['encrypt'])
  const iv = new Uint8Array(Buffer.from(blob.iv, 'hex'))
  const bytes = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, key, chunk))
  const isSame = bytes.length === blob.length && hash('sha384', bytes, 'hex') === blob.hash
  release(bytes)
  return isSame
}
