import { setImmediate } from 'node:timers/promises'
import type { Home } from '../home.ts'
import { countBelow, type Independence, type IndependenceSettings, viewIndependence } from './independence.ts'

/** How many published bundles break a rule, counted now and then while readers are served. */
export interface BelowGauge extends Disposable {
  /** As it was when last counted; nothing before the first count has ended. May begin another. */
  read(): number | undefined
}

/** Bundles between two chances for everything else: some milliseconds. */
const SLICE = 1_024
const EVERY_MS = 60_000
/** Of the time, a hundredth goes into counting, however many bundles there are. */
const REST = 100

/** @param failing - contents that could not be read here lately. */
export function belowGauge(home: Home, settings: IndependenceSettings, failing: () => readonly number[]): BelowGauge {
  let [last, isCounting, isStopped, notBefore]: [number | undefined, boolean, boolean, number] = [
    undefined,
    false,
    false,
    0,
  ]
  async function count(): Promise<void> {
    isCounting = true
    const began = performance.now()
    try {
      let below = 0
      const all = viewIndependence(home, settings, failing()).all()[Symbol.iterator]()
      for (let slice = take(all); slice.length > 0; slice = take(all)) {
        below += countBelow(slice).belowRules
        await setImmediate()
        if (isStopped) return
      }
      last = below
    } finally {
      isCounting = false
      const ms = performance.now() - began
      notBefore = performance.now() + Math.max(EVERY_MS, ms * REST)
    }
  }
  function begin(): void {
    // What cannot be counted now, such as while another program migrates, is counted another time.
    if (!isCounting && !isStopped && performance.now() >= notBefore) count().catch(() => undefined)
  }
  begin()
  return {
    read() {
      begin()
      return last
    },
    [Symbol.dispose]() {
      isStopped = true
    },
  }
}

function take(all: Iterator<Independence>): Independence[] {
  const slice: Independence[] = []
  while (slice.length < SLICE) {
    const next = all.next()
    if (next.done === true) break
    slice.push(next.value)
  }
  return slice
}
