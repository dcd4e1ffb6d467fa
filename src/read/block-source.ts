import type { CID } from 'multiformats/cid'
import type { Leaf } from './file-layout.ts'

/** Takes one leaf, in any order. Its bytes are checked, and the sink's only until the promise settles: the buffer is used again. */
export type LeafSink = (leaf: Leaf, bytes: Uint8Array) => Promise<void>

export interface BlockSource {
  /**
   * Fetches one block from any place that has it and checks it against its CID.
   *
   * @throws {ReadError} `SOURCES_EXHAUSTED` with the last fault as its cause; the same call may work later.
   */
  fetch(cid: CID, signal: AbortSignal): Promise<Uint8Array>
  /**
   * The same for leaves of one file that follow each other, at the speed of one stream; absent where blocks only come
   * one by one. What `sink` throws passes through.
   *
   * @param file - CID of the whole file.
   * @throws {ReadError} as `fetch`; leaves that came before are with `sink`.
   */
  fetchLeaves?(file: CID, leaves: readonly Leaf[], sink: LeafSink, signal: AbortSignal): Promise<void>
}

/** One place that may have blocks: a gateway, a disk. What it gives is checked here, so it may lie. */
export interface BlockPlace {
  /** Nothing where it does not have it. @throws {ReadError} when it cannot be asked, or lies. */
  fetch(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined>
  /**
   * As in {@link BlockSource}, in the order in which they are asked for; it may stop early without a fault, when it has no
   * more of them or makes no such streams.
   *
   * @throws {ReadError} when it cannot be asked to the end, or lies.
   */
  fetchLeaves?(file: CID, leaves: readonly Leaf[], sink: LeafSink, signal: AbortSignal): Promise<void>
}
