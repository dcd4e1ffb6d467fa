import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { keepHeapSmall } from '../src/cli/small-heap.ts'

/** One measurement. A file `bench/*.bench.ts` exports `benches: readonly Bench[]`. */
export interface Bench {
  /** Unique; `npm run bench -- WORD` runs those whose name or file has the word. */
  readonly name: string
  /** Unit of value and floor, such as `MB/s`; MB are 10^6 bytes. */
  readonly unit: string
  /** What must hold. `ratio` is value by floor. */
  readonly target: {
    readonly ratioAtLeast?: number
    readonly valueAtLeast?: number
    readonly valueAtMost?: number
    readonly rssMbAtMost?: number
  }
  /** @default 3 */
  readonly rounds?: number
  /** Takes minutes or gigabytes, so a run of all leaves it out. */
  readonly onlyWhenNamed?: boolean
  /** Makes what is measured, once; `dir` is shared by all benches of a run, so large inputs are made once. */
  prepare(dir: string): Promise<Prepared>
}

/** Called in turn, floor then value, `rounds` times. */
export interface Prepared {
  /** The best that this machine could do at this moment, measured in the simplest way. */
  floor?(): Promise<number> | number
  value(): Promise<number> | number
  close?(): PromiseLike<void> | void
}

/** One line of output. */
export interface BenchResult {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly floor: number | null
  readonly ratio: number | null
  readonly target: Bench['target']
  readonly ok: boolean
  /** Most memory that the measuring process ever held, preparation and floor included. */
  readonly rssMb: number
}

/** Medians over the rounds; the ratio is the median of each round's own, because the machine changes between rounds. */
export async function measure(bench: Bench, dir: string): Promise<BenchResult> {
  const prepared = await bench.prepare(dir)
  const [values, floors, ratios]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < (bench.rounds ?? 3); round++) {
    const floor = await prepared.floor?.()
    const value = await prepared.value()
    values.push(value)
    if (floor === undefined) continue
    floors.push(floor)
    ratios.push(value / floor)
  }
  await prepared.close?.()
  const { name, unit, target } = bench
  const [value, floor, ratio] = [median(values) ?? Number.NaN, median(floors), median(ratios)]
  const result = { name, value, unit, floor: floor ?? null, ratio: ratio ?? null, target, rssMb: peakRssMb() }
  return { ...result, ok: isMet(result) }
}

/** Measures in a process of its own, so that its memory is its own. */
export async function measureInChild(file: string, name: string, dir: string): Promise<BenchResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), file, name, dir])
  const result: BenchResult = JSON.parse(stdout)
  return result
}

/** The benches of a file, which must export them under that name. */
export async function benchesOf(file: string): Promise<readonly Bench[]> {
  const module: { readonly benches?: readonly Bench[] } = await import(new URL(file, import.meta.url).href)
  if (module.benches === undefined) throw new Error(`${file} exports no benches`)
  return module.benches
}

function isMet({ value, ratio, rssMb, target }: Omit<BenchResult, 'ok'>): boolean {
  return (
    (ratio ?? Number.POSITIVE_INFINITY) >= (target.ratioAtLeast ?? 0) &&
    value >= (target.valueAtLeast ?? Number.NEGATIVE_INFINITY) &&
    value <= (target.valueAtMost ?? Number.POSITIVE_INFINITY) &&
    rssMb <= (target.rssMbAtMost ?? Number.POSITIVE_INFINITY)
  )
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}

function peakRssMb(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1000
  // getrusage counts what the parent held before it became this process; the kernel's own mark does not.
  const kib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1])
  return (kib * 1024) / 1e6
}

if (import.meta.main) {
  // As the commands that do the same run.
  keepHeapSmall()
  const [file = '', name = '', dir = ''] = process.argv.slice(2)
  const bench = (await benchesOf(file)).find((one) => one.name === name)
  if (bench === undefined) throw new Error(`${file} has no bench ${name}`)
  process.stdout.write(JSON.stringify(await measure(bench, dir)))
}
