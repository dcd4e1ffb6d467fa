import type { RowFinding } from '../intake/layout.ts'
import type { Problem } from '../model/errors.ts'

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

export type OnEvent = (event: PipelineEvent) => void
