import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { leafHash, treeRoot } from '../../../src/manifest/merkle.ts'
import { RecordError } from '../../../src/record/errors.ts'
import { checkOwnTiles, openLogTiles } from '../../../src/record/log-tiles.ts'
import type { Journal } from '../../../src/store/journal.ts'
import { sha256 } from '../../fakes/manifest-log.ts'
import { aDirectory } from './small-log.ts'

/** A journal of short statements; `altered` has another byte. */
function aJournal(size: number, altered?: number): Journal {
  const entry = (index: number): Uint8Array => new TextEncoder().encode(`${index === altered ? 'x' : 's'}${index}`)
  const unused = (): never => assert.fail('reading alone was asked for')
  return {
    size: () => size,
    entry,
    *entries(from, to) {
      for (let index = from; index < Math.min(to, size); index += 1) yield { index, bytes: entry(index) }
    },
    ...{ append: unused, truncate: unused, signed: unused, swapSigned: unused, attachNote: unused },
  }
}

function rootOf(journal: Journal, size: number): Uint8Array {
  return treeRoot(
    sha256,
    Array.from({ length: size }, (_, index) => leafHash(sha256, journal.entry(index))),
  )
}

function write(directory: string, journal: Journal, oldSize: number, size: number): void {
  // Writing does not look at the root.
  const have = oldSize === 0 ? undefined : { size: oldSize, root: new Uint8Array(32) }
  for (const group of openLogTiles(directory, journal, sha256, have).files(oldSize, size)) {
    for (const { path, bytes } of group) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, bytes, { flag: 'wx' })
    }
  }
}

describe('the tiles of the own log', () => {
  it('make the root of RFC 6962 at every size, whatever lies on disk already', async (t) => {
    const directory = await aDirectory(t)
    const journal = aJournal(65_537)
    // 65,536 entries fill a tile of the second level.
    const sizes = [1, 255, 256, 257, 600, 65_537]
    const roots = new Map(sizes.map((size) => [size, rootOf(journal, size)]))
    let old = 0
    for (const size of sizes) {
      write(directory, journal, old, size)
      const have = { size, root: roots.get(size) ?? assert.fail() }
      assert.deepEqual(openLogTiles(directory, journal, sha256, have).root(size), have.root, String(size))
      checkOwnTiles(directory, journal, sha256, have)
      old = size
    }
    const tiles = openLogTiles(directory, journal, sha256, { size: 65_537, root: roots.get(65_537) ?? assert.fail() })
    for (const size of sizes) assert.deepEqual(tiles.root(size), roots.get(size))
  })

  it('are the same files whether they are written at once or head by head', async (t) => {
    const [steps, once] = [await aDirectory(t), await aDirectory(t)]
    const journal = aJournal(700)
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }),
        async (given) => {
          const sizes = given.sort((a, b) => a - b)
          let old = 0
          for (const size of sizes) {
            write(steps, journal, old, size)
            old = size
          }
          write(once, journal, 0, old)
          for (const group of openLogTiles(once, journal, sha256, undefined).files(0, old)) {
            for (const { path, bytes } of group) {
              assert.deepEqual(new Uint8Array(readFileSync(path)), bytes)
              assert.deepEqual(new Uint8Array(readFileSync(join(steps, path.slice(once.length)))), bytes)
            }
          }
          rmSync(join(steps, 'tile'), { recursive: true })
          rmSync(join(once, 'tile'), { recursive: true })
        },
      ),
      { numRuns: process.env['SLOW'] === '1' ? 100 : 10 },
    )
  })

  it('that are missing, altered or of another log stop whoever would build on them', async (t) => {
    const directory = await aDirectory(t)
    const journal = aJournal(600)
    write(directory, journal, 0, 600)
    const head = { size: 600, root: rootOf(journal, 600) }
    const path = join(directory, 'tile/0/001')
    const good = readFileSync(path)
    const refuses = (from: Journal = journal): void =>
      assert.throws(
        () => checkOwnTiles(directory, from, sha256, head),
        (error) => error instanceof RecordError && error.code === 'LOG_DAMAGED' && error.hint !== undefined,
      )
    for (const at of [0, 31, 4_000, good.length - 1]) {
      const bytes = Buffer.from(good)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      writeFileSync(path, bytes)
      refuses()
    }
    writeFileSync(path, good.subarray(0, 100))
    refuses()
    rmSync(path)
    refuses()
    writeFileSync(path, good)
    checkOwnTiles(directory, journal, sha256, head)
    // The statements of a partial tile come from the journal.
    refuses(aJournal(600, 599))
  })
})
