/**
 * How two threads share one read of a file. The leading thread fills slots of a ring, the following one empties them;
 * two counters, changed and watched with `Atomics`, say how far each is. Slot `i % RING_SLOTS` holds chunk `i`.
 */
export type Control = Int32Array<SharedArrayBuffer>

/** Chunks that the leading thread may be ahead: enough to ride out a slow read, small beside the memory limit. */
export const RING_SLOTS = 8

const STOPPED = 0
const FILLED = 1
const CONSUMED = 2
const CLAIMED = 3
const CELLS = 4
/** A stop may come between the look at a counter and the wait for it, so no wait is for ever. */
const LOOK_AGAIN_MS = 50

export function newControl(): Control {
  return new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT))
}

/** Makes every thread that works with this control give up at its next chunk. */
export function stop(control: Control): void {
  Atomics.store(control, STOPPED, 1)
  Atomics.notify(control, FILLED)
  Atomics.notify(control, CONSUMED)
}

export function isStopped(control: Control): boolean {
  return Atomics.load(control, STOPPED) === 1
}

/** Says that one chunk more is filled, or consumed. */
export function publish(control: Control, what: 'filled' | 'consumed'): void {
  const cell = what === 'filled' ? FILLED : CONSUMED
  Atomics.add(control, cell, 1)
  Atomics.notify(control, cell)
}

/** Waits until chunk `index` is in its slot. False when the work was stopped. */
export function awaitFilled(control: Control, index: number): boolean {
  return awaitPast(control, FILLED, index)
}

/** Waits until chunk `index` is out of its slot. False when the work was stopped. */
export function awaitConsumed(control: Control, index: number): boolean {
  return awaitPast(control, CONSUMED, index)
}

/** Takes the next `count` chunks of a file for the calling thread alone; answers with the first. */
export function claimStripe(control: Control, count: number): number {
  return Atomics.add(control, CLAIMED, count)
}

function awaitPast(control: Control, cell: number, index: number): boolean {
  for (;;) {
    if (isStopped(control)) return false
    const reached = Atomics.load(control, cell)
    if (reached > index) return true
    Atomics.wait(control, cell, reached, LOOK_AGAIN_MS)
  }
}
