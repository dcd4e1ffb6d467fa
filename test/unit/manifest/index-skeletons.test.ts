import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { foldLog } from '../../../src/manifest/fold.ts'
import { readGovernance } from '../../../src/manifest/governance.ts'
import { allRows } from '../../../src/manifest/index-rows.ts'
import { shardPath } from '../../../src/manifest/index-shard.ts'
import { compareSkeletons, type IndexSkeletons, readSkeletons } from '../../../src/manifest/index-skeletons.ts'
import { leafHash, treeRoot } from '../../../src/manifest/merkle.ts'
import { skeletonReader, skeletonWriter } from '../../../src/manifest/shard-skeleton.ts'
import type { FoldState } from '../../../src/manifest/state.ts'
import { splitHashes, tilesOfTree } from '../../../src/manifest/tiles.ts'
import { openTreeHashes } from '../../../src/manifest/tree-hashes.ts'
import { aBundle, anIndex, anOriginal, CONTEXT, sha256 } from '../../fakes/manifest-log.ts'
import { WrittenManifest } from '../../fakes/written-manifest.ts'
import { SLOW } from '../read/every-byte.ts'
import { STATES } from './states.ts'

const BITS = 5
const COVERED = 599

/** A genesis and 598 statements, so that two tiles are full and the last entries have no path; then their index. */
function statements(): WrittenManifest {
  const log = new WrittenManifest()
  for (let n = 0; log.size < COVERED - 10; n += 1) log.add(aBundle(n))
  for (let n = 0; log.size < COVERED; n += 1) log.add(anOriginal(n))
  return log
}

const log = statements().head()
const leaves = log.entries.map((bytes) => leafHash(sha256, bytes))
const root = treeRoot(sha256, leaves)

function folded(state: FoldState): FoldState {
  foldLog(state, { size: COVERED, entryBytes: (index) => log.entries[index] ?? new Uint8Array(0) }, CONTEXT)
  return state
}

function reading(
  files: ReadonlyMap<string, Uint8Array>,
  head = { size: COVERED + 1, root },
): IndexSkeletons | undefined {
  return readSkeletons((path) => files.get(path), head, sha256)
}

function compare(state: FoldState, skeletons: IndexSkeletons): boolean {
  const comparing = compareSkeletons(state, skeletons, sha256)
  for (let next = comparing.next(); ; next = comparing.next()) if (next.done === true) return next.value
}

const names = splitHashes(log.files.get(`index/${COVERED}/tile/0/000.p/${2 ** BITS}`) ?? assert.fail('no tile'))
const pathOf = (number: number): string => shardPath(BITS, number, names[number] ?? assert.fail('no such shard'))
const shards = names.map((_, number) => log.files.get(pathOf(number)) ?? assert.fail('no shard'))

describe('the skeletons of an index', () => {
  const skeletons = reading(log.files) ?? assert.fail('the files are refused')

  for (const [name, open] of Object.entries(STATES)) {
    it(`are those that follow from the fold in ${name}`, () => {
      assert.deepEqual([skeletons.size, skeletons.bits, skeletons.digests.length], [COVERED, BITS, 32 * 2 ** BITS])
      assert.equal(compare(folded(open()), skeletons), true)
    })
  }

  it('differ from those of a fold that knows one link or one touch more', () => {
    for (const change of [
      (state: FoldState) => state.link([new Uint8Array(32).fill(7)], 'x'),
      (state: FoldState) => state.touch([...state.bundleIds()][0] ?? '', 77),
    ]) {
      const state = folded(STATES['files without names']?.() ?? assert.fail('no such state'))
      change(state)
      assert.equal(compare(state, skeletons), false)
    }
  })

  it('are not read when any file is missing, or a byte of a tile or of a name is another one', () => {
    for (const [path, bytes] of log.files) {
      const isUsed = path.startsWith('index/shard/') || /^(?:index\/\d+\/)?tile\/0\//.test(path)
      const files = new Map(log.files)
      files.delete(path)
      if (path.startsWith('tile/entries/') ? path.endsWith('.p/88') : isUsed)
        assert.equal(reading(files), undefined, path)
      if (!isUsed) continue
      files.set(path, bytes.with(bytes.length >>> 1, (bytes[bytes.length >>> 1] ?? 0) ^ 1))
      assert.equal(reading(files), undefined, path)
      files.set(path, Uint8Array.of(...bytes, 0x0a))
      assert.equal(reading(files), undefined, path)
    }
  })

  it('are not read under another head', () => {
    assert.equal(reading(log.files, { size: COVERED + 1, root: root.with(0, (root[0] ?? 0) ^ 1) }), undefined)
    assert.equal(reading(log.files, { size: COVERED, root }), undefined)
  })
})

describe('the skeleton of a shard', () => {
  const tree = openTreeHashes(COVERED + 1, sha256)
  for (const n of ['000', '001', '002.p/88']) tree.add(log.files.get(`tile/0/${n}`) ?? assert.fail(`no tile ${n}`))
  const skeletonOf = skeletonReader(tree, COVERED, sha256)
  const state = folded(STATES['memory']?.() ?? assert.fail('no such state'))
  const governing = readGovernance(state)?.governing ?? []
  const write = skeletonWriter({ size: COVERED, bits: BITS, governing }, sha256)
  const expected = [...allRows(state, BITS)].map(([number, rows]) => Buffer.from(write(number, rows)))
  const isRight = (number: number, file: Uint8Array): boolean => {
    const digest = skeletonOf(file)
    return digest !== undefined && expected[number]?.equals(digest) === true
  }
  const text = Buffer.from(shards[3] ?? []).toString('latin1')
  const lines = text.split('\n')
  const blank = lines.indexOf('')
  const bytesOf = (changed: readonly string[]): Uint8Array => Buffer.from(changed.join('\n'), 'latin1')

  it('is that of the file which the publisher writes', () => {
    for (const [number, file] of shards.entries()) assert.ok(isRight(number, file))
  })

  it('is another one, or none, when any bit of any byte is another one', () => {
    const file = Uint8Array.from(shards[3] ?? [])
    assert.ok(text.includes(' - {') && file.length > 20_000)
    for (let at = 0; at < file.length; at += SLOW || at < 6_000 ? 1 : 3) {
      const was = file[at] ?? 0
      for (const mask of at % 97 === 0 ? [1, 2, 4, 8, 16, 32, 64, 128] : [1 << (at % 8)]) {
        file[at] = was ^ mask
        assert.ok(!isRight(3, file), `byte ${at} ^ ${mask}`)
      }
      file[at] = was
    }
    assert.ok(isRight(3, file))
  })

  it('is another one, or none, when a byte is left out or stands twice', () => {
    const file = shards[3] ?? new Uint8Array(0)
    for (let at = 0; at < file.length; at += at < 3_000 ? 1 : 41) {
      assert.ok(!isRight(3, Buffer.concat([file.subarray(0, at), file.subarray(at + 1)])), `without byte ${at}`)
      assert.ok(!isRight(3, Buffer.concat([file.subarray(0, at + 1), file.subarray(at)])), `byte ${at} twice`)
    }
  })

  it('is another one, or none, when lines are left out, repeated, exchanged or of another shard', () => {
    const other = Buffer.from(shards[4] ?? [])
      .toString('latin1')
      .split('\n')
    const otherEntry = other.slice(other.indexOf('') + 1).find((line) => line !== '' && !lines.includes(line)) ?? ''
    assert.ok(otherEntry.length > 300)
    for (let i = 0; i < lines.length; i += 1) {
      const line = lines[i] ?? ''
      assert.ok(!isRight(3, bytesOf(lines.toSpliced(i, 1))), `line ${i} left out`)
      assert.ok(!isRight(3, bytesOf(lines.toSpliced(i, 0, line))), `line ${i} repeated`)
      if (i > 0)
        assert.ok(!isRight(3, bytesOf(lines.toSpliced(i - 1, 2, line, lines[i - 1] ?? ''))), `line ${i} before`)
      if (i > blank) assert.ok(!isRight(3, bytesOf(lines.toSpliced(i, 0, otherEntry))), `a stranger before ${i}`)
    }
    assert.ok(!isRight(4, bytesOf(lines)))
  })

  it('is another one, or none, when an index or a path is written in another way', () => {
    for (let i = blank + 1; i < lines.length - 1; i += 1) {
      const [index = '', path = '', ...rest] = (lines[i] ?? '').split(' ')
      const changed = [
        `0${index} ${path}`,
        ` ${index} ${path}`,
        `+${index} ${path}`,
        `${index}.0 ${path}`,
        `${Number(index) + 256} ${path}`,
        `${index}  ${path}`,
        `${index} ${path} `,
        `${index} ${path === '-' ? 'A'.repeat(352) : '-'}`,
        `${index} ${path.replace('=', '')}`,
        `${index} ${path.replace('=', '==')}`,
        `${index}`,
        '99999999999999999999 -',
      ].filter((start) => start !== `${index} ${path}`)
      for (const start of changed)
        assert.ok(!isRight(3, bytesOf(lines.with(i, [start, ...rest].join(' ')))), `${start.slice(0, 40)} at ${i}`)
    }
  })

  it('is none of a file that is cut off anywhere, and of nothing at all', () => {
    const file = shards[3] ?? new Uint8Array(0)
    for (let length = 0; length < file.length; length += length < 3_000 ? 1 : 41)
      assert.ok(!isRight(3, file.subarray(0, length)), `${length} bytes`)
  })
})

describe('a publisher who signs a wrong index', () => {
  /** A log whose statement commits to these shards, with all tiles and names over them as they must be. */
  function committing(bits: number, files: readonly Uint8Array[]): IndexSkeletons | undefined {
    const written = statements()
    const hashes = files.map((bytes) => leafHash(sha256, bytes))
    for (const [number, bytes] of files.entries())
      written.files.set(shardPath(bits, number, hashes[number] ?? new Uint8Array(0)), bytes)
    for (const [path, bytes] of tilesOfTree(sha256, hashes)) written.files.set(`index/${COVERED}/${path}`, bytes)
    const indexRoot = Buffer.from(treeRoot(sha256, hashes)).toString('hex')
    written.add(anIndex({ size: COVERED, bits, root: indexRoot })).sign()
    const head = {
      size: written.size,
      root: treeRoot(
        sha256,
        written.entries.map((bytes) => leafHash(sha256, bytes)),
      ),
    }
    return reading(written.files, head)
  }
  const state = folded(STATES['memory']?.() ?? assert.fail('no such state'))
  const edited = (edit: (lines: string[]) => string[]): IndexSkeletons | undefined =>
    committing(
      BITS,
      shards.with(
        5,
        Buffer.from(
          edit(
            Buffer.from(shards[5] ?? [])
              .toString('latin1')
              .split('\n'),
          ).join('\n'),
          'latin1',
        ),
      ),
    )

  it('is believed while it is right', () => {
    const right = edited((lines) => lines) ?? assert.fail('it is refused')
    assert.equal(compare(state, right), true)
  })

  it('is found out when a row, an index of a row or an entry is missing, or a row is too many', () => {
    const wrong: Record<string, (lines: string[]) => string[]> = {
      'no first row': (lines) => lines.toSpliced(1, 1),
      'no last row': (lines) => lines.toSpliced(lines.indexOf('') - 1, 1),
      'a row of another statement': (lines) => lines.with(1, `${(lines[1] ?? '').slice(0, 64)} 0`),
      'a row too many': (lines) => lines.toSpliced(lines.indexOf(''), 0, `5${'f'.repeat(63)} 0`),
      'no first entry': (lines) => lines.toSpliced(lines.indexOf('') + 1, 1),
      'no last entry': (lines) => lines.toSpliced(-2, 1),
      'another header': (lines) => lines.with(0, `${lines[0]}0`),
    }
    for (const [name, edit] of Object.entries(wrong)) {
      const skeletons = edited(edit) ?? assert.fail(`${name}: only the fold can know`)
      assert.equal(compare(state, skeletons), false, name)
    }
  })

  it('is found out when the keys are divided into fewer shards than they must be', () => {
    const half = committing(BITS - 1, shards.slice(0, 16)) ?? assert.fail('only the fold can know')
    assert.equal(compare(state, half), false)
  })
})
