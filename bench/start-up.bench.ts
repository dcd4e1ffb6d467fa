import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { keyOf, loggedHome } from './log-home.ts'
import type { Bench, Prepared } from './run.ts'

const CHECKOUT = join(import.meta.dirname, '..')
/** Processes of one round; the median counts. */
const STARTS = 9

/** The compiled program as `npm pack` would put it, over the dependencies of the checkout. */
function packed(dir: string): string {
  const root = join(dir, 'packed')
  if (!existsSync(root)) {
    const parts = `${root}.part`
    mkdirSync(parts)
    const tsc = join(CHECKOUT, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [tsc, '-p', join(CHECKOUT, 'tsconfig.build.json'), '--outDir', join(parts, 'dist')])
    copyFileSync(join(CHECKOUT, 'bin/package.json'), join(parts, 'dist/bin/package.json'))
    cpSync(join(CHECKOUT, 'package.json'), join(parts, 'package.json'))
    symlinkSync(join(CHECKOUT, 'node_modules'), join(parts, 'node_modules'))
    renameSync(parts, root)
  }
  return join(root, 'dist/bin/holdfast.js')
}

function medianStart(dir: string, args: readonly string[]): number {
  const times = Array.from({ length: STARTS }, () => {
    const start = performance.now()
    const { status, stderr } = run(dir, args)
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
    return performance.now() - start
  })
  return times.sort((a, b) => a - b)[Math.floor(STARTS / 2)] ?? Number.NaN
}

function run(dir: string, args: readonly string[]): ReturnType<typeof spawnSync> {
  // As installed: nothing of what this process was told about caches or options.
  const { NODE_OPTIONS: _options, NODE_COMPILE_CACHE: _cache, ...env } = process.env
  return spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...env, XDG_STATE_HOME: join(dir, 'logged/state') },
  })
}

/** @param words - arguments of the program, from the home of a log of 30,000 statements. */
function starting(name: string, limitMs: number, words: (home: string, dir: string) => readonly string[]): Bench {
  return {
    name: `start: ${name}`,
    unit: 'ms',
    target: { valueAtMost: limitMs },
    prepare: async (dir): Promise<Prepared> => {
      const args = [packed(dir), ...words(loggedHome(dir), dir)]
      return { floor: () => medianStart(dir, ['-e', '0']), value: () => medianStart(dir, args) }
    },
  }
}

function receiptOf(home: string, dir: string): string {
  const receipt = join(dir, 'receipt.tlog-proof')
  const { status, stderr } = run(dir, [packed(dir), 'prove', keyOf('first', 12_345), '--home', home, '-o', receipt])
  if (status !== 0) throw new Error(`no receipt was made: ${stderr}`)
  return receipt
}

export const benches: readonly Bench[] = [
  starting('--version', 100, () => ['--version']),
  starting('lookup in the own home', 250, (home) => ['lookup', keyOf('first', 54), '--home', home, '--json']),
  starting('lookup in a directory', 250, (home) => [
    ...['lookup', keyOf('first', 543), '--json', '--home', join(home, '../none')],
    ...['--manifest', join(home, 'manifest'), '--policy', join(home, 'policy.txt')],
  ]),
  starting('verify a receipt', 150, (home, dir) => [
    ...['verify', receiptOf(home, dir), '--policy', join(home, 'policy.txt'), '--json'],
  ]),
]
