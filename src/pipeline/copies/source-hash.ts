import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { AddressError } from '../../address/errors.ts'
import { transaction } from '../../store/transaction.ts'
import type { Home } from '../home.ts'

const READ_BYTES = 1_048_576

/**
 * SHA-384 of a content, as LBRY names a file, and a path where its bytes lie: found in one read that also takes the
 * SHA-256 which the catalogue knows, so that the hash is of exactly the bytes behind the CID. Kept for the next time.
 *
 * @returns nothing when no place of that content is sound; {@link ReferenceStore.relink} has then noted which are gone.
 * @throws {AddressError} `FILE_CHANGED`: other bytes lie there now.
 */
export async function sourceHashOf(
  home: Home,
  content: number,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly sourceHash: string } | undefined> {
  const path = (await home.content.relink(content)).find(({ state }) => state === 'ok')?.path
  const facts = home.content.content(content)
  if (path === undefined || facts === undefined) return undefined
  const known = home.publications.sourceHash(content)
  if (known !== undefined) return { path, sourceHash: known }
  const { sha256, sha384 } = await hashesOf(path, signal)
  if (sha256 !== Buffer.from(facts.sha256).toString('hex')) {
    throw new AddressError('FILE_CHANGED', `${path} is not what it was when it was added`, {
      hint: 'add its folder again, and look at what changed it',
    })
  }
  transaction(home.db, () => home.publications.setSourceHash(content, sha384))
  return { path, sourceHash: sha384 }
}

async function hashesOf(path: string, signal: AbortSignal): Promise<{ sha256: string; sha384: string }> {
  const hashes = [createHash('sha256'), createHash('sha384')] as const
  await using file = await open(path)
  const room = new Uint8Array(READ_BYTES)
  for (;;) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(room, 0, READ_BYTES)
    if (bytesRead === 0) break
    for (const hash of hashes) hash.update(room.subarray(0, bytesRead))
  }
  return { sha256: hashes[0].digest('hex'), sha384: hashes[1].digest('hex') }
}
