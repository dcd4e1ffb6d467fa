import { Worker } from 'node:worker_threads'

/** What one input may take. */
export interface Patience {
  /** Of the whole process; independent of what else the machine does. Inputs take microseconds: this is for what never ends. */
  readonly cpuSeconds: number
  /** By the clock, for what waits without working. */
  readonly wallSeconds: number
}

const PATIENCE: Patience = { cpuSeconds: 20, wallSeconds: 120 }

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
const { cell, line, patience } = workerData
let seen = 0, cpu = 0, wall = 0
setInterval(() => {
  const now = Atomics.load(cell, 0)
  const { user, system } = process.cpuUsage()
  const seconds = (user + system) / 1e6
  if (now !== seen || now === 0) { seen = now; cpu = seconds; wall = performance.now(); return }
  if (seconds - cpu < patience.cpuSeconds && performance.now() - wall < patience.wallSeconds * 1000) return
  writeSync(2, 'an input hangs: ' + line + ' FUZZ_AT=' + (now - 1) + '\\n')
  process.kill(process.pid, 'SIGKILL')
}, 100)
`

/** @param line - how to run the inputs of this target, printed with the number of the one that hangs. */
export function watchdog(line: string, patience: Patience = PATIENCE): Watchdog {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(SOURCE, { eval: true, workerData: { cell, line, patience } })
  worker.unref()
  return {
    begin: (index) => void Atomics.store(cell, 0, index + 1),
    rest: () => void Atomics.store(cell, 0, 0),
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
