import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readTables } from '../../../src/intake/tables/read-tables.ts'
import { TABLE_LIMITS, type Table } from '../../../src/intake/tables/table.ts'
import { partsWith, SHEET, zipOf } from '../../fakes/raw-workbook.ts'
import { anyText } from '../json-documents.ts'
import { ACCEPTED, type FuzzTarget, NOTHING } from '../target.ts'
import { bytesOfText } from '../text.ts'

const CODES = ['TABLE_UNREADABLE', 'TABLE_TOO_LARGE', 'TABLE_ENCODING_UNKNOWN', 'TABLE_MALFORMED']
const HEADER = 'file;url;title;date\r\n'
const rows = fc.array(fc.array(anyText, { maxLength: 5 }), { maxLength: 6 })

/** Separated values of any encoding: what is read lies within the bounds, in rows that ascend. */
export const csv: FuzzTarget = {
  name: 'CSV',
  share: 60_000,
  codes: CODES,
  words: [
    '"',
    '""',
    ';',
    '\t',
    '|',
    '\r',
    'sep=;\n',
    '\ufeff',
    '"\n"',
    'Файл',
    '2019-03-14',
    'https://youtu.be/dQw4w9WgXcQ',
  ],
  maxBytes: 512 * 1024,
  seeds: (seed) => [
    bytesOfText(`${HEADER}a.mp4;https://youtu.be/dQw4w9WgXcQ;"He said ""no"";\nand left";14.03.2019\r\n`),
    bytesOfText('\ufefffile,url\n"a, b.mp4",x\n\n,,\n'),
    Buffer.from(`\ufeff${HEADER}á.mp4;x;字;1\r\n`, 'utf16le'),
    Buffer.from(`\ufeff${HEADER}á.mp4;x;字;1\r\n`, 'utf16le').swap16(),
    Buffer.from(Array.from('Название;Свидетельство о событиях;Адрес\n', (letter) => cp1251(letter))),
    ...fc
      .sample(rows, { numRuns: 100, seed })
      .map((table) => bytesOfText(table.map((cells) => cells.join(';')).join('\n'))),
  ],
  run: (input) => outcomeOf(readTables('a.csv', input)),
}

/** Workbooks: the bytes of a ZIP, or (when they are none) a sheet that is put into a sound workbook. */
export const xlsx: FuzzTarget = {
  name: 'XLSX',
  share: 30_000,
  codes: CODES,
  words: [
    ...[
      '<row r="2">',
      '<c r="IV7" t="s"><v>0</v></c>',
      '<c t="inlineStr"><is><t>x</t></is></c>',
      '<mergeCell ref="A1:IV9999"/>',
      '</row>',
    ],
    ...[
      '<c><f>HYPERLINK("https://x","y")</f><v>1</v></c>',
      '<hyperlink ref="A1:B2" r:id="r9"/>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '&#x10ffff;',
      '_xD800_',
    ],
    ...['PK\u0001\u0002', 'PK\u0003\u0004', 'PK\u0005\u0006', '<sheet name="B" sheetId="2" r:id="r1"/>'],
  ],
  maxBytes: 512 * 1024,
  seeds: () => [bytesOfText(SHEET), bytesOfText(SHEET), zipOf(partsWith(SHEET), 8), zipOf(partsWith(SHEET), 0)],
  run(input) {
    const isZip = input[0] === 0x50 && input[1] === 0x4b
    return outcomeOf(readTables('a.xlsx', isZip ? input : zipOf(partsWith(Buffer.from(input).toString()), 0)))
  },
}

function outcomeOf(tables: readonly Table[]): string {
  for (const table of tables) {
    let last = 0
    for (const { number, cells } of table.rows) {
      assert.ok(number > last, 'rows ascend')
      last = number
      assert.ok(cells.length <= TABLE_LIMITS.columns)
      // A hole in a list would pass for a cell until somebody reads it.
      for (let i = 0; i < cells.length; i += 1) assert.equal(typeof cells[i]?.text, 'string')
    }
  }
  return tables.some((table) => table.rows.length > 0) ? ACCEPTED : NOTHING
}

function cp1251(letter: string): number {
  const code = letter.charCodeAt(0)
  return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : code
}
