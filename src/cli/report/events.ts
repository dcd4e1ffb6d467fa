import type { Equality } from '../../manifest/statement-types.ts'
import type { FileRole } from '../../model/bundle.ts'
import type { Problem } from '../../model/errors.ts'
import type { KeptName } from '../../pipeline/announce/kept-names.ts'
import type { ListedCopy } from '../../pipeline/copies/listed-copies.ts'
import type { DrillLoss } from '../../pipeline/engines/drill.ts'
import type { ListedReplica } from '../../pipeline/engines/listed-replicas.ts'
import type { ListedRules } from '../../pipeline/engines/listed-rules.ts'
import type { Adoption, CopiedFields, ReplicatedFields } from '../../pipeline/events.ts'
import type { MissedRule } from '../../replicate/rules.ts'

export interface ReportedOriginal {
  readonly key: string
  readonly url?: string
}

export interface ReportedFile {
  readonly path: string
  readonly cid: string
  readonly bytes: number
  readonly sha256: string
  readonly mediaType: string
  readonly role: FileRole | string
}

export interface Match {
  readonly id: string
  readonly root: string
  /** Index of the newest `bundle/1` statement; null for a bundle that is not published. */
  readonly index: number | null
  readonly state: string
  readonly originals: readonly ReportedOriginal[]
  readonly files: readonly ReportedFile[]
  readonly copies: readonly ReportedCopy[]
}

/** A copy at a target, as one statement says; `equality` is the publisher's word. */
export interface ReportedCopy {
  readonly root: string
  readonly file: string
  readonly target: string
  readonly key: string
  readonly ids: Readonly<Record<string, string>>
  readonly equality: Equality
  /** Index of the statement. */
  readonly index: number
  /** Where a person finds it, when no name is known. */
  readonly page?: string
}

/** A claim on LBRY as its transaction has it; all but the ids is whatever somebody wrote there. */
export interface ReportedClaim {
  readonly txid: string
  readonly nout: number
  readonly op: 'create' | 'update'
  readonly claimId: string
  readonly name: string
  readonly type: string
  readonly titleBytes: number
  readonly channelId?: string
  readonly sdHash?: string
  readonly sourceHash?: string
  readonly sizeBytes?: number
}

/** What a mirror knows of one of its sources; `code` is its last fault, empty for none. */
export interface ReportedSource {
  readonly name: string
  readonly strikes: number
  readonly size: number
  readonly bytes: number
  readonly code: string
  readonly message: string
  readonly at: string
  /** Asked over Bitswap for content, and for nothing else. */
  readonly isPeer: boolean
}

/**
 * Everything a command can say. In `--json` each is one line `{"v":1,"event":…}`; docs/SCRIPTING.md is the public list.
 * Fields are only ever added.
 */
export type Event =
  | {
      readonly event: 'bundle'
      readonly id: string
      readonly root: string
      readonly title: string
      readonly access: string
      readonly files: number
      readonly bytes: number
      readonly originals: readonly ReportedOriginal[]
      readonly status: 'added' | 'known' | 'version' | 'would-add'
      readonly reason?: string
    }
  /** `warning`: of what it is about a bundle was made all the same, without the value that is named. */
  | ({ readonly event: 'problem'; readonly warning?: true } & Problem)
  | { readonly event: 'skipped'; readonly path: string; readonly reason: string }
  | {
      readonly event: 'plan'
      readonly goesOut: number
      readonly held: number
      readonly already: number
      readonly bytes: number
      readonly cost: number
    }
  | { readonly event: 'published'; readonly id: string; readonly root: string; readonly index: number }
  | { readonly event: 'held'; readonly id: string; readonly reason: string }
  | ({ readonly event: 'match' } & Match)
  | {
      readonly event: 'listed'
      readonly id: string
      readonly title: string
      readonly state: string
      readonly access: string
      readonly reason: string
      readonly root: string
      readonly originals: readonly string[]
      readonly bytes: number
      /** At targets, in order of target. */
      readonly copies: readonly ListedCopy[]
      /** At engines, in order of engine. */
      readonly replicas: readonly ListedReplica[]
      /** `none`: there are no rules, or it is not published. */
      readonly rules: ListedRules['rules']
      readonly missed: readonly MissedRule[]
    }
  | ({ readonly event: 'replicated' } & ReplicatedFields)
  | { readonly event: 'wouldReplicate'; readonly engine: string; readonly bundles: number; readonly bytes: number }
  | {
      readonly event: 'drill'
      readonly without: readonly string[]
      readonly bundles: number
      readonly lost: number
      readonly maybeLost: number
      readonly belowRules: number
      readonly unproven: number
    }
  | {
      readonly event: 'atRisk'
      readonly id: string
      readonly loss: DrillLoss
      readonly left: readonly string[]
      readonly missed: readonly MissedRule[]
    }
  | { readonly event: 'delegates'; readonly engine: string; readonly addresses: readonly string[] }
  | { readonly event: 'unpinned'; readonly id: string; readonly root: string; readonly engine: string }
  | {
      readonly event: 'engine'
      readonly name: string
      readonly kind: string
      readonly where: string
      readonly operator: string
      readonly country: string
      readonly runBy: string
      readonly pinned: number
      readonly accepted: number
      readonly broken: number
      readonly due: number
    }
  | {
      readonly event: 'place'
      readonly name: string
      readonly bundles: number
      readonly checked: number
      readonly bad: number
      readonly missing: number
      readonly absent: number
      readonly unpinned: number
      readonly below: number
      readonly holder: 'all' | 'part' | 'none' | 'wrong'
      readonly contradicted: number
      readonly unreachable: boolean
    }
  | ({ readonly event: 'copied' } & CopiedFields)
  | ({ readonly event: 'adoption' } & Adoption)
  | { readonly event: 'takenBack'; readonly id: string; readonly target: string }
  | {
      readonly event: 'target'
      readonly name: string
      readonly channel: string
      readonly items: number
      readonly bytes: number
      readonly lbc: string
      readonly available: string
      readonly affordable: number
      readonly seconds: number | null
    }
  | {
      readonly event: 'channel'
      readonly name: string
      readonly claimId: string
      readonly url: string
      readonly amount: string
      readonly confirmations: number
      readonly hasKey: boolean
    }
  | {
      readonly event: 'wouldCopy'
      readonly id: string
      readonly target: string
      readonly name: string
      readonly bytes: number
    }
  | {
      readonly event: 'decided'
      readonly id: string
      readonly access: string
      readonly by: string
      readonly at: string
    }
  | { readonly event: 'withdrawn'; readonly id: string; readonly index: number }
  | { readonly event: 'original'; readonly id: string; readonly key: string; readonly index: number }
  | {
      readonly event: 'file'
      readonly id: string
      readonly path: string
      readonly bytes: number
      readonly sha256: string
      readonly verified: boolean
    }
  | {
      readonly event: 'proof'
      readonly verified: boolean
      readonly index: number
      readonly statement: unknown
      readonly checkpoint: { readonly origin: string; readonly size: number }
      readonly witnessed: readonly { readonly name: string; readonly time: string }[]
      readonly file?: { readonly path: string; readonly role: string }
      readonly notChecked: readonly string[]
    }
  | {
      readonly event: 'fork'
      readonly verified: boolean
      readonly origin: string
      readonly older: { readonly size: number; readonly root: string }
      readonly newer: { readonly size: number; readonly root: string }
    }
  | {
      readonly event: 'step'
      readonly step: string
      readonly verdict: 'verified' | 'claimed' | 'not-checked' | 'failed'
      readonly detail: string
    }
  | {
      readonly event: 'equality'
      readonly equality: 'proven' | 'asserted' | 'differs' | 'unknown'
      readonly equal: boolean | null
      /** The claim that the transaction has, in its own words. */
      readonly claim?: ReportedClaim
    }
  | {
      readonly event: 'cosigned'
      readonly origin: string
      readonly size: number
      readonly root: string
      /** Of the key. */
      readonly name: string
      /** As it stands under the checkpoint. */
      readonly line: string
    }
  | {
      readonly event: 'announced'
      readonly name: string
      readonly root: string
      /** Statements under the head in it. */
      readonly size: number
      /** Decimal: it may be larger than what a number holds. */
      readonly sequence: string
      readonly validUntil: string
      readonly made: boolean
      readonly dnslink: string
    }
  | {
      readonly event: 'told'
      readonly where: string
      readonly kind: 'router' | 'kubo'
      readonly taken: boolean
      readonly message: string
    }
  | { readonly event: 'statement'; readonly index: number; readonly statement: unknown }
  | { readonly event: 'row'; readonly row: Readonly<Record<string, unknown>> }
  | {
      readonly event: 'ready'
      readonly http: string
      readonly origin: string
      readonly size: number
      readonly metrics?: string
      /** Verifier key with which other logs are cosigned. */
      readonly witness?: string
      readonly p2p?: { readonly peerId: string; readonly multiaddrs: readonly string[] }
    }
  | {
      readonly event: 'fetched'
      readonly name: string
      readonly id: string
      readonly root: string
      readonly index: number
      readonly files: number
      readonly bytes: number
    }
  | {
      readonly event: 'exported'
      readonly id: string
      readonly root: string
      readonly index: number
      readonly bytes: number
    }
  | { readonly event: 'removed'; readonly id: string; readonly root: string }
  | {
      readonly event: 'mirror'
      readonly name: string
      readonly origin: string
      readonly originSha256: string
      readonly size: number
      readonly asOf: string
      readonly lastSync: string
      readonly held: number
      readonly bytes: number
      readonly budget: number
      readonly missing: number
      readonly missingBytes: number
      readonly quarantined: number
      readonly waiting: number
      readonly evidence?: string
      readonly lag: number
      readonly readSince: string
      readonly cosignatures: readonly { readonly name: string; readonly time: string }[]
      readonly ipnsNames: readonly KeptName[]
      readonly sources: readonly ReportedSource[]
    }
  /** What reading everything of a followed log again found. */
  | {
      readonly event: 'checked'
      readonly name: string
      readonly files: number
      readonly bytes: number
      readonly damaged: number
      /** Why the holder key would not sign the head that is shown. */
      readonly whyNotHolder?: string
    }
  /** A withdrawal that a mirror does not obey. */
  | {
      readonly event: 'waiting'
      readonly name: string
      readonly id: string
      readonly index: number
      readonly reason: string
      readonly state: 'waiting' | 'kept'
      readonly at: string
    }
  /** A file that was in quarantine since then. */
  | {
      readonly event: 'purged'
      readonly name: string
      readonly path: string
      readonly bytes: number
      readonly since: string
      readonly deleted: boolean
    }
  /** What a mirror says, signed, that it holds of a log. */
  | {
      readonly event: 'holdings'
      readonly verified: boolean
      readonly origin: string
      readonly genesisSha256: string
      readonly size: number
      /** Hex. */
      readonly root: string
      readonly listSha256: string
      /** Roots in the list, where it was there to compare. */
      readonly roots?: number
      readonly bytes: number
      readonly oldest: string
      readonly holder: string
      readonly signedAt: string
    }
  /** Part of an output that is itself a document, such as CSV. */
  | { readonly event: 'text'; readonly text: string }
  | { readonly event: 'note'; readonly message: string }
  | ({ readonly event: 'done'; readonly exit: number } & Readonly<Record<string, unknown>>)

/** How far a long step is; `total` is absent while it is not known. */
export interface Progress {
  readonly label: string
  readonly doneBytes: number
  readonly totalBytes?: number
  readonly doneItems: number
}

/** The only way in which a command speaks. Results go to stdout, everything else to stderr. */
export interface Report {
  emit(event: Event): void
  /** Shown on a terminal only; call as often as wanted. `undefined` clears it. */
  progress(progress: Progress | undefined): void
}
