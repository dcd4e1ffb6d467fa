import type { CID } from 'multiformats/cid'

/** What an engine is asked to keep. */
export interface PinRequest {
  /** Citation id of the bundle, for the engine's own lists. */
  readonly id: string
  /** Root CID, base32. */
  readonly root: string
  /**
   * Every block below the root, itself first, each once; read anew at each call, from where the files lie. What it throws
   * passes through, and the engine then keeps nothing of it as pinned.
   */
  blocks(signal: AbortSignal): AsyncIterable<PinBlock>
  /** Send it although the engine says that it has it: what was read back from there was wrong. @default false */
  readonly again?: boolean
}

export interface PinBlock {
  readonly cid: CID
  readonly bytes: Uint8Array
}

export interface PinOptions {
  readonly signal: AbortSignal
  /** Told after each piece that the engine took. @param bytes - length of that piece. */
  readonly onBytes?: (bytes: number) => void
  /** Told by an engine that fetches by itself which nodes will. @param addresses - multiaddresses. */
  readonly onDelegates?: (addresses: readonly string[]) => void
}

/** `accepted`: it will be kept, and is not yet. `pinned`: the engine says that it holds every block. */
export type PinState = 'absent' | 'accepted' | 'pinned'

/** Roots that are asked for at once. Source: pinning-services-api-spec 1.0.0, the parameter `cid`. */
export const MOST_ROOTS = 10

/** Somewhere that promises to keep a DAG. What it says is a claim; only blocks that are read back prove anything. */
export interface PinEngine {
  readonly name: string
  /** No bytes can be read back, as from a Cluster without a gateway: nothing ever proves what it says. @default false */
  readonly isUnreadable?: boolean
  /** Somebody else's place, which keeps what it chooses: it is read from, and never sent to. @default false */
  readonly isReadOnly?: boolean
  /**
   * Resolves when it answers, lets us in, and could take something.
   *
   * @throws {ReplicateError} `ENGINE_UNREACHABLE` and the others of its kind.
   */
  prepare(signal: AbortSignal): Promise<void>
  /**
   * Resolves once the engine has taken every block under `root` and named this root itself. Pinning what is already pinned
   * succeeds and sends nothing.
   *
   * @throws {ReplicateError} `BUNDLE_INCOMPLETE`: the bundle cannot be kept as it is now. The codes `ENGINE_…` of
   * src/replicate/errors.ts: the engine is at fault. After any of them the engine may hold some of the blocks.
   */
  pin(request: PinRequest, options: PinOptions): Promise<Exclude<PinState, 'absent'>>
  /** What the engine says of a root. @throws {ReplicateError} `ENGINE_…`. */
  status(root: string, signal: AbortSignal): Promise<PinState>
  /**
   * The same of several roots with one request, where an engine counts requests; left out are those of which `pin` has more to tell.
   *
   * @param roots - at most {@link MOST_ROOTS}.
   */
  statuses?(roots: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, PinState>>
  /** Resolves once the engine no longer promises to keep it; also when it never did. @throws {ReplicateError} `ENGINE_…`. */
  remove(root: string, signal: AbortSignal): Promise<void>
  /**
   * A block as the engine has it in its own store, never fetched from elsewhere for the occasion. Its hash is for the caller to check.
   * Nothing when it does not have it.
   *
   * @param root - the pin that the block is part of.
   * @throws {ReplicateError} `ENGINE_…`; `ENGINE_BYTES_DIFFER` when the engine itself finds the block damaged.
   */
  readBlock(root: string, cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined>
}
