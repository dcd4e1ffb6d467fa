import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fieldOfHeader } from '../../../src/intake/layouts/spreadsheet/fields.ts'
import { findHeader, likelyHeader, repeatsHeader } from '../../../src/intake/layouts/spreadsheet/header-row.ts'
import { NO_MAPPING, parseMapping } from '../../../src/intake/layouts/spreadsheet/mapping.ts'
import { recordsOf } from '../../../src/intake/layouts/spreadsheet/record.ts'
import { type ReadRow, readRow } from '../../../src/intake/layouts/spreadsheet/row-document.ts'
import type { Cell, Table } from '../../../src/intake/tables/table.ts'
import { LIMITS } from '../../../src/model/document-fields.ts'

/** @param rows - texts, or whole cells. */
function tableOf(...rows: readonly (readonly (string | Cell)[])[]): Table {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)))
  return {
    sheet: undefined,
    hidden: false,
    epoch1904: false,
    rows: cells.map((row, i) => ({ number: i + 1, cells: row })),
  }
}

/** Number of the header's row and what its columns are for. */
function headerOf(table: Table, mapping = NO_MAPPING): unknown {
  const header = findHeader(table, mapping)
  return header && [header.row.number, ...header.columns.map(({ field, index }) => `${index}:${field}`)]
}

interface Read extends ReadRow {
  readonly warned: readonly (readonly string[])[]
}

/** The document of one row. @param values - by name of the column. */
function rowOf(values: Readonly<Record<string, string | Cell>>, mapping = NO_MAPPING): Read {
  const table = tableOf(['Файл', ...Object.keys(values)], ['a.mp4', ...Object.values(values)])
  const header = findHeader(table, mapping)
  assert.ok(header !== undefined)
  const [record] = recordsOf(table, header)
  assert.ok(record !== undefined)
  const warned: string[][] = []
  const read = readRow(record, { order: undefined, epoch1904: false }, (code, what, cure) => {
    assert.notEqual(cure, '')
    warned.push([code, what])
  })
  return { ...read, warned }
}

describe('the row that names the columns', () => {
  it('is the one that names most of them, below titles and notes', () => {
    const rows = [['Архив, файл 3'], ['Ссылка', 'на всё'], ['№', 'Файл', 'Название'], ['1', 'a.mp4', 'Файл']]
    assert.deepEqual(headerOf(tableOf(...rows)), [3, '0:number', '1:file', '2:title'])
  })

  it('may name the file alone, if nothing else stands in it', () => {
    assert.deepEqual(headerOf(tableOf(['文件'], ['a.mp4'])), [1, '0:file'])
    assert.equal(headerOf(tableOf(['文件', 'x'], ['a.mp4', 'y'])), undefined)
    assert.equal(headerOf(tableOf(['Link'], ['https://youtu.be/dQw4w9WgXcQ'])), undefined)
  })

  it('is looked for among the first thirty, and its names are short', () => {
    const empty = Array.from({ length: 30 }, () => ['x'])
    assert.equal(headerOf(tableOf(...empty, ['File', 'Title'])), undefined)
    assert.equal(headerOf(tableOf([`File${' '.repeat(300)}`, 'Title'])), undefined)
  })

  it('is found by the mapping, which may take a known name for something else or for nothing', () => {
    const mapping = parseMapping('[columns]\n"Дорожка" = "file"\n"Название" = "note"\n"Язык" = ""\n')
    const table = tableOf(['дорожка:', 'Название', 'ЯЗЫК', 'Новое'], ['a.mp4', 'x', 'y', 'z'])
    assert.deepEqual(headerOf(table, mapping), [1, '0:file', '1:note'])
    assert.deepEqual(findHeader(table, mapping)?.unknown, ['Новое'])
  })

  it('may stand there again further down, and is no row then', () => {
    const table = tableOf(['Файл', 'Название'], ['a.mp4', 'x'], [' файл ', 'НАЗВАНИЕ'], ['b.mp4', 'Название'])
    const header = findHeader(table, NO_MAPPING)
    assert.ok(header !== undefined)
    assert.deepEqual(
      table.rows.map((row) => repeatsHeader(row, header)),
      [false, false, true, false],
    )
    assert.deepEqual(
      recordsOf(table, header).map(({ row }) => row),
      [2, 4],
    )
  })

  it('is guessed for a mapping to begin with where nothing is known', () => {
    assert.deepEqual(likelyHeader(tableOf(['title'], ['Fayl', 'Nomi', ''], ['a.mp4', 'x'])), ['Fayl', 'Nomi'])
    assert.deepEqual(likelyHeader(tableOf(['a', 'a'], ['x'])), [])
  })
})

describe('the values of a row', () => {
  it('become the document, and nothing private does', () => {
    const { document, access, spoken, warned } = rowOf({
      ...{
        Название: ' Менің  інім ',
        Описание: 'a\r\nb ',
        Язык: 'казахский',
        Теги: '#дом, дом；семья',
        Лицензия: 'https://creativecommons.org/licenses/by/4.0/',
      },
      ...{
        ФИО: 'secret',
        Примечание: 'secret',
        ИД: 'secret',
        'Дата записи': '01.01.2019',
        'Дата публикации': '05.03.2019',
      },
    })
    assert.deepEqual([warned, spoken, access.value], [[], 'kk', 'hold'])
    assert.deepEqual(document, {
      schema: 'holdfast-bundle/1',
      title: [{ language: 'kk-Cyrl', value: 'Менің інім' }],
      description: [{ language: 'und-Latn', value: 'a\nb' }],
      languages: ['kk'],
      publishedAt: '2019-03-05',
      tags: ['дом', 'семья'],
      originals: [],
      license: 'https://creativecommons.org/licenses/by/4.0/',
    })
  })

  it('are in the language that the mapping says, in several columns', () => {
    const mapping = parseMapping('[columns]\n"A" = "title:ru"\n"B" = "title:kk-Cyrl"\n')
    assert.deepEqual(rowOf({ A: 'Брат', B: 'Інім', Язык: 'kk' }, mapping).document.title, [
      { language: 'ru', value: 'Брат' },
      { language: 'kk-Cyrl', value: 'Інім' },
    ])
  })

  for (const [name, value, code] of [
    ['Язык', 'марсианский', 'VALUE_UNREADABLE'],
    ['Ссылка', 'https://www.youtube.com/@someone', 'VALUE_UNREADABLE'],
    ['Ссылка', 'удалено', 'VALUE_UNREADABLE'],
    ['Дата публикации', '2019', 'VALUE_UNREADABLE'],
    ['Дата публикации', 'весной', 'VALUE_UNREADABLE'],
    ['Дата публикации', '03/04/2019', 'DATE_AMBIGUOUS'],
    ['Лицензия', 'CC BY 4.0', 'VALUE_UNREADABLE'],
    ['Доступ', 'спросить Марата', 'ACCESS_UNKNOWN'],
    ['Название', 'я'.repeat(LIMITS.titleLength + 1), 'TEXT_CUT'],
    ['Описание', 'я'.repeat(LIMITS.descriptionLength + 1), 'TEXT_CUT'],
    ['Теги', Array.from({ length: LIMITS.tags + 1 }, (_, i) => `t${i}`).join(), 'TEXT_CUT'],
  ] as const) {
    it(`that cannot be used are told as ${code}: ${name} ${value.slice(0, 40)}`, () => {
      const { warned, document } = rowOf({ [name]: value })
      assert.deepEqual(
        warned.map(([one]) => one),
        [code],
      )
      assert.equal(document.publishedAt, undefined)
    })
  }

  it('of a formula that failed are told with the name of the column', () => {
    assert.deepEqual(rowOf({ Название: { text: '', error: '#REF!' } }).warned, [
      ['VALUE_UNREADABLE', 'the cell of "Название" holds an error, #REF!'],
    ])
  })

  it('are quoted on one line, however they look', () => {
    const [[, what = ''] = []] = rowOf({ Доступ: `a\n\u202eb${'x'.repeat(500)}` }).warned
    assert.match(what, /^"a .{1,60}…" is no word/u)
  })
})

describe('who may see a row', () => {
  const cases: readonly (readonly [string, string, 'public' | 'hold'])[] = [
    ['публично', '', 'public'],
    ['', 'да', 'public'],
    ['public', 'yes', 'public'],
    ['public', 'no', 'hold'],
    ['hold', 'yes', 'hold'],
    ['public', 'perhaps', 'hold'],
    ['yes', '', 'hold'],
    ['', '', 'hold'],
  ]
  for (const [access, publish, value] of cases) {
    it(`is ${value} for access "${access}" and publish "${publish}"`, () => {
      assert.equal(rowOf({ Access: access, 'May be published?': publish, Title: 'x' }).access.value, value)
    })
  }

  it('is asked in columns that are known as such', () => {
    assert.deepEqual(['Доступ', 'Можно публиковать?', '是否公开'].map(fieldOfHeader), ['access', 'publish', 'publish'])
  })
})
