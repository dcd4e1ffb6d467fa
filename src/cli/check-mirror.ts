import { setTimeout as sleep } from 'node:timers/promises'
import type { Problem } from '../model/errors.ts'
import type { RereadCounts } from '../pipeline/mirror/reread-files.ts'
import type { Context } from './context.ts'
import { openWhenFree } from './open-when-free.ts'

/** After so long the log is let go of between two files, for a `mirror run` that waits to see whether something was withdrawn. */
const SLICE_MS = 20_000
const LET_GO_MS = 500
const DAY_MS = 24 * 60 * 60 * 1_000

/** Reads everything that is held of a log again, and reports it. @param days - only what was not read for so many days. */
export async function checkLog(context: Context, home: string, name: string, days: number): Promise<RereadCounts> {
  const before = new Date(Date.now() - days * DAY_MS).toISOString().replace(/\.\d+Z$/u, 'Z')
  const { report, stopping } = context
  const sum = { files: 0, bytes: 0, damaged: 0 }
  for (let isFirst = true; ; isFirst = false) {
    const slice = await checkOnce(context, { home, name, before, isFirst, doneBytes: sum.bytes })
    for (const key of ['files', 'bytes', 'damaged'] as const) sum[key] += slice[key]
    if (slice.isDone || stopping.aborted) {
      report.emit({ event: 'checked', name, ...sum, ...(slice.why === undefined ? {} : { whyNotHolder: slice.why }) })
      return sum
    }
    await sleep(LET_GO_MS)
  }
}

interface Slice {
  readonly home: string
  readonly name: string
  readonly before: string
  readonly isFirst: boolean
  readonly doneBytes: number
}

async function checkOnce(
  context: Context,
  { home, name, before, isFirst, doneBytes }: Slice,
): Promise<RereadCounts & { readonly isDone: boolean; readonly why?: string }> {
  const { checkSlice, tellKnownDamage } = await import('../pipeline/mirror/check-held.ts')
  const { whyNotHolder } = await import('../pipeline/mirror/holds-all.ts')
  const { signal, stopping, report } = context
  const onDamage = (problem: Problem): void => report.emit({ event: 'problem', ...problem })
  await using log = await openWhenFree(context, { home, name, write: 'mirror check' })
  const known = isFirst ? tellKnownDamage(log, onDamage) : 0
  let now = doneBytes
  const slice = await checkSlice(log, {
    ...{ signal, before, onDamage },
    stopping: AbortSignal.any([stopping, AbortSignal.timeout(SLICE_MS)]),
    onBytes(more) {
      now += more
      report.progress({ label: `reading ${name}`, doneBytes: now, doneItems: 0 })
    },
  })
  report.progress(undefined)
  const why = slice.isDone || stopping.aborted ? whyNotHolder(log, log.home.publishedSize()) : undefined
  return { ...slice, damaged: slice.damaged + known, ...(why === undefined ? {} : { why }) }
}
