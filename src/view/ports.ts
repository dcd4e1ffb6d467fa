import type { CID } from 'multiformats/cid'
import type { CosignRefusal } from '../manifest/cosign-rule.ts'

/**
 * Where a CID stands in the closed set that this machine serves (docs/ARCHITECTURE.md). `withdrawn`: reachable only from
 * withdrawn roots. `withdrawn-legal`: the same, and the publisher gave the reason `legal`. What is reachable from one
 * root that is still published is `served`, whatever became of other roots.
 */
export type Standing = 'served' | 'withdrawn' | 'withdrawn-legal' | 'unknown'

/** The published content, as the gateway needs it: blocks and what may be said of them. Paths, files and CARs are built from these. */
export interface ServedContent {
  /**
   * Asked before every block, from the shared catalogue and never from a cache that outlives one call, so that a
   * withdrawal in another process stops even an answer that is already under way. Synchronous and cheap (one indexed row).
   */
  standing(cid: CID): Standing
  /**
   * The bytes of one block, verified against the CID just before the promise resolves, in a buffer that is not written again.
   * Called for blocks that are `served` only, never for identity CIDs; never fetches from elsewhere.
   *
   * @throws {HoldfastError} `BLOCK_DAMAGED`, `BLOCK_MISSING` or `FILE_CHANGING`; its message may name a local path, so
   * the server answers with the code alone.
   */
  readBlock(cid: CID, options: { readonly signal: AbortSignal }): Promise<Uint8Array>
  /**
   * The media type that the bundle gives a public file; undefined when the bundle says nothing.
   *
   * @param root - the CID of the request: a bundle, the announced root, or a file of its own.
   * @param path - decoded path below it without a leading slash; empty when `root` itself is the file.
   */
  mediaType(root: CID, path: string): string | undefined
}

/** The manifest directory. The server asks only for names of manifest-v1, which it has checked against the grammar. */
export interface ManifestFiles {
  /**
   * One whole file as it stood at one instant, or undefined when there is none. Links are never followed.
   *
   * @param name - `/`-separated, relative to the manifest directory.
   */
  read(name: string, options: { readonly signal: AbortSignal }): Promise<Uint8Array | undefined>
}

/** A name record that may be handed on. Its bytes prove themselves, so the server reads nothing in it. */
export interface ServedRecord {
  readonly bytes: Uint8Array
  /** What the name leads to. */
  readonly root: CID
  readonly ttlSeconds: number
  /** End of its validity, milliseconds since 1970. */
  readonly validUntilMs: number
}

/** The best record of a name of the served logs that holds now. @param key - the Ed25519 key that the name is. */
export type ReadName = (key: Uint8Array) => ServedRecord | undefined

/** What `/healthz` says. Nothing in it may name people, titles or local paths. */
export interface Health {
  /** False makes the answer a 503, for a supervisor that looks at the status alone. */
  readonly ok: boolean
  readonly origin: string
  /** Statements under the served checkpoint. */
  readonly size: number
  /** Seconds since the newest quorum cosignature; absent while there is none. */
  readonly headAge?: number
  /** Codes of docs/ERRORS.md, when something needs an operator. */
  readonly problems?: readonly string[]
}

/** Asked at each request for `/healthz`. */
export type ReadHealth = (options: { readonly signal: AbortSignal }) => Promise<Health> | Health

/** What `/metrics` tells beyond the counts of the server itself. Numbers only; asked at each request for it. */
export interface Gauges {
  /** Seconds since the publisher made the head that is served, by its own word; absent before the first one. */
  readonly headAgeSeconds?: number
  /** Statements under that head. */
  readonly manifestSize: number
  readonly bundles: {
    readonly published: number
    readonly held: number
    readonly waiting: number
    readonly withdrawn: number
  }
  /** Published files that lie in no sound place, by what is wrong. */
  readonly files: { readonly damaged: number; readonly changing: number; readonly missing: number }
  /** Blocks that this server could not give since it was opened, and still could not when last asked. */
  readonly failingBlocks: number
  /** Published bundles whose copies break a rule; absent until they were counted for the first time. */
  readonly belowRule?: number
  /** Cosignatures of that head; names of keys are public for ever. */
  readonly cosignatures?: readonly CosignatureAge[]
  /** Places that keep copies, by the names that the operator gave them, and how long ago blocks were last read back from there. */
  readonly audits?: readonly { readonly place: string; readonly seconds: number }[]
  /** Only where logs of others are held. */
  readonly mirror?: MirrorGauges
}

/** How long ago a key cosigned. */
export interface CosignatureAge {
  readonly key: string
  readonly seconds: number
}

/** What a mirror holds, and how far behind it is. */
export interface MirrorGauges {
  /** Of fetched files. */
  readonly heldBytes: number
  /** Wanted and not here. */
  readonly missingBundles: number
  readonly missingBytes: number
  /** Statements that a source has shown and that are not shown here. */
  readonly lagStatements: number
  /** Since the log was last followed to its end; absent before the first time. */
  readonly lagSeconds?: number
  readonly quarantinedFiles: number
  /** Bundles whose withdrawal waits for approvals or the operator. */
  readonly waitingWithdrawals: number
  /** Since the file was read whole that was not for longest; absent while some never was. */
  readonly unreadSeconds?: number
}

export type ReadGauges = () => Gauges

/** What a witness says to `add-checkpoint`: the lines that it signed, or why it did not. */
export type WitnessAnswer =
  | { readonly lines: readonly string[] }
  | { readonly refusal: CosignRefusal; readonly message: string; readonly knownSize?: number }

/** The witness of this machine. @see C2SP tlog-witness */
export interface Witness {
  /** @param body - as it came, bounded. Resolves once all that was signed is durable. */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>
  /**
   * The newest head that it cosigned of one log, as a note with its cosignature.
   *
   * @param log - SHA-256 of the origin, lower-case hex.
   */
  newest(log: string): Uint8Array | undefined
}

/**
 * What became of a cosignature that was brought: `taken`, `known` (it was there, or a newer one), `other-head` (no head that
 * is shown or waits here), `unknown-key` (no line of a key that is wanted here verifies), `malformed`.
 */
export type BroughtCosignature = 'taken' | 'known' | 'other-head' | 'unknown-key' | 'malformed'

/** Takes cosignatures of the own manifest's heads. @param note - the checkpoint with signature lines. */
export type TakeCosignature = (note: Uint8Array) => Promise<BroughtCosignature>
