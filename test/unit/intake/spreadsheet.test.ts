import assert from 'node:assert/strict'
import { relative } from 'node:path'
import { describe, it } from 'node:test'
import type { FoundBundle } from '../../../src/intake/layout.ts'
import { spreadsheetLayout } from '../../../src/intake/layouts/spreadsheet.ts'
import { intake } from '../../../src/intake/recognise.ts'
import { aWorkbook, textRow, windows1251 } from '../../fakes/a-workbook.ts'
import { collect } from '../../fakes/collect.ts'
import { faultsOf, mappingsIn, semicolons, takeIn, write } from '../../fakes/spreadsheet-folder.ts'
import { aFolder, aVideo } from '../../fakes/yt-dlp-folder.ts'

const HEAD = ['Файл', 'Название', 'Ссылка']

/** Title and file names of each bundle. */
function said(bundles: readonly FoundBundle[], directory: string): readonly unknown[] {
  return bundles.map(({ document, files }) => [
    document.title[0]?.value,
    ...files.map(({ path }) => relative(directory, path)),
  ])
}

describe('a folder with a spreadsheet', () => {
  it('is one bundle a row, with what lies beside its recording, and a word on every file', async () => {
    using folder = aFolder()
    write(folder.path, {
      'list.csv': semicolons(
        ['Файл', 'Название', 'Описание', 'Язык', 'Ссылка', 'Дата публикации', 'Доступ', 'Теги'],
        [
          '001.mp4',
          'Менің інім',
          'Үйде\nжазылды',
          'казахский',
          'https://youtu.be/dQw4w9WgXcQ',
          '05.03.2019',
          'публично',
          'семья, #дом',
        ],
        ['002', '', '', '', '', '', '', ''],
      ),
      '001.mp4': undefined,
      '001.kk.srt': '1\n00:00:00,000 --> 00:00:02,000\nСәлем, қайдасың\n',
      '001.jpg': undefined,
      '001.docx': undefined,
      '002.MKV': undefined,
      '003.mp4': undefined,
      'readme.txt': 'x',
    })
    const taken = await takeIn(folder.path)
    const [first, second] = taken.bundles
    assert.deepEqual(first?.document, {
      schema: 'holdfast-bundle/1',
      title: [{ language: 'kk-Cyrl', value: 'Менің інім' }],
      description: [{ language: 'kk-Cyrl', value: 'Үйде\nжазылды' }],
      languages: ['kk'],
      publishedAt: '2019-03-05',
      tags: ['семья', 'дом'],
      originals: [
        {
          key: 'youtube:video:dQw4w9WgXcQ',
          url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
          publishedAt: '2019-03-05',
        },
      ],
    })
    assert.deepEqual(first?.access, { value: 'public', reason: 'the spreadsheet says public' })
    assert.deepEqual(
      first?.files.map(({ role, language, path }) => [role, language, relative(folder.path, path)]),
      [
        ['video', undefined, '001.mp4'],
        ['subtitles', 'kk-Cyrl', '001.kk.srt'],
        ['thumbnail', undefined, '001.jpg'],
        ['other', undefined, '001.docx'],
      ],
    )
    assert.equal(second?.access.value, 'hold')
    assert.deepEqual([second?.document.title, second?.files.length], [[], 1])
    assert.deepEqual(taken.verdicts, {
      'list.csv': 'taken',
      '003.mp4': 'failed: no row of a spreadsheet names it',
      'readme.txt': 'ignored: no row names it',
    })
    assert.deepEqual(taken.rows, [])
  })

  it('may hold its files in folders below, and each is found by the strictest reading', async () => {
    using folder = aFolder()
    const names = [
      'a/Kafe\u0301.mp4',
      'a/b/x y.mp4',
      'a/Ночь：часть.mp4',
      'c/001.mp4',
      'd/001.mp4',
      '001.mp4',
      'e/УЖАС.webm',
    ]
    write(folder.path, Object.fromEntries(names.map((name) => [name, undefined])))
    const cells: readonly (readonly [string, string | undefined])[] = [
      ['Kafé.mp4', names[0]],
      ['b\\x\u00a0 y', names[1]],
      ['ночь:часть', names[2]],
      ['C:\\Users\\x\\c\\001.mp4', names[3]],
      ['./d//001.mp4', names[4]],
      ['001.mp4', names[5]],
      ['"ужас.webm"', names[6]],
    ]
    write(folder.path, { 'list.csv': semicolons(['File', 'Title'], ...cells.map(([cell], i) => [cell, String(i)])) })
    const taken = await takeIn(folder.path)
    assert.deepEqual(faultsOf(taken), [])
    assert.deepEqual(
      said(taken.bundles, folder.path),
      cells.map(([, path], i) => [String(i), path]),
    )
  })

  it('takes no file for another: what is unclear is reported with what may be meant', async () => {
    using folder = aFolder()
    const names = [
      '2019/001.mp4',
      '2020/001.mp4',
      '2020/005.mp4',
      'Дом.mp4',
      'ДОМ.mp4',
      'z.mp4',
      'z.mkv',
      'empty.mp4',
      'b.pdf',
    ]
    write(folder.path, Object.fromEntries(names.map((name) => [name, name === 'empty.mp4' ? '' : undefined])))
    const cells = ['001', '2019/005.mp4', 'дом.mp4', 'z', 'z.avi', 'empty.mp4', 'b.pdf', '', 'C:\\2021\\005.mp4']
    write(folder.path, { 'list.csv': semicolons(['File', 'Title'], ...cells.map((cell) => [cell, 'x'])) })
    const taken = await takeIn(folder.path)
    assert.deepEqual(faultsOf(taken), [
      [2, 'ROW_FILE_AMBIGUOUS'],
      [3, 'ROW_FILE_MISSING'],
      [4, 'ROW_FILE_AMBIGUOUS'],
      [5, 'ROW_FILE_AMBIGUOUS'],
      [6, 'ROW_FILE_MISSING'],
      [7, 'MEDIA_EMPTY'],
      [8, 'ROW_FILE_MISSING'],
      [9, 'ROW_FILE_MISSING'],
      [10, 'ROW_FILE_MISSING'],
    ])
    assert.deepEqual(taken.bundles, [])
    const candidates = taken.rows.map((row) => row.candidates ?? [])
    assert.deepEqual(candidates.slice(0, 2), [['2019/001.mp4', '2020/001.mp4'], ['2020/005.mp4']])
    assert.deepEqual([...(candidates[4] ?? [])].sort(), ['z.mkv', 'z.mp4'])
    assert.ok(taken.rows.every(({ hint }) => (hint ?? '').length > 10))
  })

  it('lets a row name several files, in one cell, and names that hold separators', async () => {
    using folder = aFolder()
    write(folder.path, {
      'a.mp4': undefined,
      'b.mp4': undefined,
      'x, y; z.mp4': undefined,
      'p1.jpg': undefined,
      'p2.jpg': undefined,
    })
    write(folder.path, {
      'list.csv': semicolons(['File', 'Title'], ['a.mp4\nb.mp4', '1'], ['x, y; z.mp4', '2'], ['p1.jpg, p2.jpg', '3']),
    })
    const taken = await takeIn(folder.path)
    assert.deepEqual(said(taken.bundles, folder.path), [
      ['1', 'a.mp4', 'b.mp4'],
      ['2', 'x, y; z.mp4'],
      ['3', 'p1.jpg', 'p2.jpg'],
    ])
    assert.deepEqual(
      taken.bundles[2]?.files.map(({ role }) => role),
      ['image', 'image'],
    )
  })

  it('refuses two rows that say different things of one file, or have one id, and takes equal rows once', async () => {
    using folder = aFolder()
    write(folder.path, {
      'a.mp4': undefined,
      'b.mp4': undefined,
      'c.mp4': undefined,
      'd.mp4': undefined,
      'e.mp4': undefined,
    })
    write(folder.path, {
      'list.csv': semicolons(
        ['File', 'Title', 'ID'],
        ['a.mp4', 'one', ''],
        ['a', 'two', ''],
        ['b.mp4', 'same', ''],
        ['b.mp4', 'same', ''],
        ['c.mp4', 'x', '7'],
        ['d.mp4', 'y', '7'],
        ['e.mp4', 'z', '8'],
      ),
    })
    const taken = await takeIn(folder.path)
    assert.deepEqual(faultsOf(taken), [
      [2, 'ROW_FILE_TWICE'],
      [3, 'ROW_FILE_TWICE'],
      [6, 'ROW_KEY_TWICE'],
      [7, 'ROW_KEY_TWICE'],
    ])
    assert.deepEqual(said(taken.bundles, folder.path), [
      ['same', 'b.mp4'],
      ['z', 'e.mp4'],
    ])
    assert.match(taken.verdicts['a.mp4'] ?? '', /^ignored: the row that names it/)
  })

  it('gives the same bundle whatever the order of rows and columns, and wherever it lies', async () => {
    const rows = [
      ['a.mp4', 'one', 'https://youtu.be/dQw4w9WgXcQ'],
      ['b.mp4', 'two', ''],
    ]
    const make = async (table: string): Promise<readonly unknown[]> => {
      using folder = aFolder()
      write(folder.path, { 'a.mp4': undefined, 'b.mp4': undefined, 'list.csv': table })
      const { bundles } = await takeIn(folder.path)
      const facts = bundles.map(({ document, access, sourceRow, files }) => [
        document,
        access,
        sourceRow?.key,
        files.map(({ role }) => role),
      ])
      return facts.map((fact) => JSON.stringify(fact)).sort()
    }
    const straight = await make(semicolons(HEAD, ...rows))
    const turned = await make(
      semicolons(['Наш список'], [], HEAD.toReversed(), ...rows.toReversed().map((row) => row.toReversed())),
    )
    assert.equal(straight.length, 2)
    assert.deepEqual(turned, straight)
    assert.match(straight.join(), /"url:youtube:video:dQw4w9WgXcQ".*"file:b\.mp4"/)
  })

  it('keeps private columns, and names of files, out of the document', async () => {
    using folder = aFolder()
    write(folder.path, { 'secretname.mp4': undefined })
    write(folder.path, {
      'secretlist.csv': semicolons(
        ['Файл', 'ФИО', 'Примечание', 'ID', 'Дата записи', 'Телефон'],
        ['secretname.mp4', 'secretperson', 'secretnote', 'secretid', 'secretdate', 'secretphone'],
      ),
    })
    const [bundle] = (await takeIn(folder.path)).bundles
    assert.doesNotMatch(JSON.stringify([bundle?.document, bundle?.access]), /secret/)
    assert.equal(bundle?.asGiven['speaker'], 'secretperson')
    assert.doesNotMatch(JSON.stringify(bundle?.asGiven), /secretphone/)
  })
})

describe('the names of columns', () => {
  it('are found below titles and above repeated ones, on every sheet that has them', async () => {
    using folder = aFolder()
    write(folder.path, Object.fromEntries(['a.mp4', 'b.mp4', 'c.mp4'].map((name) => [name, undefined])))
    const first = [
      textRow(1, 'Архив 2019'),
      textRow(3, 'Название', 'Файл'),
      textRow(4, 'один', 'a.mp4'),
      textRow(5, 'Название', 'Файл'),
      textRow(6, 'два', 'b'),
    ]
    const sheets = [
      { name: 'Лист1', rows: first.join(''), after: '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>' },
      { name: '2020', rows: textRow(1, '文件', '标题') + textRow(2, 'c', '三') },
      { name: 'notes', rows: textRow(1, 'call', 'Aigul') },
      { name: 'old', rows: textRow(1, 'Файл', 'Название') + textRow(2, 'a.mp4', 'x'), state: 'hidden' as const },
    ]
    write(folder.path, { 'list.xlsx': aWorkbook({ sheets }) })
    const taken = await takeIn(folder.path)
    assert.deepEqual(said(taken.bundles, folder.path), [
      ['один', 'a.mp4'],
      ['два', 'b.mp4'],
      ['三', 'c.mp4'],
    ])
    assert.deepEqual(
      taken.rows.map(({ sheet, outcome, reason }) => [sheet, outcome, reason]),
      [
        ['notes', 'ignored', 'it has no row that names columns'],
        ['old', 'ignored', 'it is hidden'],
      ],
    )
    assert.deepEqual(
      taken.bundles.map(({ sourceRow }) => [sourceRow?.sheet, sourceRow?.row]),
      [
        ['Лист1', 4],
        ['Лист1', 6],
        ['2020', 2],
      ],
    )
  })

  it('that nobody knows are said once and left to the mapping, which the next run obeys', async () => {
    using folder = aFolder()
    write(folder.path, {
      'a.mp4': undefined,
      'list.csv': semicolons(['File', 'Ism', 'Nomi', 'URL'], ['a.mp4', 'x', 'Qarindoshim']),
    })
    const texts = new Map<string, string>()
    const first = await takeIn(folder.path, { mappings: mappingsIn(texts) })
    assert.deepEqual(faultsOf(first), [
      [1, 'HEADER_UNKNOWN'],
      [1, 'HEADER_UNKNOWN'],
    ])
    assert.deepEqual(first.bundles[0]?.document.title, [])
    texts.set('list.csv', (texts.get('list.csv') ?? '').replace('"Nomi" = ""', '"Nomi" = "title:uz-Latn"'))
    const second = await takeIn(folder.path, { mappings: mappingsIn(texts) })
    assert.deepEqual(faultsOf(second), [])
    assert.deepEqual(second.bundles[0]?.document.title, [{ language: 'uz-Latn', value: 'Qarindoshim' }])
  })

  it('that came after the mapping was written are told with the line that is missing in it', async () => {
    using folder = aFolder()
    write(folder.path, { 'a.mp4': undefined, 'list.csv': semicolons(['File', 'Title', 'Ауыл'], ['a.mp4', 'x', 'y']) })
    const texts = new Map([['list.csv', '[columns]\n"File" = "file"\n']])
    const [row] = (await takeIn(folder.path, { mappings: mappingsIn(texts) })).rows
    assert.match(row?.hint ?? '', /below \[columns\] in \/mappings\/list\.csv be "Ауыл" = "note"/)
    texts.set('list.csv', `${texts.get('list.csv')}"Ауыл" = "note"\n`)
    const { bundles, rows } = await takeIn(folder.path, { mappings: mappingsIn(texts) })
    assert.deepEqual([rows, bundles[0]?.asGiven['note']], [[], 'y'])
  })

  for (const name of ['Date', 'Дата', 'Күні', '日期', 'tarih']) {
    it(`are asked about when they only say that they are a date, as ${name} does`, async () => {
      using folder = aFolder()
      write(folder.path, {
        'a.mp4': undefined,
        'list.csv': semicolons(['File', 'Title', name], ['a.mp4', 'x', '2019-04-03']),
      })
      const [row] = (await takeIn(folder.path, { mappings: mappingsIn(new Map()) })).rows
      assert.equal(row?.code, 'HEADER_UNKNOWN')
      assert.match(row.reason, /publication or of recording/)
      assert.ok(row.hint?.includes(`"${name}" = "published" (or "recorded")`), row.hint)
    })
  }

  it('are written into the mapping, and nothing of a sheet beside that is no table of recordings', async () => {
    using folder = aFolder()
    const sheets = [
      { name: '1', rows: textRow(1, 'Файл', 'Название', 'Ауыл') + textRow(2, 'a.mp4', 'x', 'y') },
      { name: 'contacts', rows: textRow(1, 'Айгуль', '+7 701 000 00 00') },
      { name: 'old', rows: textRow(1, 'Скрытое', 'Файл'), state: 'hidden' as const },
    ]
    write(folder.path, { 'a.mp4': undefined, 'list.xlsx': aWorkbook({ sheets }) })
    const texts = new Map<string, string>()
    await takeIn(folder.path, { mappings: mappingsIn(texts) })
    const [, columns = ''] = (texts.get('list.xlsx') ?? '').split('[columns]\n')
    assert.equal(columns, '"Файл" = "file"\n"Название" = "title"\n"Ауыл" = ""\n')
  })

  it('of which only the file is known are found once the mapping knows another', async () => {
    using folder = aFolder()
    write(folder.path, { 'a.mp4': undefined, 'list.csv': semicolons(['File', 'Nomi'], ['a.mp4', 'Qarindoshim']) })
    const texts = new Map<string, string>()
    assert.deepEqual(faultsOf(await takeIn(folder.path, { mappings: mappingsIn(texts) })), [
      [undefined, 'HEADER_MISSING'],
    ])
    texts.set('list.csv', (texts.get('list.csv') ?? '').replace('"Nomi" = ""', '"Nomi" = "title"'))
    const { bundles } = await takeIn(folder.path, { mappings: mappingsIn(texts) })
    assert.deepEqual(said(bundles, folder.path), [['Qarindoshim', 'a.mp4']])
  })

  it('of which two may mean the same are not chosen from, not even by the next run', async () => {
    using folder = aFolder()
    write(folder.path, {
      'a.mp4': undefined,
      'list.csv': semicolons(
        ['File', 'Link', 'URL'],
        ['a.mp4', 'https://ok.ru/video/123456', 'https://vk.com/video-1_2'],
      ),
    })
    const texts = new Map<string, string>()
    for (const _ of [1, 2]) {
      const taken = await takeIn(folder.path, { mappings: mappingsIn(texts) })
      assert.deepEqual([taken.bundles, faultsOf(taken)], [[], [[1, 'HEADER_AMBIGUOUS']]])
      assert.match(taken.verdicts['a.mp4'] ?? '', /^ignored: the spreadsheet/)
    }
    texts.set('list.csv', (texts.get('list.csv') ?? '').replaceAll(/^# (".*"url") .*$/gm, '$1'))
    const both = await takeIn(folder.path, { mappings: mappingsIn(texts) })
    assert.deepEqual(
      both.bundles[0]?.document.originals.map(({ key }) => key),
      ['ok:video:123456', 'vk:video:-1_2'],
    )
  })

  it('without one for the file, or unknown altogether, leave the recordings unclaimed, with what to do', async () => {
    for (const head of [
      ['Title', 'Link'],
      ['Qqq', 'Www'],
    ]) {
      using folder = aFolder()
      write(folder.path, { 'a.mp4': undefined, 'list.csv': semicolons(head, ['x', 'y']) })
      const taken = await takeIn(folder.path)
      assert.deepEqual(
        [taken.bundles.length, faultsOf(taken).map(([, code]) => code)],
        [0, ['HEADER_MISSING']],
        head.join(),
      )
      assert.match(taken.rows[0]?.hint ?? '', /mappings\/list\.csv/)
    }
  })
})

describe('beside yt-dlp', () => {
  it('a spreadsheet takes nothing from a folder of which every video has its .info.json', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: 'video000001', stem: 'v1' })
    write(folder.path, { 'list.csv': semicolons(['File', 'Title'], ['v1.mp4', 'other words']) })
    const { bundles, verdicts } = await takeIn(folder.path)
    assert.deepEqual(
      bundles.map(({ layout }) => layout),
      ['yt-dlp'],
    )
    assert.match(verdicts['list.csv'] ?? '', /^ignored/)
  })

  it('it describes the other recordings, and doubles none', async () => {
    using folder = aFolder()
    aVideo(folder.path, { id: 'video000001', stem: 'v1' })
    aVideo(`${folder.path}/below`, { id: 'video000002', stem: 'v2' })
    write(folder.path, {
      'own.mp4': undefined,
      'list.csv': semicolons(['File', 'Title'], ['v1.mp4', 'a'], ['v2.mp4', 'b'], ['own.mp4', 'c']),
    })
    const { bundles, rows } = await takeIn(folder.path)
    assert.deepEqual(
      bundles.map(({ layout }) => layout),
      ['yt-dlp', 'yt-dlp', 'spreadsheet'],
    )
    assert.deepEqual(
      rows.map(({ outcome, row }) => [outcome, row]),
      [
        ['ignored', 2],
        ['ignored', 3],
      ],
    )
  })
})

describe('several spreadsheets', () => {
  it('below one another: the nearest decides', async () => {
    using folder = aFolder()
    write(folder.path, { 'a.mp4': undefined, '2019/b.mp4': undefined })
    write(folder.path, {
      'all.csv': semicolons(['File', 'Title'], ['a.mp4', 'outer'], ['b.mp4', 'outer']),
      '2019/list.csv': semicolons(['File', 'Title'], ['b.mp4', 'inner']),
    })
    const taken = await takeIn(folder.path)
    assert.deepEqual(said(taken.bundles, folder.path), [
      ['inner', '2019/b.mp4'],
      ['outer', 'a.mp4'],
    ])
    assert.deepEqual(
      taken.rows.map(({ row, outcome }) => [row, outcome]),
      [[3, 'ignored']],
    )
  })

  it('beside one another: the same words count once, other words are refused', async () => {
    using folder = aFolder()
    const rows = [
      ['a.mp4', 'x'],
      ['b.mp4', 'y'],
    ]
    write(folder.path, { 'a.mp4': undefined, 'b.mp4': undefined, 'list.csv': semicolons(['File', 'Title'], ...rows) })
    write(folder.path, {
      'list.xlsx': aWorkbook({
        sheets: [
          { name: 's', rows: textRow(1, 'Title', 'File') + textRow(2, 'x', 'a.mp4') + textRow(3, 'z', 'b.mp4') },
        ],
      }),
    })
    const taken = await takeIn(folder.path)
    assert.deepEqual(said(taken.bundles, folder.path), [['x', 'a.mp4']])
    assert.deepEqual(faultsOf(taken), [
      [3, 'ROW_FILE_TWICE'],
      [3, 'ROW_FILE_TWICE'],
    ])
  })
})

describe('a tree as one unit', () => {
  it('begins with the facts of all its directories, and is known as a whole or not at all', async () => {
    using folder = aFolder()
    write(folder.path, {
      'list.csv': semicolons(['File', 'Title'], ['a', 'x']),
      'v/a.mp4': undefined,
      'other/w/b.txt': 'x',
    })
    const { found } = await takeIn(folder.path)
    const starts = found.flatMap((one) => (one.type === 'directory' ? [one] : []))
    assert.deepEqual(
      starts.map(({ path, below = [] }) => [path, ...below.map((one) => one.path)]),
      [[folder.path, `${folder.path}/other/w`, `${folder.path}/v`]],
    )
    const asked: number[] = []
    const known = await takeIn(folder.path, { known: (_path, _files, below) => asked.push(below.length) > 0 })
    assert.deepEqual([asked, known.found], [[2], []])
  })

  it('stops growing at the bound, says so, and takes the rest by itself', async () => {
    using folder = aFolder()
    write(folder.path, {
      'list.csv': semicolons(['File', 'Title'], ['a', 'x']),
      'v/a.mp4': undefined,
      'w/b.mp4': undefined,
      'w/c.mp4': undefined,
    })
    const whole = await takeIn(folder.path, { maxEntries: 4 })
    assert.deepEqual(said(whole.bundles, folder.path), [['x', 'v/a.mp4']])
    assert.match(whole.verdicts['w/b.mp4'] ?? '', /^failed: no row/)
    const small = await takeIn(folder.path, { maxEntries: 3 })
    assert.match(small.verdicts['w'] ?? '', /too many files/)
    assert.match(small.verdicts['w/b.mp4'] ?? '', /^failed: nothing here describes/)
  })

  it('with a spreadsheet that has no rows is not an error', async () => {
    using folder = aFolder()
    write(folder.path, { 'list.csv': semicolons(['File', 'Title'], ['// example.mp4', 'x']), 'n.txt': 'x' })
    const { bundles, verdicts, rows } = await takeIn(folder.path)
    assert.deepEqual([bundles, rows], [[], []])
    assert.match(verdicts['list.csv'] ?? '', /^ignored: it has no rows yet/)
  })
})

describe('hostile spreadsheets', () => {
  it('that are no tables fail alone, and the files they may describe are left for the next run', async () => {
    using folder = aFolder()
    write(folder.path, {
      'a.mp4': undefined,
      'list.xlsx': 'no workbook',
      'b/list.csv': semicolons(['File', 'Title'], ['b.mp4', 'x']),
      'b/b.mp4': undefined,
    })
    const taken = await takeIn(folder.path)
    assert.deepEqual(said(taken.bundles, folder.path), [['x', 'b/b.mp4']])
    assert.match(taken.verdicts['list.xlsx'] ?? '', /^failed/)
    assert.match(taken.verdicts['a.mp4'] ?? '', /^ignored: the spreadsheet that may/)
  })

  it('in letters that nobody can tell are read once a mapping says which, though it says nothing else', async () => {
    using folder = aFolder()
    write(folder.path, { 'a.mp4': undefined, 'list.csv': windows1251('File;Title\na;Дом\n') })
    const refused = (await takeIn(folder.path)).found.flatMap((one) => (one.type === 'file' ? [one.verdict] : []))
    const verdict = refused.find(({ path }) => path.endsWith('.csv'))
    assert.equal(verdict?.code, 'TABLE_ENCODING_UNKNOWN')
    assert.match(verdict.hint ?? '', /--mapping FILE.* encoding = .*windows-1251/)
    const mappings = mappingsIn(new Map([['list.csv', 'encoding = "windows-1251"\n']]))
    assert.deepEqual(said((await takeIn(folder.path, { mappings })).bundles, folder.path), [['Дом', 'a.mp4']])
  })

  it('that are added without their folder say so, and name no file that was not asked for', async () => {
    using folder = aFolder()
    write(folder.path, { 'a.mp4': undefined, 'list.csv': semicolons(['File', 'Title'], ['a', 'x']) })
    const layouts = [spreadsheetLayout(mappingsIn())]
    const found = await collect(intake([`${folder.path}/list.csv`], { layouts, signal: new AbortController().signal }))
    const rows = found.flatMap((one) => (one.type === 'row' ? [one.row] : []))
    assert.deepEqual(
      rows.map(({ code, candidates }) => [code, candidates]),
      [['ROW_FILE_MISSING', []]],
    )
    assert.match(rows[0]?.hint ?? '', /that you added that folder/)
  })

  it('of kinds that are not read are told so, beside another one and alone', async () => {
    for (const more of [{}, { 'list.csv': semicolons(['File', 'Title'], ['a', 'x']) }]) {
      using folder = aFolder()
      write(folder.path, { 'a.mp4': undefined, 'Список.XLS': 'x', 'list.ods': 'x', 'notes.doc': 'x', ...more })
      const { verdicts } = await takeIn(folder.path)
      for (const name of ['Список.XLS', 'list.ods']) assert.match(verdicts[name] ?? '', /^ignored: .*save it as \.xlsx/)
      assert.doesNotMatch(verdicts['notes.doc'] ?? '', /xlsx/)
    }
  })

  it('cannot name a file outside of their folder, nor with names that every object has', async () => {
    using folder = aFolder()
    write(folder.path, { 'in/a.mp4': undefined, 'secret.mp4': undefined })
    const cells = [
      '../secret.mp4',
      `${folder.path}/secret.mp4`,
      '/etc/passwd',
      '__proto__',
      'constructor',
      'a.mp4/..',
      '..',
      '.',
      '/',
      'x'.repeat(100_000),
      '\n'.repeat(5_000),
    ]
    write(folder.path, { 'in/list.csv': semicolons(['File', 'Title'], ...cells.map((cell) => [cell, 'x'])) })
    const taken = await takeIn(`${folder.path}/in`)
    assert.deepEqual(taken.bundles, [])
    assert.equal(faultsOf(taken).length, cells.length)
  })
})
