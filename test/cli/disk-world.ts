import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { TestContext } from 'node:test'
import { checkDisk } from '../../src/disk/check-disk.ts'
import { isDiskPath } from '../../src/disk/layout.ts'
import { doneOf, type Line } from './harness.ts'
import { aMirrorWorld, LOG_NAME, type MirrorWorld } from './mirror-world.ts'

/** A publisher, a disk, and whoever has it in hand. */
export interface DiskWorld extends MirrorWorld {
  readonly disk: string
  /** Exports from a home; must be well. */
  exported(home: string, more?: readonly string[]): Promise<Line>
  /** The home of a mirror that follows nothing. */
  emptyMirror(name: string): Promise<string>
  /** Options of the first import of a log. */
  readonly asNew: readonly string[]
}

export async function aDiskWorld(context: TestContext): Promise<DiskWorld> {
  const world = await aMirrorWorld(context)
  const disk = join(world.path, 'disk')
  return {
    ...world,
    disk,
    asNew: ['--policy', world.policy, '--name', LOG_NAME],
    async exported(home, more = []) {
      const outcome = await world.at(home, ['export', '--to', disk, ...more, '--json'])
      assert.equal(outcome.exit, 0, outcome.stdout)
      return doneOf(outcome)
    },
    async emptyMirror(name) {
      const home = join(world.path, name)
      assert.equal((await world.at(home, ['init', '--mirror', '--no-passphrase', '--json'])).exit, 0)
      return home
    },
  }
}

/** Relative paths of all files, in order. */
export function filesOf(disk: string): readonly string[] {
  const files = readdirSync(disk, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => relative(disk, join(parentPath, name))).sort()
}

/** What a sealed disk must be, whatever happened to it before. */
export async function assertSealed(disk: string): Promise<void> {
  for await (const { path, fault } of checkDisk(disk, AbortSignal.timeout(60_000))) assert.equal(fault, undefined, path)
  const sealed = readFileSync(join(disk, 'SHA256SUMS'), 'utf8').trimEnd().split('\n')
  const files = filesOf(disk).filter((path) => path !== 'SHA256SUMS' && !path.startsWith('cosignatures/'))
  assert.deepEqual(
    sealed.map((line) => line.slice(66)),
    files,
    'every file and no other is sealed',
  )
  execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: disk, stdio: 'pipe' })
  assert.deepEqual(
    files.filter((path) => !isDiskPath(path)),
    [],
    'FAT takes all names',
  )
  const folded = files.map((path) => path.toLowerCase())
  assert.equal(new Set(folded).size, folded.length)
}

/** A file system of its own; undefined, and the test skipped, where this user may not mount one. */
export function mounted(
  context: TestContext,
  path: string,
  kilobytes: number,
): (Disposable & { pullOut(): void; grow(): void; readOnly(): void }) | undefined {
  mkdirSync(path, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'holdfast-test', path], { stdio: 'ignore' })
  } catch {
    context.skip('mounting a small file system needs root')
    return undefined
  }
  let isIn = true
  const pullOut = (): void => {
    if (isIn) execFileSync('umount', ['--lazy', path])
    isIn = false
  }
  return {
    pullOut,
    grow: () => void execFileSync('mount', ['-o', 'remount,size=256m', path]),
    readOnly: () => void execFileSync('mount', ['-o', 'remount,ro', path]),
    [Symbol.dispose]: pullOut,
  }
}
