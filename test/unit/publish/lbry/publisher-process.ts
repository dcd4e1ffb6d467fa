import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLbryTarget } from '../../../../src/publish/lbry/target.ts'
import type { Evidence, Ledger } from '../../../../src/publish/target.ts'
import { anOffer, aStep } from './a-publisher.ts'

/**
 * Publishes what a directory holds through the daemon at a URL, as a process of its own that can be killed anywhere. Ends with 0
 * when all is published and with 3 when something waits.
 */
const [url = '', directory = '', count = '0'] = process.argv.slice(2)
const signal = new AbortController().signal
const waits = { blockMs: 5_000, lookMs: 200, pollMs: 20, retryMs: 2, unansweredMs: 250 }
await using target = openLbryTarget({ url, channel: '@archive', linkDirectory: join(directory, 'links'), waits })
let waiting = 0
try {
  await target.prepare(signal)
  for (let item = 0; item < Number(count); item += 1) if (!(await publishItem(item))) waiting += 1
} catch (error) {
  if (!(error instanceof Error && 'code' in error)) throw error
  waiting += 1
}
process.exitCode = waiting === 0 ? 0 : 3

async function publishItem(item: number): Promise<boolean> {
  const path = join(directory, `${item}.mp4`)
  const done = join(directory, `${item}.done`)
  if (existsSync(done)) return true
  const code = `item${item}`
  const outcome = await target.publish(anOffer(code, path, readFileSync(path)), aStep(fileLedger(item)))
  if (!('evidence' in outcome)) return false
  write(done, { status: outcome.status, ...outcome.evidence })
  return true
}

/** What is renamed is whole, wherever the process is killed. */
function write(path: string, value: object): void {
  writeFileSync(`${path}.new`, JSON.stringify(value))
  renameSync(`${path}.new`, path)
}

function fileLedger(item: number): Ledger {
  const path = join(directory, `${item}.ledger`)
  return {
    get evidence() {
      return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Evidence) : {}
    },
    save: (evidence) => write(path, evidence),
  }
}
