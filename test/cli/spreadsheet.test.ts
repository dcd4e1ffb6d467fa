import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { readTables } from '../../src/intake/tables/read-tables.ts'
import { semicolons, write } from '../fakes/spreadsheet-folder.ts'
import { aWorld, codesOf, doneOf, type Line, linesOfEvent, type Outcome, problemOf, type World } from './harness.ts'

const YOUTUBE = 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'
const HEAD = ['ИД', 'Файл', 'Название', 'Ссылка', 'Доступ', 'ФИО', 'Примечание']
const FIRST = ['Т-1', '001', 'Рассказ о брате', YOUTUBE, 'публично', 'zqperson', 'zqnote']
const SECOND = ['Т-2', 'zqname.mp4', 'Второй рассказ', '', '', '', '']

async function aFolderOf(
  context: TestContext,
  ...rows: readonly (readonly string[])[]
): Promise<World & { readonly folder: string }> {
  const world = aWorld(context)
  await world.init()
  const folder = join(world.path, 'zqfolder')
  write(folder, { 'video/001.mp4': undefined, 'zqname.mp4': undefined })
  if (rows.length > 0) write(folder, { 'zqlist.csv': semicolons(HEAD, ...rows) })
  return { ...world, folder }
}

/** Long enough to stand in no content ID by chance. */
const PRIVATE = /zq(person|note|name|folder|list)|Т-1|video\/001/u

const add = (world: World, ...args: string[]): Promise<Outcome> => world.run(['add', ...args, '--json'])
const bundlesOf = (outcome: Outcome): readonly Line[] => linesOfEvent(outcome, 'bundle')
const counts = (outcome: Outcome): readonly unknown[] =>
  ['added', 'known', 'failed'].map((name) => doneOf(outcome)[name]).concat(outcome.exit)

/** Everything of a directory and when it changed. */
function imageOf(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => `${name} ${statSync(join(directory, name)).mtimeMs} ${statSync(join(directory, name)).size}`)
}

describe('a folder and a spreadsheet, from the template to a lookup', () => {
  for (const [ending, language] of [
    ['xlsx', 'ru'],
    ['csv', 'zh'],
  ] as const) {
    it(`with a template in ${ending}`, async (context) => {
      const world = await aFolderOf(context)
      const list = join(world.folder, `list.${ending}`)
      const made = await world.run(['template', '-o', list, '--language', language, '--json'])
      assert.deepEqual([made.exit, doneOf(made)['file']], [0, list])
      const empty = await add(world, world.folder)
      assert.deepEqual([bundlesOf(empty), doneOf(empty)['added']], [[], 0])
      assert.match(String(linesOfEvent(empty, 'skipped')[0]?.['reason']), /no rows yet/)
      // Filling it in: the row below the example, under the names that the template gave the columns.
      const [sheet] = readTables(list, readFileSync(list))
      const head = sheet?.rows[0]?.cells.map(({ text }) => text) ?? []
      const row = head.map((_, i) => ({ 0: '001', 1: 'Рассказ о брате', 4: YOUTUBE })[i] ?? '')
      rmSync(list)
      write(world.folder, {
        'list.csv': semicolons(
          head,
          sheet?.rows[1]?.cells.map(({ text }) => text) ?? [],
          row,
          row.map((_, i) => (i === 0 ? 'zqname' : '')),
        ),
      })
      const added = await add(world, world.folder)
      assert.deepEqual(counts(added), [2, 0, 0, 0])
      const [bundle] = bundlesOf(added)
      assert.equal(bundle?.['access'], 'hold')
      assert.equal((await world.run(['clear', String(bundle?.['id']), '--json'])).exit, 0)
      const published = await world.run(['publish', '--yes', '--json'])
      assert.equal(linesOfEvent(published, 'published')[0]?.['root'], bundle?.['root'])
      const found = await world.run(['lookup', 'https://youtu.be/dQw4w9WgXcQ?t=7', '--json'])
      assert.equal(linesOfEvent(found, 'match')[0]?.['id'], bundle?.['id'])
    })
  }

  it('never publishes what is private: names of people, files and folders', async (context) => {
    const world = await aFolderOf(context, FIRST, SECOND)
    const added = await add(world, world.folder, '--access', 'public')
    assert.equal(linesOfEvent(await world.run(['publish', '--yes', '--json']), 'published').length, 2)
    const server = await world.serve()
    for (const { root } of bundlesOf(added)) {
      for (const name of ['bundle.json', 'files.json', 'ro-crate-metadata.json']) {
        const answer = await fetch(`${server.url}/ipfs/${root}/${name}`)
        const text = await answer.text()
        assert.equal(answer.status, 200)
        assert.doesNotMatch(text, PRIVATE)
      }
    }
    const manifest = readdirSync(join(world.home, 'manifest'), { recursive: true, withFileTypes: true })
    for (const file of manifest.filter((one) => one.isFile()))
      assert.doesNotMatch(readFileSync(join(file.parentPath, file.name), 'latin1'), PRIVATE)
  })
})

describe('a spreadsheet that is added again', () => {
  it('is known while it is as it was, and changes nothing in the archive', async (context) => {
    const world = await aFolderOf(context, FIRST, SECOND)
    const before = imageOf(world.folder)
    assert.deepEqual(counts(await add(world, world.folder)), [2, 0, 0, 0])
    assert.deepEqual(counts(await add(world, world.folder)), [0, 2, 0, 0])
    assert.deepEqual(imageOf(world.folder), before)
  })

  it('keeps every bundle when rows are sorted, inserted and taken out, and makes a version of a corrected one', async (context) => {
    const world = await aFolderOf(context, FIRST, SECOND)
    const ids = bundlesOf(await add(world, world.folder)).map(({ id }) => id)
    const corrected = SECOND.with(2, 'Исправлено')
    write(world.folder, {
      'third.mp4': undefined,
      'zqlist.csv': semicolons(HEAD, ['', 'third', 'третий', '', '', '', ''], corrected, FIRST),
    })
    const again = bundlesOf(await add(world, world.folder))
    assert.deepEqual(
      again.map(({ status, title }) => [status, title]),
      [
        ['added', 'третий'],
        ['version', 'Исправлено'],
        ['known', 'Рассказ о брате'],
      ],
    )
    assert.deepEqual([again[1]?.['id'], again[2]?.['id']], [ids[1], ids[0]])
  })

  it('takes a row that got a link, then an id, for the same testimony', async (context) => {
    const world = await aFolderOf(context, ['', '001', 'a', '', '', '', ''])
    const [first] = bundlesOf(await add(world, world.folder))
    for (const row of [
      ['', '001', 'a', YOUTUBE, '', '', ''],
      ['7', '001', 'a', YOUTUBE, '', '', ''],
      ['7', '001', 'b', '', '', '', ''],
    ]) {
      write(world.folder, { 'zqlist.csv': semicolons(HEAD, row) })
      const [next] = bundlesOf(await add(world, world.folder))
      assert.equal(next?.['id'], first?.['id'], row.join())
    }
  })

  it('is found again where its folder was moved to, and gives the same root to somebody else', async (context) => {
    const world = await aFolderOf(context, FIRST, SECOND)
    const roots = bundlesOf(await add(world, world.folder)).map(({ root }) => root)
    renameSync(world.folder, join(world.path, 'elsewhere'))
    assert.deepEqual(counts(await add(world, join(world.path, 'elsewhere'))), [0, 2, 0, 0])
    const other = await aFolderOf(context, SECOND, FIRST)
    assert.deepEqual(
      bundlesOf(await add(other, other.folder))
        .map(({ root }) => root)
        .sort(),
      roots.toSorted(),
    )
  })

  it('follows a mapping that was changed since, though no file was', async (context) => {
    const world = await aFolderOf(context)
    write(world.folder, {
      'list.csv': semicolons(['Файл', 'Nomi', 'Дата публикации'], ['001', 'Qarindoshim', '03/04/2019']),
    })
    const first = await add(world, world.folder)
    assert.deepEqual(
      [codesOf(first).toSorted(), doneOf(first)['added']],
      [['DATE_AMBIGUOUS', 'HEADER_UNKNOWN', 'MEDIA_WITHOUT_METADATA'], 1],
    )
    const mapping = join(world.home, 'mappings', 'list.csv.mapping.toml')
    assert.ok(String(problemOf(first, 'HEADER_UNKNOWN')['hint']).includes(mapping))
    rmSync(join(world.folder, 'zqname.mp4'))
    assert.deepEqual(counts(await add(world, world.folder)), [0, 1, 0, 0])
    writeFileSync(
      mapping,
      readFileSync(mapping, 'utf8').replace('"Nomi" = ""', '"Nomi" = "title"').replace('# dates', 'dates'),
    )
    const next = await add(world, world.folder)
    assert.deepEqual(
      [codesOf(next), bundlesOf(next).map(({ status, title }) => [status, title])],
      [[], [['version', 'Qarindoshim']]],
    )
    assert.deepEqual(counts(await add(world, world.folder)), [0, 1, 0, 0])
  })
})

describe('what is private in a spreadsheet', () => {
  const words = async (world: World, id: unknown): Promise<Readonly<Record<string, unknown>>> => {
    const rows = linesOfEvent(await world.run(['show', String(id), '--json']), 'row').map(({ row }) => row as Line)
    return Object.fromEntries(rows.flatMap(({ what, field, text }) => (what === 'private' ? [[field, text]] : [])))
  }

  it('is shown to its owner, and follows the row though the root stays', async (context) => {
    const world = await aFolderOf(context, FIRST)
    const [first] = bundlesOf(await add(world, world.folder))
    assert.deepEqual(await words(world, first?.['id']), { id: 'Т-1', speaker: 'zqperson', note: 'zqnote' })
    write(world.folder, { 'zqlist.csv': semicolons(HEAD, FIRST.with(6, 'better').with(5, '')) })
    const [again] = bundlesOf(await add(world, world.folder))
    assert.deepEqual([again?.['status'], again?.['root']], ['known', first?.['root']])
    assert.deepEqual(await words(world, first?.['id']), { id: 'Т-1', note: 'better' })
    write(world.folder, { 'zqlist.csv': semicolons(HEAD, FIRST.with(6, 'best').with(2, 'other title')) })
    assert.equal(bundlesOf(await add(world, world.folder))[0]?.['status'], 'version')
    assert.deepEqual(await words(world, first?.['id']), { id: 'Т-1', speaker: 'zqperson', note: 'best' })
  })

  it('stays that of the row when the same recording and words lie in another folder, too', async (context) => {
    const world = await aFolderOf(context, FIRST)
    const [first] = bundlesOf(await add(world, world.folder))
    const copy = join(world.path, 'copy')
    write(copy, { 'zqlist.csv': semicolons(HEAD, FIRST.with(6, 'of the copy')) })
    writeFileSync(join(copy, '001.mp4'), readFileSync(join(world.folder, 'video/001.mp4')))
    assert.equal(bundlesOf(await add(world, copy))[0]?.['id'], first?.['id'])
    assert.equal((await words(world, first?.['id']))['note'], 'zqnote')
  })
})

describe('who may see it', () => {
  it('follows the row until it is published; then it takes a withdrawal', async (context) => {
    const world = await aFolderOf(context, FIRST.with(4, 'закрыто'), SECOND.with(4, 'ашық'))
    const access = async (...rows: readonly (readonly string[])[]): Promise<readonly unknown[]> => {
      write(world.folder, { 'zqlist.csv': semicolons(HEAD, ...rows) })
      return bundlesOf(await add(world, world.folder)).map(({ access: word }) => word)
    }
    assert.deepEqual(await access(FIRST.with(4, 'закрыто'), SECOND.with(4, 'ашық')), ['hold', 'public'])
    assert.deepEqual(await access(FIRST.with(4, '公开'), SECOND.with(4, 'maybe')), ['public', 'hold'])
    const published = linesOfEvent(await world.run(['publish', '--yes', '--json']), 'published')
    assert.equal(published.length, 1)
    assert.deepEqual(await access(FIRST.with(4, 'закрыто'), SECOND), ['hold', 'hold'])
    const states = linesOfEvent(await world.run(['list', '--json']), 'listed').map(({ state }) => state)
    assert.deepEqual(states.toSorted(), ['held', 'published'])
  })
})

describe('what could not be used of a spreadsheet', () => {
  it('is reported row by row in a table that a person can open, without formulas', async (context) => {
    const world = await aFolderOf(
      context,
      FIRST,
      ['', '=cmd|x', 'zzz', '', '', '', ''],
      ['', '', '@a', 'https://vk.com/video-1_2', '', '', ''],
    )
    for (const name of ['report.csv', 'report.xlsx']) {
      const report = join(world.path, name)
      const added = await add(world, world.folder, '--report', report)
      assert.equal(added.exit, 3)
      const [table] = readTables(name, readFileSync(report))
      const rows = table?.rows.map(({ cells }) => cells.map(({ text }) => text)) ?? []
      assert.deepEqual(
        rows.slice(1).map((row) => [row[2], row[3], row[4], row[7]]),
        [
          ['3', 'problem', 'ROW_FILE_MISSING', name === 'report.csv' ? "'=cmd|x" : '=cmd|x'],
          ['4', 'problem', 'ROW_FILE_MISSING', 'https://vk.com/video-1_2'],
          ['', 'problem', 'MEDIA_WITHOUT_METADATA', undefined].map((cell, i) =>
            i === 3 && name === 'report.csv' ? '' : cell,
          ),
        ],
      )
      const again = await add(world, world.folder, '--report', report)
      assert.deepEqual([again.exit, codesOf(again)], [2, ['OUTPUT_EXISTS']])
    }
  })

  it('is called a warning where the row was used all the same, and fails nothing', async (context) => {
    const world = await aFolderOf(context, FIRST.with(4, 'perhaps'), SECOND)
    const dry = await add(world, world.folder, '--dry-run')
    assert.deepEqual([dry.exit, problemOf(dry, 'ACCESS_UNKNOWN')['warning']], [0, true])
    const told = await world.run(['add', world.folder])
    assert.equal(told.exit, 0)
    assert.match(told.stderr, /^holdfast: warning: .*"perhaps" is no word/m)
    assert.doesNotMatch(told.stderr, /error/)
  })

  it('is in the order of the rows, whatever was found first', async (context) => {
    const world = await aFolderOf(context, FIRST.with(4, 'perhaps'), ['', 'nowhere', '', '', '', '', ''])
    write(world.folder, { 'other.csv': semicolons(HEAD, ['', 'gone', '', '', '', '', '']) })
    const report = join(world.path, 'report.csv')
    await add(world, world.folder, '--report', report)
    const [table] = readTables('report.csv', readFileSync(report))
    const rows = table?.rows
      .slice(1)
      .map(({ cells }) => [basename(cells[0]?.text ?? ''), cells[2]?.text, cells[4]?.text])
    assert.deepEqual(rows, [
      ['other.csv', '2', 'ROW_FILE_MISSING'],
      ['zqlist.csv', '2', 'ACCESS_UNKNOWN'],
      ['zqlist.csv', '3', 'ROW_FILE_MISSING'],
      ['zqname.mp4', '', 'MEDIA_WITHOUT_METADATA'],
    ])
  })

  it('is what a dry run shows, which writes no mapping, and nothing into the catalogue', async (context) => {
    const world = await aFolderOf(context, FIRST, ['', 'nowhere', '', '', '', '', ''])
    const report = join(world.path, 'report.csv')
    const dry = await add(world, world.folder, '--dry-run', '--report', report)
    assert.deepEqual(
      bundlesOf(dry).map(({ status }) => status),
      ['would-add'],
    )
    assert.match(readFileSync(report, 'utf8'), /nowhere/)
    assert.ok(!existsSync(join(world.home, 'mappings')))
    assert.deepEqual(linesOfEvent(await world.run(['list', '--json']), 'listed'), [])
  })

  it('is nothing of the archive: a mapping or report that cannot be used stops the run before it begins', async (context) => {
    const world = await aFolderOf(context, FIRST)
    const bad = join(world.path, 'bad.toml')
    writeFileSync(bad, '[columns]\n"a" = "nothing"\n')
    for (const args of [
      ['--mapping', bad],
      ['--mapping', join(world.path, 'gone.toml')],
    ])
      assert.deepEqual([codesOf(await add(world, world.folder, ...args))], [['MAPPING_INVALID']])
    assert.deepEqual(codesOf(await add(world, world.folder, '--report', join(world.path, 'r.txt'))), ['USAGE'])
    const template = await world.run(['template', '-o', join(world.folder, 'zqlist.csv'), '--json'])
    assert.deepEqual([template.exit, codesOf(template)], [2, ['OUTPUT_EXISTS']])
    assert.deepEqual(linesOfEvent(await world.run(['list', '--json']), 'listed'), [])
  })
})
