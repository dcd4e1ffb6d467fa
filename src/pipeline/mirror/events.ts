import type { Problem } from '../../model/errors.ts'

/** What a mirror tells while it works. */
export type MirrorEvent =
  | {
      readonly type: 'fetched'
      readonly name: string
      readonly id: string
      readonly root: string
      readonly index: number
      readonly files: number
      readonly bytes: number
    }
  | { readonly type: 'withdrawn'; readonly id: string; readonly index: number }
  | { readonly type: 'problem'; readonly problem: Problem }
  | {
      readonly type: 'progress'
      readonly label: string
      readonly doneBytes: number
      readonly totalBytes?: number
      readonly doneItems: number
    }

export type OnMirrorEvent = (event: MirrorEvent) => void
