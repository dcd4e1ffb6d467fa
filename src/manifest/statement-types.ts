/** What every statement has. */
interface Envelope {
  /** When the writer says that it wrote this, `YYYY-MM-DDTHH:MM:SSZ`; a claim that no rule depends on. */
  readonly at: string
}

/** A person's signature inside a statement; both in lower-case hex. @see manifest-v1 §3.11 */
export interface Approval {
  /** Ed25519 public key, 32 bytes. */
  readonly key: string
  /** 64 bytes. */
  readonly signature: string
}

/** Who must approve the rare, dangerous acts. @see manifest-v1 §2.10 */
export interface Approvers {
  readonly threshold: number
  /** Verifier keys of type 0x01. */
  readonly keys: readonly string[]
}

/** Another log, named by its origin and the SHA-256 of its genesis statement in hex. */
export interface LogReference {
  readonly origin: string
  readonly genesisSha256: string
}

/** @see manifest-v1 §3.1 */
export interface GenesisStatement extends Envelope {
  readonly type: 'genesis/1'
  readonly origin: string
  /** Verifier keys that are named as the origin. */
  readonly logKeys: readonly string[]
  readonly approvers: Approvers
  /** Lines of a tlog-policy file. */
  readonly policy: readonly string[]
  readonly ipnsKeys: readonly string[]
  readonly profile: string
  readonly idScheme: string
  readonly specSha256: string
  /** 32 bytes in hex. */
  readonly nonce: string
  readonly predecessor?: LogReference
}

/** One of the main media files of a bundle. */
export interface StatementFile {
  readonly path: string
  readonly cid: string
  readonly bytes: number
  readonly sha256: string
  readonly sha384?: string
  readonly mediaType: string
  readonly role: 'video' | 'audio' | 'image'
}

/** Where the content was public, by the publisher's word. */
export interface StatementOriginal {
  readonly key: string
  readonly url?: string
  readonly publishedAt?: string
}

/** @see manifest-v1 §3.2 */
export interface BundleStatement extends Envelope {
  readonly type: 'bundle/1'
  readonly id: string
  readonly root: string
  readonly profile: string
  readonly bytes: number
  readonly files: readonly StatementFile[]
  readonly filesSha256: string
  readonly fileCount: number
  readonly originals: readonly StatementOriginal[]
  /** Index of the statement whose version this one replaces. */
  readonly replaces?: number
  readonly commitment?: string
}

/** What was seen at an original. */
export const ORIGINAL_STATES = [
  'live',
  'removed',
  'private',
  'unlisted',
  'account-terminated',
  'geo-blocked',
  'login-required',
  'reinstated',
  'unknown',
] as const
export type OriginalState = (typeof ORIGINAL_STATES)[number]

/** @see manifest-v1 §3.3 */
export interface OriginalStatement extends Envelope {
  readonly type: 'original/1'
  readonly id: string
  readonly root: string
  readonly key: string
  readonly state?: OriginalState
  readonly evidenceSha256?: string
}

export const EQUALITIES = ['verified', 'asserted', 'differs', 'unknown'] as const
export type Equality = (typeof EQUALITIES)[number]

/** @see manifest-v1 §3.4 */
export interface CopyStatement extends Envelope {
  readonly type: 'copy/1'
  readonly id: string
  readonly root: string
  readonly file: string
  readonly target: string
  readonly key: string
  readonly ids: Readonly<Record<string, string>>
  readonly equality: Equality
}

export const WITHDRAWAL_REASONS = ['publisher', 'legal', 'error', 'duplicate'] as const
export type WithdrawalReason = (typeof WITHDRAWAL_REASONS)[number]

/** @see manifest-v1 §3.5 */
export interface WithdrawalStatement extends Envelope {
  readonly type: 'withdrawal/1'
  readonly id: string
  readonly root?: string
  readonly reason: WithdrawalReason
  readonly jurisdiction?: string
  readonly approvals?: readonly Approval[]
}

/** @see manifest-v1 §3.6 */
export interface RestoreStatement extends Envelope {
  readonly type: 'restore/1'
  readonly id: string
  readonly root?: string
  readonly approvals: readonly Approval[]
}

/** @see manifest-v1 §3.7 */
export interface PolicyStatement extends Envelope {
  readonly type: 'policy/1'
  readonly critical: true
  readonly seq: number
  readonly prev: string
  readonly policy: readonly string[]
  readonly approvers: Approvers
  readonly logKeys: readonly string[]
  /** Up to this head, keys that the policy leaves out still count; `root` is hex. */
  readonly after: { readonly size: number; readonly root: string }
  readonly approvals: readonly Approval[]
}

/** @see manifest-v1 §3.8 */
export interface RepudiationStatement extends Envelope {
  readonly type: 'repudiation/1'
  readonly critical: true
  readonly from: number
  /** First index that is not repudiated any more. */
  readonly to: number
  readonly approvals: readonly Approval[]
}

/** @see manifest-v1 §3.9 */
export interface SuccessorStatement extends Envelope, LogReference {
  readonly type: 'successor/1'
  readonly critical: true
  readonly approvals: readonly Approval[]
}

/** @see manifest-v1 §3.10 */
export interface IndexStatement extends Envelope {
  readonly type: 'index/1'
  readonly size: number
  readonly bits: number
  readonly root: string
}

/** Statements that decide who may do what; all but the genesis stand by approvals alone. */
export type GoverningStatement = GenesisStatement | PolicyStatement | RepudiationStatement | SuccessorStatement
/** Statements about one bundle. */
export type BundleFact = BundleStatement | OriginalStatement | CopyStatement | WithdrawalStatement | RestoreStatement
export type Statement = GoverningStatement | BundleFact | IndexStatement
