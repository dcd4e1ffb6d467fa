import { createRequire } from 'node:module'
import type { SingleBar } from 'cli-progress'
import type { Progress } from './events.ts'
import { formatBytes, formatDuration } from './format.ts'

export interface ProgressLine {
  show(progress: Progress | undefined): void
}

const REDRAW_MS = 200

function textOf(progress: Progress, startedAt: number): string {
  const seconds = (Date.now() - startedAt) / 1000
  const rate = seconds > 0 ? progress.doneBytes / seconds : 0
  const total = progress.totalBytes
  const left = total !== undefined && rate > 0 ? ` · ${formatDuration((total - progress.doneBytes) / rate)} left` : ''
  const of = total === undefined ? '' : ` of ${formatBytes(total)}`
  return `${progress.label} · ${progress.doneItems} done · ${formatBytes(progress.doneBytes)}${of} · ${formatBytes(rate)}/s${left}`
}

/** A single line on a terminal with bytes, rate and time left; nothing at all where stderr is not a terminal. */
export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  if (!stream.isTTY) return { show: () => undefined }
  let bar: SingleBar | undefined
  let label = ''
  let startedAt = 0
  let drawnAt = 0
  return {
    show(progress) {
      if (progress === undefined || progress.label !== label) {
        bar?.stop()
        bar = undefined
        label = progress?.label ?? ''
      }
      if (progress === undefined) return
      if (bar === undefined) {
        startedAt = Date.now()
        bar = openBar(stream)
        bar.start(1, 0, { text: textOf(progress, startedAt) })
      }
      if (Date.now() - drawnAt < REDRAW_MS) return
      drawnAt = Date.now()
      bar.update(0, { text: textOf(progress, startedAt) })
    },
  }
}

/** Loaded when there is something to show: 15 ms of every start otherwise. `require`, because `import()` would come too late. */
function openBar(stream: NodeJS.WriteStream): SingleBar {
  const cliProgress: typeof import('cli-progress') = createRequire(import.meta.url)('cli-progress')
  return new cliProgress.SingleBar({
    stream,
    format: '{text}',
    clearOnComplete: true,
    hideCursor: true,
    noTTYOutput: false,
  })
}
