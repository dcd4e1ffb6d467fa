import type { CID } from 'multiformats/cid'

/** The published content, as peers may have it: the same closed set that the gateway serves. */
export interface P2pContent {
  /** Asked before every answer and never cached, so that a withdrawal holds from the next block on. Synchronous, one indexed row. */
  isServed(cid: CID): boolean
  /**
   * The bytes of one block, verified against the CID just before it resolves; never fetches from elsewhere.
   *
   * @throws {HoldfastError} when the block is damaged, missing or changing; the peer is told only that it is not had.
   */
  readBlock(cid: CID, options: { readonly signal: AbortSignal }): Promise<Uint8Array>
}
