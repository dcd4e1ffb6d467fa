import type { ManifestErrorCode } from './errors.ts'
import type { OriginalState, WithdrawalReason } from './statement-types.ts'

/** What became of one entry. Exactly one a entry. @see manifest-v1 §4.1 */
export type FoldEvent =
  | { readonly type: 'genesis'; readonly index: number; readonly origin: string }
  | { readonly type: 'published'; readonly index: number; readonly id: string; readonly root: string }
  | {
      readonly type: 'version'
      readonly index: number
      readonly id: string
      readonly root: string
      readonly replaces: number
    }
  | {
      readonly type: 'original'
      readonly index: number
      readonly id: string
      readonly key: string
      readonly state?: OriginalState
    }
  | { readonly type: 'copy'; readonly index: number; readonly id: string; readonly root: string; readonly key: string }
  | {
      readonly type: 'withdrawn'
      readonly index: number
      readonly id: string
      /** The one version that it is about; absent for the whole bundle. */
      readonly root?: string
      readonly reason: WithdrawalReason
      readonly jurisdiction?: string
      /** Whether enough approvers stand behind it: mirrors obey only few withdrawals without. */
      readonly approved: boolean
    }
  | { readonly type: 'restored'; readonly index: number; readonly id: string; readonly root?: string }
  | { readonly type: 'policy'; readonly index: number; readonly seq: number }
  | { readonly type: 'repudiated'; readonly index: number; readonly from: number; readonly to: number }
  | { readonly type: 'successor'; readonly index: number; readonly origin: string; readonly genesisSha256: string }
  | {
      readonly type: 'index'
      readonly index: number
      readonly size: number
      readonly bits: number
      readonly root: string
    }
  /** Of a type that we do not know and need not know. */
  | { readonly type: 'ignored'; readonly index: number; readonly statementType: string }
  /** Malformed, or void; counted, and without effect. */
  | {
      readonly type: 'problem'
      readonly index: number
      readonly code: ManifestErrorCode
      readonly message: string
      readonly id?: string
    }
  /** Nothing is applied from here on: `UPDATE_NEEDED`, or a genesis that is not the one of this log. */
  | { readonly type: 'halted'; readonly index: number; readonly code: ManifestErrorCode; readonly message: string }
  /** Behind the entry that halted the fold. */
  | { readonly type: 'skipped'; readonly index: number }

/** What {@link applyEntry} says about one entry. */
export interface FoldResult {
  readonly event: FoldEvent
  /** The past has changed: call `prepareRefold` and apply all entries again from 0. @see manifest-v1 §4.9 */
  readonly refold: boolean
}
