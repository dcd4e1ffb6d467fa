import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { indexFiles } from '../../../src/intake/layouts/spreadsheet/file-index.ts'
import { foldName, stemOf } from '../../../src/intake/layouts/spreadsheet/fold-name.ts'
import { matchFiles } from '../../../src/intake/layouts/spreadsheet/match-files.ts'
import { sidecarsOf } from '../../../src/intake/layouts/spreadsheet/sidecars.ts'
import { inMemory } from '../../fakes/spreadsheet-folder.ts'

const indexOf = (...names: readonly string[]): ReturnType<typeof indexFiles> =>
  indexFiles(
    '/archive',
    names.map((name) => inMemory(name)),
  )

/** What a cell means: the files, or why none and which may be meant. */
function meant(cell: string, ...names: readonly string[]): readonly string[] {
  const match = matchFiles(cell, indexOf(...names))
  if (match.kind === 'found') return match.files.map(({ relative }) => relative)
  return [match.kind, match.word, ...match.candidates.map(({ relative }) => relative)]
}

describe('names of files', () => {
  it('are one name in every form of Unicode, with every kind of space, dash and apostrophe', () => {
    for (const name of [
      'Мой брат.mp4',
      'Мой\u00a0брат.mp4',
      'Мои\u0306 брат.MP4',
      'мой\u2009\u202fбрат.mp4',
      'Мой\u200b брат.mp4',
    ])
      assert.equal(foldName(name), 'мой брат.mp4', JSON.stringify(name))
    assert.equal(foldName('a–b—c‑d−e'), 'a-b-c-d-e')
    assert.equal(foldName('Sa’at `x´ oʻz'), "sa'at 'x' o'z")
    assert.equal(foldName('①．ＭＰ４'), '1.mp4')
  })

  it('stay different where letters differ, and fold to what folds no further', () => {
    assert.notEqual(foldName('қара.mp4'), foldName('кара.mp4'))
    assert.notEqual(foldName('а.mp4'), foldName('a.mp4'))
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        assert.equal(foldName(foldName(name)), foldName(name))
      }),
    )
  })

  it('lose one extension, and none where there is none', () => {
    assert.deepEqual(['a.b.mp4', 'a', '.mp4', 'a.'].map(stemOf), ['a.b', 'a', '.mp4', 'a'])
  })
})

describe('what a cell means', () => {
  it('is the strictest reading that finds something', () => {
    assert.deepEqual(meant('x/1.mp4', '1.mp4', 'x/1.mp4', 'y/x/1.mp4'), ['x/1.mp4'])
    assert.deepEqual(meant('A.mp4', 'A.mp4', 'd/a.mp4'), ['A.mp4'])
    assert.deepEqual(meant('001', '001.mp4', '001.jpg', '001.srt'), ['001.mp4'])
    assert.deepEqual(meant('001', '001.jpg', '001.srt'), ['001.jpg'])
    assert.deepEqual(meant('e\u0301t\u00a0e', 'Ét e.mkv', 'ete.mkv'), ['Ét e.mkv'])
  })

  it('is nothing where two files fit as well, and names both', () => {
    assert.deepEqual(meant('1', 'a/1.mp4', 'b/1.mp4'), ['ambiguous', '1', 'a/1.mp4', 'b/1.mp4'])
    assert.deepEqual(meant('A B.mp4', 'a b.mp4', 'A\u00a0b.mp4'), ['ambiguous', 'A B.mp4', 'a b.mp4', 'A\u00a0b.mp4'])
  })

  it('keeps to the directories that the cell names, of a foreign computer to the last one', () => {
    assert.deepEqual(meant('2019/1.mp4', '2020/1.mp4'), ['missing', '2019/1.mp4', '2020/1.mp4'])
    assert.deepEqual(meant('D:\\disk\\2019\\1.mp4', 'a/2019/1.mp4', '2020/1.mp4'), ['a/2019/1.mp4'])
    assert.deepEqual(meant('/home/x/1.mp4', '2020/1.mp4', '1.mp4'), ['1.mp4'])
    assert.deepEqual(meant('file:///home/x/1.mp4', '1.mp4'), ['1.mp4'])
  })

  it('is each of its lines, else what semicolons part, else what commas part; all of them or none', () => {
    const names = ['a, b.mp4', 'c.mp4', 'd.mp4']
    assert.deepEqual(meant('a, b.mp4', ...names), ['a, b.mp4'])
    assert.deepEqual(meant('a, b\nc', ...names), ['a, b.mp4', 'c.mp4'])
    assert.deepEqual(meant('a, b.mp4; c.mp4', ...names), ['a, b.mp4', 'c.mp4'])
    assert.deepEqual(meant('c.mp4，d.mp4', ...names), ['c.mp4', 'd.mp4'])
    assert.deepEqual(meant('c.mp4, x.mp4', ...names), ['missing', 'x.mp4'])
  })

  it('of many files of one name is as clear as of few', () => {
    const names = Array.from({ length: 40 }, (_, i) => `d${i}/video.mp4`)
    assert.deepEqual(meant('D\u00a039/video', ...names, 'd 39/video.mp4'), ['d 39/video.mp4'])
    assert.deepEqual(meant('C:\\x\\d17\\video.mp4', ...names), ['d17/video.mp4'])
    assert.deepEqual(meant('C:\\x\\y\\video.mp4', ...names, 'video.mp4'), ['video.mp4'])
    assert.equal(meant('video.mp4', ...names).length, 42)
    assert.deepEqual(meant('none/video.mp4', ...names).slice(0, 2), ['missing', 'none/video.mp4'])
  })

  it('is a file of the folder or nothing, whatever stands in it', () => {
    const names = ['a.mp4', 'b/c d.mkv', 'é.jpg', 'x, y.mp4']
    const parts = fc.constantFrom('a', '.mp4', '/', '\\', '..', 'b', 'c d', ',', '\n', ';', '"', 'C:', 'é', 'x, y', ' ')
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: parts })), (cell) => {
        const match = matchFiles(cell, indexOf(...names))
        const files = match.kind === 'found' ? match.files : match.candidates
        assert.ok(files.every(({ relative }) => names.includes(relative)))
        assert.equal(match.kind === 'found', match.kind === 'found' && files.length > 0)
      }),
    )
  })
})

describe('what lies beside a recording', () => {
  /** Names beside each owner. */
  function beside(owners: Readonly<Record<string, string>>, ...others: readonly string[]): unknown {
    const index = indexOf(...Object.keys(owners), ...others)
    const byFile = new Map(
      index.files.flatMap((file) => {
        const row = owners[file.relative]
        return row === undefined ? [] : [[file, row] as const]
      }),
    )
    const found = sidecarsOf(index, byFile, () => true)
    return Object.fromEntries(
      [...found].map(([row, files]) => [row, files.map(({ at, language }) => [at.relative, language].filter(Boolean))]),
    )
  }

  it('belongs to it if it has its name, with a language or without', () => {
    assert.deepEqual(beside({ '1.mp4': 'A' }, '1.srt', '1.zh-Hans.vtt', '1.jpg', '1.pdf', '10.srt', 'd/1.srt'), {
      A: [['1.srt'], ['1.zh-Hans.vtt', 'zh-Hans'], ['1.jpg'], ['1.pdf']],
    })
  })

  it('belongs to nobody if two rows could have it, or if it is a recording itself', () => {
    assert.deepEqual(beside({ '1.mp4': 'A', '1.mov': 'B' }, '1.srt'), {})
    assert.deepEqual(beside({ '1.mp4': 'A' }, '1.mkv', '1.part two.srt'), {})
  })
})
