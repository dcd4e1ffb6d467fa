import { watchdog } from './watchdog.ts'

/** Run by a test: an input that takes exponential time, as a regular expression with a loop in a loop does. */
const dog = watchdog('FUZZ_ONLY=hanging', { cpuSeconds: 0.2, wallSeconds: 60 })
dog.begin(7)
for (const start = performance.now(); performance.now() - start < 60_000; ) /^(a+)+$/.test(`${'a'.repeat(28)}!`)
