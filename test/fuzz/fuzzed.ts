import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type FuzzReport, fuzz, inputAt, outcomeOf } from './fuzz.ts'
import { ACCEPTED, type FuzzTarget } from './target.ts'

const slow = process.env['SLOW'] === '1'
const only = process.env['FUZZ_ONLY']
/** The same inputs in every run of the checks; another seed finds other faults. */
const seed = Number(process.env['FUZZ_SEED'] ?? 1)
/** Inputs that all targets get together. */
const TOTAL = Number(process.env['FUZZ_INPUTS'] ?? (slow ? 1_000_000 : 20_000))
/** Sum of the shares. */
const SHARES = 1_000_000
/** What may live on after a run: code that was compiled, tables that were filled once; and per input next to nothing. */
const GROWN_BYTES = 4 * 1024 * 1024
const GROWN_BYTES_PER_INPUT = 8

/** Declares the tests of these targets; FUZZ_ONLY, FUZZ_SEED, FUZZ_AT and FUZZ_INPUT choose what a failure names. */
export function fuzzed(what: string, targets: readonly FuzzTarget[]): void {
  describe(`${what} under fuzz`, () => {
    for (const target of targets.filter(({ name }) => only === undefined || only === name)) {
      const one = oneInput(target)
      const title = `${target.name}: no input makes it crash, hang or grow`
      if (one !== undefined) it(title, async () => void (await outcomeOf(target, one)))
      else {
        it(title, async (context) => {
          const inputs = Math.ceil((TOTAL * target.share) / SHARES)
          const report = await fuzz(target, { inputs, seed })
          context.diagnostic(`${target.name}: ${inWords(report)}`)
          assert.ok((report.outcomes.get(ACCEPTED) ?? 0) > 0, 'nothing was accepted: its seeds are wrong')
          assert.ok(report.outcomes.size > 1, 'nothing was refused: its inputs are too tame')
          const grown = report.grownBytes ?? 0
          assert.ok(grown <= GROWN_BYTES + inputs * GROWN_BYTES_PER_INPUT, `${grown} bytes live on`)
        })
      }
    }
  })
}

/** The one input that a failure told to run again. */
function oneInput(target: FuzzTarget): Uint8Array | undefined {
  const { FUZZ_INPUT: input, FUZZ_AT: at } = process.env
  if (only === undefined) return undefined
  if (input !== undefined) return Buffer.from(input, 'base64')
  return at === undefined ? undefined : inputAt(target, seed, Number(at))
}

function inWords({ inputs, outcomes, grownBytes, slowest }: FuzzReport): string {
  const most = [...outcomes].sort(([, a], [, b]) => b - a)
  const counts = most.map(([outcome, count]) => `${outcome} ${count}`).join(', ')
  const grown = grownBytes === undefined ? '' : `${(grownBytes / 1024).toFixed(0)} KiB live on; `
  return `${inputs} inputs; ${counts}; ${grown}slowest ${slowest.ms.toFixed(1)} ms (${slowest.index})`
}
