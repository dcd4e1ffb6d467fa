import { HoldfastError } from '../../src/model/errors.ts'
import { liveBytes } from './heap.ts'
import { minimised } from './minimise.ts'
import { mutated, type Stock } from './mutate.ts'
import { Random, seedOf } from './random.ts'
import type { FuzzTarget } from './target.ts'
import { bytesOfText } from './text.ts'
import { watchdog } from './watchdog.ts'

/** What a run found, beside that nothing failed. */
export interface FuzzReport {
  readonly inputs: number
  /** How often each outcome came: what the target answered, or the code of its error. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Bytes that live on from the last nine tenths of the run; absent for a short run, where they would say nothing. */
  readonly grownBytes?: number
  /** The input that took longest: its number and milliseconds. */
  readonly slowest: { readonly index: number; readonly ms: number }
}

/** Generated seeds are made anew after so many inputs, so that a long run does not stay with those of its beginning. */
const EPOCH = 2_000
/** Shorter runs are not looked at for growth: collecting garbage would take longer than they do. */
const MEASURED_FROM = 5_000

/**
 * Gives a parser so many inputs.
 *
 * @throws {Error} with a line that runs the one input again, for anything but a deliberate error.
 */
export async function fuzz(
  target: FuzzTarget,
  { inputs, seed }: { inputs: number; seed: number },
): Promise<FuzzReport> {
  const line = `FUZZ_ONLY='${target.name}' FUZZ_SEED=${seed}`
  await using dog = watchdog(line)
  const outcomes = new Map<string, number>()
  let slowest = { index: 0, ms: 0 }
  const measured = inputs >= MEASURED_FROM
  let before = 0
  for (let index = 0; index < inputs; index += 1) {
    if (measured && index === Math.ceil(inputs / 10)) before = await liveBytes()
    const input = inputAt(target, seed, index)
    dog.begin(index)
    const began = performance.now()
    const outcome = await outcomeOf(target, input).catch((error: unknown) =>
      fail(target, input, `${line} FUZZ_AT=${index}`, error),
    )
    const ms = performance.now() - began
    if (ms > slowest.ms) slowest = { index, ms }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    dog.rest()
  }
  const report = { inputs, outcomes, slowest }
  return measured ? { ...report, grownBytes: (await liveBytes()) - before } : report
}

/** What becomes of one input. @throws whatever is no deliberate error of the target. */
export async function outcomeOf(target: FuzzTarget, input: Uint8Array): Promise<string> {
  try {
    return await target.run(input)
  } catch (error) {
    if (error instanceof HoldfastError && target.codes.includes(error.code)) return error.code
    throw error
  }
}

let stock: { readonly of: string; readonly stock: Stock } | undefined

/** Input number `index`, which follows from its arguments alone. */
export function inputAt(target: FuzzTarget, seed: number, index: number): Uint8Array {
  const epoch = Math.floor(index / EPOCH)
  const of = `${target.name} ${seed} ${epoch}`
  if (stock?.of !== of) {
    const words = target.words.map(bytesOfText)
    stock = {
      of,
      stock: { seeds: target.seeds(seedOf(target.name, seed, -epoch - 1)), words, maxBytes: target.maxBytes },
    }
  }
  return mutated(new Random(seedOf(target.name, seed, index)), stock.stock)
}

async function fail(target: FuzzTarget, input: Uint8Array, line: string, error: unknown): Promise<never> {
  const small = await minimised(input, async (smaller) => (await faultOf(target, smaller)) === kindOf(error))
  const base64 = Buffer.from(small).toString('base64')
  const file = 'node --test test/fuzz/*.test.ts'
  throw new Error(
    [
      `${target.name} failed on an input of ${input.length} bytes: ${kindOf(error)}`,
      `the same input again: ${line} ${file}`,
      ...(base64.length > 100_000 ? [] : [`made smaller: FUZZ_ONLY='${target.name}' FUZZ_INPUT=${base64} ${file}`]),
    ].join('\n'),
    { cause: error },
  )
}

async function faultOf(target: FuzzTarget, input: Uint8Array): Promise<string | undefined> {
  return outcomeOf(target, input).then(() => undefined, kindOf)
}

/** Tells one fault from another: values of the input that a message quotes are left out. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const code = 'code' in error ? ` ${String(error.code)}` : ''
  return `${error.name}${code}: ${error.message
    .split('\n', 1)[0]
    ?.replace(/\d+|"[^"]*"|'[^']*'/g, '…')
    .slice(0, 120)}`
}
