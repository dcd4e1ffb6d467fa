import { globSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchResult, benchesOf, measureInChild } from './run.ts'

const words = process.argv.slice(2)
const results: BenchResult[] = []
const dir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
process.once('SIGINT', () => void rm(dir, { recursive: true, force: true }).finally(() => process.exit(130)))
try {
  for (const file of globSync('*.bench.ts', { cwd: import.meta.dirname }).sort()) {
    for (const { name, onlyWhenNamed = false } of await benchesOf(`./${file}`)) {
      const isNamed = words.some((word) => name.includes(word) || file.includes(word))
      if (!isNamed && (words.length > 0 || onlyWhenNamed)) continue
      const result = await measureInChild(`./${file}`, name, dir)
      results.push(result)
      process.stdout.write(`${JSON.stringify(result)}\n`)
    }
  }
} finally {
  await rm(dir, { recursive: true, force: true })
}
process.stderr.write(
  `\n${table(results)}\nNode ${process.versions.node}, ${availableParallelism()} × ${cpus()[0]?.model}\n`,
)

function table(lines: readonly BenchResult[]): string {
  const head = ['', 'value', '', 'floor', 'ratio', 'peak RSS', 'target', '']
  const rows = lines.map(({ name, value, unit, floor, ratio, rssMb, target, ok }) => [
    ...[name, figure(value), unit, floor === null ? '' : figure(floor), ratio === null ? '' : `${ratio.toFixed(2)} ×`],
    ...[`${rssMb.toFixed(0)} MB`, targetText(target), ok ? 'ok' : 'MISSED'],
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  return [head, ...rows].map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')).join('\n')
}

function targetText(target: BenchResult['target']): string {
  const { ratioAtLeast, valueAtLeast, valueAtMost, rssMbAtMost } = target
  const parts = [
    ratioAtLeast === undefined ? '' : `≥ ${ratioAtLeast} ×`,
    valueAtLeast === undefined ? '' : `≥ ${figure(valueAtLeast)}`,
    valueAtMost === undefined ? '' : `≤ ${figure(valueAtMost)}`,
    rssMbAtMost === undefined ? '' : `≤ ${rssMbAtMost} MB`,
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
