import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Bytes that live on after garbage collection: JavaScript's heap and what buffers hold outside of it. */
export async function liveBytes(): Promise<number> {
  // Twice, with a turn of the event loop between: finalizers and promises of the first round free more.
  for (let round = 0; round < 2; round += 1) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
