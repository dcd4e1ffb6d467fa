/** Bounds that keep one reader, or a crowd, from taking the machine. */
export interface ServerLimits {
  /** Connections at once; more are closed unanswered. */
  readonly connections: number
  /** Answers under way at once; each may hold a few MiB. More get 503. */
  readonly answers: number
  /** Of these, for one remote address. Loopback is exempt: a reverse proxy or an onion service speaks for many. */
  readonly answersPerAddress: number
  /** Time to send the whole head of a request. */
  readonly headMs: number
  /** Silence in either direction after which a connection is closed. */
  readonly idleMs: number
  /** Time that a connection is kept for a next request. */
  readonly keepAliveMs: number
  readonly requestsPerConnection: number
  /** Time that answers under way get when the server closes. */
  readonly closeMs: number
  readonly dag: DagLimits
  readonly dupFree: DupFreeLimits
}

/** Bounds of what is remembered for CARs that may hold no block twice (`dups=n`). */
export interface DupFreeLimits {
  /** Such answers under way at once; more get 503. */
  readonly answers: number
  /** Different blocks that one of them may hold; beyond, the answer is cut. */
  readonly blocks: number
}

/** Bounds of one walk through a DAG, which a followed publisher may have built to be endless. */
export interface DagLimits {
  /** Nodes from the root of a walk down to its deepest leaf. */
  readonly depth: number
  /** Sum of the blocks of one walk, in bytes. */
  readonly bytes: number
  /** Nodes of one sharded directory that are read to find a name, or to list it. */
  readonly shards: number
}

/**
 * 64 answers of about 4 MiB stay near the 250 MB that a gateway may take; 256 GiB is more than any one bundle. 65,536
 * blocks are 64 GiB of a file, and about 7 MB of memory.
 */
export const DEFAULT_LIMITS: ServerLimits = {
  connections: 512,
  answers: 64,
  answersPerAddress: 16,
  headMs: 10_000,
  idleMs: 60_000,
  keepAliveMs: 15_000,
  requestsPerConnection: 10_000,
  closeMs: 2_000,
  dag: { depth: 64, bytes: 256 * 2 ** 30, shards: 1_024 },
  dupFree: { answers: 4, blocks: 65_536 },
}

/** A path longer than this is refused before it is parsed. Bytes of the request target. */
export const MAX_TARGET = 4_096
/** Bytes of all request headers together; node's default, made explicit. */
export const MAX_HEADER_BYTES = 16_384
export const MAX_HEADERS = 64
/** Bundles are two levels deep and the announced root four; the rest is room. */
export const MAX_SEGMENTS = 32
/** Bytes of UTF-8 in one name; what file systems allow. */
export const MAX_SEGMENT_BYTES = 255
