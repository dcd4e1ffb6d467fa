import type { Progress } from './events.ts'

/** How fast a step goes, measured since its beginning. */
export interface Pace {
  /** Bytes a second; 0 while nothing can be said. */
  readonly bytesPerSecond: number
  /** Undefined where the total is not known, or nothing has been done yet. */
  readonly secondsLeft: number | undefined
}

/**
 * Follows one step after another; a step is known by its label. What was done before a step is first seen does not count.
 *
 * @param now - milliseconds of a clock that cannot be set back.
 */
export function paceKeeper(now: () => number): (progress: Progress) => Pace {
  let label: string | undefined
  let startedAt = 0
  let startBytes = 0
  return ({ label: step, doneBytes, totalBytes }) => {
    if (step !== label) {
      label = step
      startedAt = now()
      startBytes = doneBytes
    }
    const seconds = (now() - startedAt) / 1000
    const bytesPerSecond = seconds > 0 ? (doneBytes - startBytes) / seconds : 0
    const secondsLeft =
      totalBytes !== undefined && bytesPerSecond > 0 ? (totalBytes - doneBytes) / bytesPerSecond : undefined
    return { bytesPerSecond, secondsLeft }
  }
}
