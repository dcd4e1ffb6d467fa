import { Worker } from 'node:worker_threads'

/** CPU seconds of the whole process that one input may take. Inputs take microseconds; this is for what never ends. */
export const HANG_CPU_SECONDS = 20
/** The same in wall-clock time, for what waits without working, on a machine that others use too. */
export const HANG_WALL_SECONDS = 120

/** Ends the process when one input takes too long: nothing else can interrupt a regular expression or a loop. */
export interface Watchdog extends AsyncDisposable {
  /** Called before each input; a few nanoseconds. @param index - 0 to 2^31-2. */
  begin(index: number): void
  /** Nothing is under way. */
  rest(): void
}

const SOURCE = `
const { workerData } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const { cell, line, cpuSeconds, wallSeconds } = workerData
let seen = -1, cpu = 0, wall = 0
setInterval(() => {
  const now = Atomics.load(cell, 0)
  const used = process.cpuUsage()
  const seconds = (used.user + used.system) / 1e6
  if (now !== seen || now === 0) { seen = now; cpu = seconds; wall = performance.now(); return }
  if (seconds - cpu < cpuSeconds && performance.now() - wall < wallSeconds * 1000) return
  writeSync(2, 'an input hangs: ' + line + ' FUZZ_AT=' + (now - 1) + '\\n')
  process.kill(process.pid, 'SIGKILL')
}, 500)
`

/** @param line - how to run the inputs of this target, printed with the number of the one that hangs. */
export function watchdog(line: string): Watchdog {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const workerData = { cell, line, cpuSeconds: HANG_CPU_SECONDS, wallSeconds: HANG_WALL_SECONDS }
  const worker = new Worker(SOURCE, { eval: true, workerData })
  worker.unref()
  return {
    begin: (index) => void Atomics.store(cell, 0, index + 1),
    rest: () => void Atomics.store(cell, 0, 0),
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
