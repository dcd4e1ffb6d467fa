import assert from 'node:assert/strict'
import fc from 'fast-check'
import { composeBundle } from '../../../src/bundle/compose.ts'
import { INTAKE_ERROR_CODES } from '../../../src/intake/errors.ts'
import type { Found, FoundBundle } from '../../../src/intake/layout.ts'
import type { Mappings } from '../../../src/intake/layouts/spreadsheet/read-sheets.ts'
import { templateRows } from '../../../src/intake/layouts/spreadsheet/template.ts'
import { TEMPLATE_LANGUAGES } from '../../../src/intake/layouts/spreadsheet/template-texts.ts'
import { spreadsheetLayout } from '../../../src/intake/layouts/spreadsheet.ts'
import { encodeCsv } from '../../../src/intake/tables/write-table.ts'
import { cidText, rawCid } from '../../../src/model/content-id.ts'
import { windows1251 } from '../../fakes/a-workbook.ts'
import { collect } from '../../fakes/collect.ts'
import { partsWith, SHEET, zipOf } from '../../fakes/raw-workbook.ts'
import { inMemory, mappingsIn } from '../../fakes/spreadsheet-folder.ts'
import { anyText } from '../json-documents.ts'
import { ACCEPTED, type FuzzTarget, NOTHING } from '../target.ts'
import { bytesOfText } from '../text.ts'

const { signal } = new AbortController()
const VIDEO = {
  ...{ path: 'video.mp4', cid: cidText(rawCid(new Uint8Array(32))), bytes: 1, sha256: '00'.repeat(32) },
  ...{ mediaType: 'video/mp4', role: 'video' as const },
}
const FILES = [
  '001.mp4',
  '002.mkv',
  '2019/1.mp4',
  '3.webm',
  '4.mp3',
  '5.mov',
  'e\u0301 a.mp4',
  'x, y.jpg',
  '001.kk.srt',
  '002.jpg',
  'a.pdf',
  'a',
]
const NAMES = [
  'File',
  'Название',
  'Сілтеме',
  '发布日期',
  'Доступ',
  'Tags',
  'Тілі',
  'ID',
  '№',
  'Description',
  'ФИО',
  'Nomi',
]
const CELLS: Readonly<Record<string, readonly string[]>> = {
  File: [
    '001',
    '2019/1.mp4',
    '3',
    '4.MP3',
    '5.mov',
    '1.mp4',
    'C:\\x\\002.mkv',
    'é\u00a0a',
    '001\n002',
    'x, y',
    '../a',
    'a',
    '__proto__',
  ],
  Сілтеме: ['https://youtu.be/dQw4w9WgXcQ, https://vk.com/video-1_2', 'x', 'https://t.me/a/1?single'],
  发布日期: ['05.03.2019', '2019-03-05 10:00 +06:00', '43529', '03/04/2019', '5 марта 2019 г.', '2019年3月5日'],
  ID: ['1', '2', '3', '4', '5', '', '', ''],
  Доступ: ['публично', 'hold', 'да', ''],
  Тілі: ['казахский', 'ug-Arab, zh', 'x'],
}
const cellOf = (name: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...(CELLS[name] ?? ['T-1', 'дом'])) }, anyText)
const row = fc.tuple(...NAMES.map(cellOf))
const table = fc
  .record({
    order: fc.shuffledSubarray(
      NAMES.map((_, i) => i),
      { minLength: 2 },
    ),
    rows: fc.array(row, { minLength: 1, maxLength: 5 }),
  })
  .map(({ order, rows }) => ({ rows, columns: order.includes(0) ? order : [...order, 0] }))
  .map(({ columns, rows }) => [NAMES, ...rows].map((cells) => columns.map((i) => cells[i] ?? '')))

/** A spreadsheet among files, through the whole layout: every file is accounted for, and the saved mapping changes nothing. */
export const spreadsheet: FuzzTarget = {
  name: 'spreadsheet',
  share: 40_000,
  codes: [],
  words: [...NAMES, ...Object.values(CELLS).flat(), '//', '"', ';', '\n', '\t', ',', 'title', '#REF!'],
  maxBytes: 128 * 1024,
  seeds: (seed) => [
    ...TEMPLATE_LANGUAGES.map((language) => encodeCsv(templateRows(language))),
    windows1251('Файл;Название;Доступ\r\n001;Рассказ о брате;публично\r\n'),
    Buffer.from('\ufeffФайл атауы\tАтауы\n002\tӘкесі\n', 'utf16le'),
    zipOf(partsWith(SHEET), 0),
    ...fc.sample(table, { numRuns: 150, seed }).map((rows) => encodeCsv(rows, ';')),
    bytesOfText('File,File\n001,002\n'),
  ],
  async run(input) {
    const texts = new Map<string, string>()
    const first = await readAll(input, mappingsIn(texts))
    const isUnclear = first.some((found) => found.type === 'row' && found.row.code === 'HEADER_AMBIGUOUS')
    if (!isUnclear) assert.deepEqual(bundlesOf(await readAll(input, mappingsIn(texts))), bundlesOf(first))
    return outcomeOf(first)
  },
}

async function readAll(input: Uint8Array, mappings: Mappings): Promise<readonly Found[]> {
  const unit = [inMemory('list.csv', input), ...FILES.map((name) => inMemory(name))]
  const all = await collect(spreadsheetLayout(mappings).read(unit, { signal }))
  const told = all.flatMap((found) => {
    if (found.type === 'bundle') return found.bundle.files.map(({ path }) => path)
    return found.type === 'file' ? [found.verdict.path] : []
  })
  assert.deepEqual(told.toSorted(), unit.map(({ path }) => path).toSorted(), 'every file once')
  return all
}

function bundlesOf(all: readonly Found[]): readonly FoundBundle[] {
  return all.flatMap((found) => (found.type === 'bundle' ? [found.bundle] : []))
}

function outcomeOf(all: readonly Found[]): string {
  const bundles = bundlesOf(all)
  for (const { document } of bundles) composeBundle(document, [VIDEO])
  const keys = new Set(bundles.map(({ sourceRow }) => sourceRow?.key))
  assert.equal(keys.size, bundles.length, 'each row has a key of its own')
  for (const found of all) {
    if (found.type !== 'row' || found.row.outcome === 'ignored') continue
    const { code, hint = '' } = found.row
    assert.ok(INTAKE_ERROR_CODES.some((known) => known === code) && hint !== '', `${code} is no code, or has no hint`)
  }
  return bundles.length > 0 ? ACCEPTED : NOTHING
}
