/**
 * The rules that make the same bytes the same CID everywhere: CIDv1, SHA-256, raw leaves, balanced tree.
 *
 * @see IPIP-0499, profile `unixfs-v1-2025`; in Kubo `ipfs config profile apply unixfs-v1-2025` (0.40 and later).
 */
export const PROFILE: Readonly<{
  name: 'unixfs-v1-2025'
  chunkBytes: number
  maxLinks: number
  digestBytes: number
  maxBlockBytes: number
}> = Object.freeze({
  name: 'unixfs-v1-2025',
  /** Fixed-size chunks, 1 MiB. IPIP-0499, `chunker`. */
  chunkBytes: 1_048_576,
  /** Children of one inner node. IPIP-0499, `DAG width`. */
  maxLinks: 1024,
  /** One SHA-256. */
  digestBytes: 32,
  /** Largest block that Bitswap and trustless gateways carry: 2 MiB (Bitswap specification, block sizes). */
  maxBlockBytes: 2_097_152,
})

/** Chunks of a file of `bytes` bytes; an empty file has one empty chunk. */
export function chunksIn(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PROFILE.chunkBytes))
}

/** Length of chunk `index` in a file of `bytes` bytes. */
export function chunkLength(bytes: number, index: number): number {
  return Math.min(PROFILE.chunkBytes, bytes - index * PROFILE.chunkBytes)
}
