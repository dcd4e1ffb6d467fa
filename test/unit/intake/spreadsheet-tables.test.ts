import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import writeXlsxFile from 'write-excel-file/node'
import { dateOfSerial, dateStyleOf } from '../../../src/intake/tables/excel-dates.ts'
import { readTables } from '../../../src/intake/tables/read-tables.ts'
import { TABLE_LIMITS, type Table } from '../../../src/intake/tables/table.ts'
import { encodeCsv, encodeXlsx } from '../../../src/intake/tables/write-table.ts'
import { aWorkbook, aZip, textRow, utf16, windows1251 } from '../../fakes/a-workbook.ts'

const text = (of: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(of)

function only(tables: readonly Table[]): Table {
  const [table, ...more] = tables
  assert.ok(table !== undefined && more.length === 0)
  return table
}

/** Texts of all rows, with their numbers in front. */
function rowsOf(table: Table): readonly (readonly (string | number)[])[] {
  return table.rows.map(({ number, cells }) => [number, ...cells.map((cell) => cell.text)])
}

const RUSSIAN = 'Файл;Название;Дата\r\n001.mp4;Рассказ о брате № 5 — «дома»;05.03.2019\r\n'
const CHINESE = '文件,标题\n1.mp4,我的弟弟被带走了\n'
/** CHINESE as Excel writes it on a computer that is set to Chinese. */
const GB18030 = Buffer.from('cec4bcfe2cb1eacce20a312e6d70342cced2b5c4b5dcb5dcb1bbb4f8d7dfc1cb0a', 'hex')

describe('a text table', () => {
  for (const [name, bytes] of [
    ['UTF-8', text(RUSSIAN)],
    ['UTF-8 with a mark', text(`\ufeff${RUSSIAN}`)],
    ['UTF-16LE with a mark', utf16(`\ufeff${RUSSIAN}`, 'le')],
    ['UTF-16BE with a mark', utf16(`\ufeff${RUSSIAN}`, 'be')],
    ['UTF-16LE without one', utf16(RUSSIAN, 'le')],
    ['UTF-16BE without one', utf16(RUSSIAN, 'be')],
    ['windows-1251', windows1251(RUSSIAN)],
  ] as const) {
    it(`is read in ${name}`, () => {
      assert.deepEqual(rowsOf(only(readTables('list.csv', bytes))), [
        [1, 'Файл', 'Название', 'Дата'],
        [2, '001.mp4', 'Рассказ о брате № 5 — «дома»', '05.03.2019'],
      ])
    })
  }

  it('is read in Chinese of UTF-16 and of GB 18030', () => {
    for (const bytes of [utf16(CHINESE, 'le'), utf16(CHINESE, 'be'), Uint8Array.from(GB18030)])
      assert.equal(only(readTables('list.csv', bytes)).rows[1]?.cells[1]?.text.startsWith('我的弟弟被带走了'), true)
  })

  for (const [name, hex] of [
    ['KOI8-R', 'e6c1caccd0d2c9cdc5d23bee c1dad7c1cec9c5 0a'.replaceAll(' ', '')],
    ['cp866', '94a0a9ab3b8da0a7a2a0ada8a53b84a0e2a00aa0a0a1e0a0e20a'],
    ['windows-1252', '46e96c69783b4ef66c20e4ff20e9e8e0fc0a'],
    ['a text with zero bytes', Buffer.from('file,title\na\0.mp4,b\n').toString('hex')],
    ['half a letter of UTF-8', Buffer.concat([text('Файл;Название'), Buffer.from([0xd0])]).toString('hex')],
  ] as const) {
    it(`is refused in ${name} and not read as other letters`, () => {
      assert.throws(() => readTables('list.csv', Uint8Array.from(Buffer.from(hex, 'hex'))), {
        name: 'IntakeError',
        code: 'TABLE_ENCODING_UNKNOWN',
      })
    })
  }

  it('is read in the encoding that a person named', () => {
    const bytes = windows1251('Файл;Дом\n')
    assert.throws(() => readTables('a.csv', bytes), { code: 'TABLE_ENCODING_UNKNOWN' })
    assert.deepEqual(rowsOf(only(readTables('a.csv', bytes, { encoding: 'windows-1251' }))), [[1, 'Файл', 'Дом']])
  })

  it('is split at the separator that it has, with line ends and separators in quotes', () => {
    for (const separator of [',', ';', '\t', '|']) {
      const lines = `a${separator}"b ,;\t|\n ""c"""${separator}d\n1${separator}2, 3; 4${separator}5\n`
      const quoted = lines.replace('2, 3; 4', '"2, 3; 4"')
      assert.deepEqual(
        rowsOf(only(readTables('list.csv', text(quoted)))),
        [
          [1, 'a', 'b ,;\t|\n "c"', 'd'],
          [2, '1', '2, 3; 4', '5'],
        ],
        JSON.stringify(separator),
      )
    }
  })

  it('obeys the first line in which Excel names the separator, and numbers rows as Excel does', () => {
    assert.deepEqual(rowsOf(only(readTables('list.csv', text('sep=|\r\na;b|c\r\n\r\n1;2|3\r\n')))), [
      [2, 'a;b', 'c'],
      [4, '1;2', '3'],
    ])
  })

  it('takes the separator under which the columns have known names', () => {
    const headerScore = (cells: readonly string[]): number => cells.filter((cell) => cell === 'file').length
    const table = only(readTables('list.csv', text('title, with comma;file\na, b;c\nd, e;f\n'), { headerScore }))
    assert.deepEqual(rowsOf(table)[0], [1, 'title, with comma', 'file'])
  })

  it('with a quotation mark that never ends is refused', () => {
    assert.throws(() => readTables('a.csv', text('file,title\n"a.mp4,b\n')), { code: 'TABLE_MALFORMED' })
  })

  it('of too many rows or cells is refused, and one enormous cell is cut', () => {
    assert.throws(() => readTables('a.csv', text('a,b\n'.repeat(1_000_000))), { code: 'TABLE_TOO_LARGE' })
    assert.throws(() => readTables('a.csv', text(','.repeat(20_000_000))), { code: 'TABLE_TOO_LARGE' })
    const table = only(readTables('a.csv', text(`file,title\na.mp4,${'x'.repeat(10_000_000)}\nb.mp4,y\n`)))
    assert.equal(table.rows[1]?.cells[1]?.text.length, TABLE_LIMITS.cellLength)
    assert.deepEqual(rowsOf(table)[2], [3, 'b.mp4', 'y'])
  })
})

describe('a workbook', () => {
  it('of another program is read as that program wrote it', async () => {
    const bytes = await writeXlsxFile([
      {
        sheet: 'Тізім',
        data: [
          ['Файл', 'Дата', 'n', 'yes'],
          [
            'a & <b>.mp4',
            { value: new Date('2019-03-05'), type: Date, format: 'dd.mm.yyyy' },
            { value: 5 },
            { value: true },
          ],
          [null, null, { value: 1.5 }, null],
        ],
      },
      { sheet: 'empty', data: [] },
    ]).toBuffer()
    const [first, second] = readTables('list.xlsx', bytes)
    assert.deepEqual([first?.sheet, second?.sheet], ['Тізім', 'empty'])
    assert.deepEqual(first && rowsOf(first), [
      [1, 'Файл', 'Дата', 'n', 'yes'],
      [2, 'a & <b>.mp4', '2019-03-05', '5', 'TRUE'],
      [3, '', '', '1.5'],
    ])
  })

  it('repeats a merged cell over the rows that have something of their own, and makes no others', () => {
    const rows = [
      textRow(1, 'Свод'),
      textRow(2, 'Файл', 'Название'),
      textRow(3, 'a.mp4', 'один'),
      textRow(4, '', 'два'),
      textRow(9, 'b.mp4'),
    ]
    const after =
      '<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A3:A8"/><mergeCell ref="B9:B1048576"/></mergeCells>'
    const table = only(readTables('a.xlsx', aWorkbook({ sheets: [{ name: 's', rows: rows.join(''), after }] })))
    assert.deepEqual(rowsOf(table), [
      [1, 'Свод', 'Свод', 'Свод'],
      [2, 'Файл', 'Название'],
      [3, 'a.mp4', 'один'],
      [4, 'a.mp4', 'два'],
      [9, 'b.mp4'],
    ])
  })

  it('counts days from 1900 or from 1904, as it says', () => {
    const rows =
      '<row r="1"><c r="A1" s="0"><v>43529.75</v></c><c r="B1" s="1"><v>43525</v></c><c r="C1"><v>43529</v></c></row>'
    const formats = ['dd\\.mm\\.yyyy;@', 'mmm yyyy', '0.00']
    const sheets = [{ name: 's', rows: rows.replace('"C1"', '"C1" s="2"') }]
    assert.deepEqual(rowsOf(only(readTables('a.xlsx', aWorkbook({ sheets, formats })))), [
      [1, '2019-03-05', '2019-03', '43529'],
    ])
    assert.deepEqual(rowsOf(only(readTables('a.xlsx', aWorkbook({ sheets, formats, date1904: true })))), [
      [1, '2023-03-06', '2023-03-02', '43529'],
    ])
  })

  it('gives what formulas came to, errors as errors, numbers as they are shown, and where links lead', () => {
    const rows = `<row r="1"><c r="A1" t="str"><f>B1&amp;".mp4"</f><v>x.mp4</v></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>
      <c r="C1"><v>12.0</v></c><c r="D1"><v>1.2E19</v></c><c r="E1" t="s"><v>0</v></c><c r="F1" t="s"><v>1</v></c>
      <c r="G1" t="str"><f>HYPERLINK("https://vk.com/video-1_2","see")</f><v>see</v></c></row>`
    const strings = ['<t>click</t>', '<r><t>日</t></r><r><t>本_x000A_</t></r><rPh><t>にほん</t></rPh>']
    const after = '<hyperlinks><hyperlink ref="E1" r:id="rId1"/></hyperlinks>'
    const links = ['https://youtu.be/dQw4w9WgXcQ?a=1&b=2']
    const table = only(readTables('a.xlsx', aWorkbook({ strings, sheets: [{ name: 's', rows, after, links }] })))
    const cells = table.rows[0]?.cells ?? []
    assert.deepEqual(
      cells.map((cell) => cell.text),
      ['x.mp4', '', '12', '1.2E19', 'click', '日本\n', 'see'],
    )
    assert.equal(cells[1]?.error, '#DIV/0!')
    assert.deepEqual([cells[4]?.link, cells[6]?.link], [links[0], 'https://vk.com/video-1_2'])
  })

  it('says which sheets are hidden', () => {
    const sheets = [
      { name: 'a', rows: textRow(1, 'x') },
      { name: 'b', rows: '', state: 'veryHidden' as const },
    ]
    assert.deepEqual(
      readTables('a.xlsx', aWorkbook({ sheets })).map(({ hidden }) => hidden),
      [false, true],
    )
  })

  it('that claims to be larger than is read, or lies about it, is refused before it is unpacked', () => {
    const zeros = new Uint8Array(8_000_000)
    const before = process.memoryUsage().arrayBuffers
    const honest = aZip([{ name: 'xl/workbook.xml', bytes: zeros, claimed: 4_000_000_000 }])
    assert.throws(() => readTables('a.xlsx', honest), { code: 'TABLE_TOO_LARGE' })
    const liar = aZip([{ name: 'xl/workbook.xml', bytes: zeros, claimed: 100 }])
    assert.throws(() => readTables('a.xlsx', liar), { code: 'TABLE_UNREADABLE' })
    const many = Array.from({ length: 30 }, (_, i) => ({ name: `xl/${i}.xml`, bytes: zeros }))
    assert.throws(() => readTables('a.xlsx', aZip(many)), { code: 'TABLE_TOO_LARGE' })
    assert.ok(process.memoryUsage().arrayBuffers - before < 100_000_000)
  })

  it('that was damaged, locked, or made to grow is refused', () => {
    const good = aWorkbook({ sheets: [{ name: 's', rows: textRow(1, 'a') }] })
    const cut = good.subarray(0, good.length - 30)
    const old = Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
    const doctype = aZip([{ name: 'xl/workbook.xml', bytes: text('<!DOCTYPE a [<!ENTITY b "c">]><workbook/>') }])
    const far = aWorkbook({ sheets: [{ name: 's', rows: '<row r="99999999"><c><v>1</v></c></row>' }] })
    for (const bytes of [cut, old, doctype, far])
      assert.throws(() => readTables('a.xlsx', bytes), { name: 'IntakeError', code: 'TABLE_UNREADABLE' })
  })

  it('with few cells far apart takes no more room than its cells', () => {
    const rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    const table = only(readTables('a.xlsx', aWorkbook({ sheets: [{ name: 's', rows }] })))
    assert.deepEqual(rowsOf(table), [[1, '1']])
  })
})

describe('a table that is written', () => {
  it('holds no cell that a program would compute', () => {
    const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '|calc', '%0A']
    const csv = new TextDecoder('utf-8', { ignoreBOM: true }).decode(encodeCsv([hostile, ['fine', 'a=b', '1-2']]))
    assert.ok(csv.startsWith("\ufeff'=1+1,'+1,'-1,'@SUM(A1),"))
    const table = only(readTables('a.csv', text(csv)))
    assert.ok(table.rows[0]?.cells.every((cell) => cell.text.startsWith("'")))
    assert.deepEqual(rowsOf(table)[1], [2, 'fine', 'a=b', '1-2'])
  })

  it('is a workbook of texts, whatever stands in it', async () => {
    const rows = [
      ['a', 'b'],
      ['=1+1', 'x\0\u0007\ud800y'],
      ['', '\n'],
    ]
    const [table] = readTables('a.xlsx', await encodeXlsx([{ name: 'Report', rows }]))
    assert.equal(table?.rows[1]?.cells[0]?.text, '=1+1')
    assert.match(table?.rows[1]?.cells[1]?.text ?? '', /^x.?y$/u)
  })
})

describe('days of spreadsheets', () => {
  it('are those of both systems, and no day is claimed where a month is shown', () => {
    assert.equal(dateOfSerial(25_569, 'day', false), '1970-01-01')
    assert.equal(dateOfSerial(24_107, 'day', true), '1970-01-01')
    assert.equal(dateOfSerial(25_568, 'day', false), undefined)
    assert.equal(dateOfSerial(Number.NaN, 'day', false), undefined)
    assert.equal(dateOfSerial(43_525, 'month', false), '2019-03')
  })

  it('are told from other numbers by their format', () => {
    for (const code of ['dd/mm/yyyy', '[$-419]d\\ mmmm\\ yyyy;@', 'yyyy"年"m"月"d"日"'])
      assert.equal(dateStyleOf(code), 'day', code)
    for (const code of ['mmm\\ yy', 'yyyy']) assert.equal(dateStyleOf(code), 'month', code)
    for (const code of ['General', '0.00', '#,##0', '[Red]0', '"d"0', 'h:mm', '@'])
      assert.equal(dateStyleOf(code), undefined, code)
  })
})
