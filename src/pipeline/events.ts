import type { RowFinding } from '../intake/layout.ts'
import type { Problem } from '../model/errors.ts'
import type { Evidence } from '../publish/target.ts'

/** What the pipeline tells while it works; the command line turns it into its own events. */
export type PipelineEvent =
  | {
      readonly type: 'bundle'
      readonly status: 'added' | 'known' | 'version' | 'would-add'
      readonly id: string
      readonly root: string
      readonly title: string
      readonly access: string
      readonly reason: string
      readonly files: number
      readonly bytes: number
      readonly originals: readonly { readonly key: string; readonly url?: string }[]
    }
  /** `row`: what it is about, where that is a row or sheet of a spreadsheet. */
  | { readonly type: 'problem'; readonly problem: Problem; readonly row?: RowFinding }
  | { readonly type: 'skipped'; readonly path: string; readonly reason: string }
  | {
      readonly type: 'progress'
      readonly label: string
      readonly doneBytes: number
      readonly totalBytes?: number
      readonly doneItems: number
    }
  | { readonly type: 'held'; readonly id: string; readonly reason: string }
  | { readonly type: 'withdrawn'; readonly id: string; readonly index: number }
  | { readonly type: 'published'; readonly id: string; readonly root: string; readonly index: number }
  | ({ readonly type: 'copied' } & CopiedFields)
  | ({ readonly type: 'adoption' } & Adoption)
  | ({ readonly type: 'replicated' } & ReplicatedFields)
  | { readonly type: 'delegates'; readonly engine: string; readonly addresses: readonly string[] }
  | { readonly type: 'unpinned'; readonly id: string; readonly root: string; readonly engine: string }
  | { readonly type: 'taken-back'; readonly id: string; readonly target: string }

export type OnEvent = (event: PipelineEvent) => void

/** `accepted`: the engine will have it. `pinned`: it says that it has it. */
export interface ReplicatedFields {
  readonly id: string
  readonly root: string
  readonly engine: string
  readonly state: 'accepted' | 'pinned'
}

/** A claim that was there, and the bundle of ours that it shows. */
export interface Adoption {
  readonly id: string
  readonly target: string
  readonly claimId: string | null
  readonly url: string | null
  /** Whether it is our bytes; null when that could not be told. */
  readonly same: boolean | null
}

/** What is told of a copy at a target. All of it is public. */
export interface CopiedFields {
  readonly id: string
  readonly target: string
  /** `adopted`: it was there already. `settled`: something new is known of it. */
  readonly status: 'copied' | 'adopted' | 'settled'
  readonly claimId: string | null
  readonly txid: string | null
  readonly nout: number | null
  readonly sdHash: string | null
  readonly url: string | null
  readonly equality: NonNullable<Evidence['equality']>
}

export function copiedFields(
  target: string,
  id: string,
  status: CopiedFields['status'],
  evidence: Evidence,
): CopiedFields {
  const { claimId = null, txid = null, nout = null, sdHash = null, equality = 'unknown' } = evidence
  const url = evidence.canonicalUrl ?? evidence.url ?? null
  return { id, target, status, claimId, txid, nout, sdHash, url, equality }
}
