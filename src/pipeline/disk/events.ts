import type { Problem } from '../../model/errors.ts'

/** What an export tells while it works. */
export type ExportEvent =
  | {
      readonly type: 'exported'
      readonly id: string
      readonly root: string
      readonly index: number
      readonly bytes: number
    }
  /** Nothing was there before. */
  | { readonly type: 'began'; readonly directory: string }
  | { readonly type: 'removed'; readonly id: string; readonly root: string }
  | { readonly type: 'problem'; readonly problem: Problem; readonly isWarning?: true }
  | {
      readonly type: 'progress'
      readonly label: string
      readonly doneBytes: number
      readonly totalBytes?: number
      readonly doneItems: number
    }

export type OnExportEvent = (event: ExportEvent) => void
