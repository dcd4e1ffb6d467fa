import type { FoldState } from '../manifest/state.ts'
import { growingNumbers } from './scratch/growing-numbers.ts'
import { scratchFold } from './scratch/scratch-fold.ts'
import { spilledBytes } from './scratch/spilled-bytes.ts'

/** Statements that stay in memory: those of 30,000 testimonies. */
const KEPT_BYTES = 32 * 1024 * 1024
const PAGE_BYTES = 1024 * 1024

/** A fold state and a place for statements that vanish with the process; large logs spill to temporary files. */
export interface ScratchState extends Disposable {
  readonly state: FoldState
  /** Takes the statements in order, from 0 on. */
  put(index: number, bytes: Uint8Array): void
  /** @throws {RangeError} for an index that was not put. */
  get(index: number): Uint8Array
}

export function openScratchState(): ScratchState {
  const state = scratchFold()
  const bytes = spilledBytes({ keep: KEPT_BYTES, page: PAGE_BYTES })
  const ends = growingNumbers(Float64Array)
  return {
    state,
    put(index, statement) {
      if (index !== ends.length) throw new RangeError(`statement ${index} came where ${ends.length} was expected`)
      bytes.append(statement)
      ends.push(bytes.length)
    },
    get(index) {
      const end = ends.at(index)
      const start = index === 0 ? 0 : ends.at(index - 1)
      return bytes.read(start, end - start)
    },
    [Symbol.dispose]() {
      state[Symbol.dispose]()
      bytes[Symbol.dispose]()
    },
  }
}
