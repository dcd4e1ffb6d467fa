/** Bounds for asking peers: what one of them can make this machine hold, and for how long it can keep it waiting. */
export interface AskLimits {
  /** Time in which a peer that was asked must say anything at all, connecting included. */
  readonly idleMs: number
  /** Time in which it must give something that was asked for, and in which a message must have arrived. */
  readonly stallMs: number
  /** Blocks that are asked of one peer at once; more wait their turn. Each may be 2 MiB in memory. */
  readonly wants: number
  /** Bytes of one message. Kubo's and ours hold one block more than 1 MiB at the most. */
  readonly messageBytes: number
  /**
   * Bytes of messages that are held at once, for each peer: with one room for all of them, one that fills it could make the
   * others look silent. A message takes twice its length.
   */
  readonly incomingBytes: number
  /** Streams that a peer may have open. */
  readonly streams: number
  /** Bytes of blocks that were asked for before and come again, without any of use between them. */
  readonly lateBytes: number
  /** How long a peer is not dialled again that was silent or away. */
  readonly restMs: number
}

export const DEFAULT_ASK_LIMITS: AskLimits = {
  idleMs: 30_000,
  stallMs: 120_000,
  wants: 8,
  messageBytes: 4 * 1_048_576,
  incomingBytes: 8 * 1_048_576,
  streams: 4,
  lateBytes: 16 * 1_048_576,
  restMs: 10_000,
}
