import type { CID } from 'multiformats/cid'
import type { ContentPath } from './content-path.ts'
import { ViewError } from './errors.ts'
import type { ServedContent } from './ports.ts'

/** Source: multicodec table, `identity`: the CID holds the bytes themselves. */
const IDENTITY = 0x00
/**
 * A CID that is asked for by itself and holds its own bytes may hold this many: no text worth spreading, and what other
 * implementations take (boxo, `verifcid`).
 */
const MAX_OWN_BYTES = 128

/** Gives the bytes of one block, or says why this server does not. */
export type ReadServed = (cid: CID) => Promise<Uint8Array>

/**
 * Reads blocks of the closed set and asks about each one anew, so that a withdrawal also ends what is under way.
 *
 * @throws (when called) `GONE`, `GONE_LEGAL` or `NOT_SERVED`, or what {@link ServedContent.readBlock} throws.
 */
export function servedBlocks(content: ServedContent, signal: AbortSignal): ReadServed {
  return async (cid) => {
    signal.throwIfAborted()
    if (isIdentity(cid)) return cid.multihash.digest
    requireServed(content, cid)
    return await content.readBlock(cid, { signal })
  }
}

/**
 * @throws {ViewError} `GONE`, `GONE_LEGAL` or `NOT_SERVED`. Texts are neutral: a reader must not learn who withdrew
 * what, or why.
 */
export function requireServed(content: ServedContent, cid: CID): void {
  const standing = content.standing(cid)
  if (standing === 'served') return
  if (standing === 'withdrawn') throw new ViewError('GONE', 'this content is no longer published here')
  if (standing === 'withdrawn-legal')
    throw new ViewError('GONE_LEGAL', 'this content is not available here for legal reasons')
  throw new ViewError('NOT_SERVED', 'this content is not in the set that this server publishes')
}

/** Blocks that are their own CID: never stored, and never put into a CAR. */
export function isIdentity(cid: CID): boolean {
  return cid.multihash.code === IDENTITY
}

/**
 * Such a CID is in no set: whoever made the link chose the bytes. Clients may have them back to verify, and never as a
 * file or directory of ours (docs/decisions/0013). The empty one is for everybody, because by it clients recognise a
 * gateway. Source: trustless-gateway, "Dedicated Probe Paths".
 *
 * @throws {ViewError} `NOT_SERVED`
 */
export function requireOwnBytes({ root, segments }: ContentPath, form: 'file' | 'raw' | 'car'): void {
  const { length } = root.multihash.digest
  if (length === 0 && segments.length === 0) return
  if (form === 'file' || segments.length > 0 || length > MAX_OWN_BYTES)
    throw new ViewError(
      'NOT_SERVED',
      'a content ID that holds its own bytes is not in the set that this server publishes',
    )
}
