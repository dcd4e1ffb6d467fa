import type { CID } from 'multiformats/cid'

/** Somewhere that blocks come from. */
export interface BlockSource {
  /**
   * Reads one block and checks it against its CID before the promise resolves; nobody writes to the buffer afterwards.
   * Nothing for a block that this source never had.
   *
   * @throws {AddressError} `BLOCK_DAMAGED`, `FILE_CHANGING` or `BLOCK_MISSING` for one that it had and cannot give now.
   */
  readBlock(cid: CID, options: { readonly signal: AbortSignal }): Promise<Uint8Array | undefined>
}
