import type { PinEngine } from '../../replicate/engine.ts'

/** An engine around an engine, which is asked for no more than `most` blocks at a time, however many are wanted. */
export function boundedReads(engine: PinEngine, most: number): PinEngine {
  const waiting: (() => void)[] = []
  let free = most
  return {
    ...engine,
    async readBlock(root, cid, signal) {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await engine.readBlock(root, cid, signal)
      } finally {
        const next = waiting.shift()
        if (next === undefined) free += 1
        else next()
      }
    },
  }
}
