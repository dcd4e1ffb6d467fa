import { createRequire } from 'node:module'
import type { SingleBar } from 'cli-progress'
import type { Progress } from './events.ts'
import { formatBytes, formatDuration } from './format.ts'
import { type Pace, paceKeeper } from './pace.ts'

export interface ProgressLine {
  show(progress: Progress | undefined): void
}

const REDRAW_MS = 200

function textOf(progress: Progress, { bytesPerSecond, secondsLeft }: Pace): string {
  const { label, doneItems, doneBytes, totalBytes } = progress
  const parts = [label, `${doneItems} done`]
  // Some steps count items alone.
  if (doneBytes > 0) {
    parts.push(`${formatBytes(doneBytes)}${totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`}`)
    parts.push(`${formatBytes(Math.round(bytesPerSecond))}/s`)
  }
  if (secondsLeft !== undefined) parts.push(`${formatDuration(secondsLeft)} left`)
  return parts.join(' · ')
}

/**
 * A single line on a terminal with bytes, rate and time left; nothing at all where stderr is not a terminal. `undefined`
 * wipes it, so that something else can be printed; the pace goes on.
 */
export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  if (!stream.isTTY) return { show: () => undefined }
  const pace = paceKeeper(() => performance.now())
  let bar: SingleBar | undefined
  let drawnAt = Number.NEGATIVE_INFINITY
  return {
    show(progress) {
      if (progress === undefined) {
        bar?.stop()
        bar = undefined
        return
      }
      const text = textOf(progress, pace(progress))
      if (performance.now() - drawnAt < REDRAW_MS) return
      drawnAt = performance.now()
      if (bar === undefined) {
        bar = openBar(stream)
        bar.start(1, 0, { text })
      } else bar.update(0, { text })
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
