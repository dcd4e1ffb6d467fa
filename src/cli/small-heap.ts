import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8'

/** Room for new objects: with 1 MB, with which V8 begins, collecting takes as long as the work; more than 16 gains little. */
const NEW_SPACE_BYTES = 16_000_000
/** Garbage that may lie about in a command that hands on buffers; with half as much it is collected ten times as often. */
const GARBAGE_BYTES = 48_000_000
/** Survivors between two looks; 1,024 arrays of half a kilobyte. */
const STEP = 1_024
const MOST_STEPS = 256

/**
 * Keeps the heap of a long command near what it needs: on a computer with much memory V8 lets some 200 MB of garbage lie
 * before it collects, and every catalogue, however small, would then take 450 MB.
 *
 * V8 reads both flags whenever it collects, so they may be set after the start, which is not so for the sizes themselves.
 * Source: `semi_space_growth_factor` and `heap_growing_percent` in V8's src/flags/flag-definitions.h.
 */
export function keepHeapSmall(): void {
  growNewSpace()
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=50')
}

/**
 * The other way round, for commands that hand on one large buffer after another and make little else: buffers are given
 * back when the space for new objects is collected, so it stays as small as it began. Otherwise up to 90 MB of them lie about.
 *
 * To V8 the buffers count as the heap's own, so that beside a heap of 18 MB it collects everything for each 17 MB that pass,
 * which takes a third of all CPU time of a `get`. So the heap may grow by {@link GARBAGE_BYTES} before that, whatever its size.
 */
export function keepNewSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  growBy(GARBAGE_BYTES)
  // Flags hold from the next collection on.
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(isMajor)) growBy(GARBAGE_BYTES)
  })
  observer.observe({ entryTypes: ['gc'] })
}

function isMajor(entry: PerformanceEntry): boolean {
  const { kind }: { readonly kind?: unknown } = Reflect.get(entry, 'detail') ?? {}
  return kind === constants.NODE_PERFORMANCE_GC_MAJOR
}

function growBy(bytes: number): void {
  const percent = Math.round((100 * bytes) / getHeapStatistics().used_heap_size)
  setFlagsFromString(`--heap-growing-percent=${Math.min(Math.max(percent, 25), 400)}`)
}

/** The space for new objects grows when many of them survive a collection; some milliseconds. */
function growNewSpace(): void {
  const survivors: number[][] = []
  for (let step = 0; step < MOST_STEPS && newSpaceBytes() < NEW_SPACE_BYTES; step++) {
    for (let i = 0; i < STEP; i++) survivors.push(new Array<number>(64).fill(i))
  }
}

function newSpaceBytes(): number {
  // A V8 that has no such space needs no room in it.
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? NEW_SPACE_BYTES
}
