import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

/** What took less is one line for all together. */
const WORTH_A_LINE_MS = 10_000

/**
 * Reporter of node:test that says at the end how long each file of tests took, longest first, and what it skipped and why.
 * Beside another one, which tells the results:
 * `--test-reporter=spec --test-reporter-destination=stdout --test-reporter=./test/slow/durations.ts --test-reporter-destination=stdout`
 */
// biome-ignore lint/style/noDefaultExport: node:test asks for it.
export default async function* durations(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files = new Map<string, number>()
  const skipped: string[] = []
  let wholeMs = 0
  for await (const { type, data } of events) {
    if (type === 'test:pass' && typeof data.skip === 'string') skipped.push(`${data.name}: skipped: ${data.skip}`)
    if (type !== 'test:summary') continue
    if (data.file === undefined) wholeMs = data.duration_ms
    else files.set(relative(process.cwd(), data.file), data.duration_ms)
  }
  const sorted = [...files].sort(([, one], [, other]) => other - one)
  const long = sorted.filter(([, ms]) => ms >= WORTH_A_LINE_MS)
  const rest = sorted.slice(long.length)
  yield '\nhow long it took\n'
  for (const [file, ms] of long) yield line(ms, file)
  yield line(
    rest.reduce((sum, [, ms]) => sum + ms, 0),
    `${rest.length} other files`,
  )
  yield line(wholeMs, 'all')
  for (const reason of skipped) yield `${reason}\n`
}

function line(ms: number, what: string): string {
  const seconds = Math.round(ms / 1_000)
  return `${String(Math.floor(seconds / 60)).padStart(4)} min ${String(seconds % 60).padStart(2, '0')} s  ${what}\n`
}
