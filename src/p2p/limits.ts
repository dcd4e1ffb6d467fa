/** Bounds that keep one peer, or a crowd, from taking the machine. */
export interface P2pLimits {
  /** Connections at once; more are refused. */
  readonly connections: number
  /** Bytes of blocks that are read and not yet handed to the operating system, over all peers. */
  readonly queuedBytes: number
  /** Wants of one connection that wait for their answer. With more, nothing further is read from that peer. */
  readonly wants: number
  /** Bytes of one message of a peer; 20,000 wants. A longer one ends the stream. */
  readonly messageBytes: number
  /** Bytes of messages longer than `FREE_MESSAGE_BYTES` that are held at once, over all peers. */
  readonly incomingBytes: number
  /** Bitswap streams that a peer may have open on one connection. */
  readonly streams: number
  /** Time in which a peer must take some of what is sent to it, and after which a silent stream is ended. */
  readonly stallMs: number
  /** Time without any Bitswap message after which a connection is closed. */
  readonly idleMs: number
}

/** A message of ours ends with the block that passes this many bytes, so it never holds more than `MESSAGE_BYTES`. */
export const FULL_MESSAGE_BYTES = 262_144
/** Largest block that goes over Bitswap. Source: facts of Kubo's `max-block-size`, 2 MiB. */
export const MAX_BLOCK_BYTES = 2_097_152
/** What one message may hold; a sender reserves it before it reads. */
export const MESSAGE_BYTES: number = FULL_MESSAGE_BYTES + MAX_BLOCK_BYTES

/** A message of up to so many bytes, 1,000 wants, needs no room of `incomingBytes`: peers with ordinary messages never wait for others. */
export const FREE_MESSAGE_BYTES = 65_536

/** Every connection can hold one message at once, so that peers which take nothing cannot keep others from being served. */
export const DEFAULT_P2P_LIMITS: P2pLimits = {
  connections: 32,
  queuedBytes: 32 * MESSAGE_BYTES,
  wants: 1_024,
  messageBytes: 1_048_576,
  incomingBytes: 8 * 1_048_576,
  streams: 4,
  stallMs: 120_000,
  idleMs: 600_000,
}
