import { stringify } from 'csv-stringify/sync'
import writeXlsxFile, { type Cell, type Sheet } from 'write-excel-file/node'

/** A sheet to be written; the first row names the columns. */
export interface WrittenSheet {
  readonly name: string
  readonly rows: readonly (readonly string[])[]
  /** Widths of the columns, in letters. */
  readonly widths?: readonly number[]
  /** Written from right to left. */
  readonly rightToLeft?: boolean
}

/** A cell of a workbook has room for 32,767 UTF-16 units. Source: Excel specifications and limits. */
const MAX_CELL = 32_000
/** Takes a text for a formula, or for the start of one, in some spreadsheet program. */
const FORMULA = /^[\s]*[=+\-@＝＋－＠|%]|^[\t\r\n]/u

/**
 * A CSV that Excel opens rightly: UTF-8 with byte order mark, CR LF. A cell that a program could take for a formula gets an
 * apostrophe in front, as what stands in a report was written by strangers.
 */
export function encodeCsv(rows: readonly (readonly string[])[], delimiter: ',' | ';' = ','): Uint8Array<ArrayBuffer> {
  const safe = rows.map((row) => row.map((cell) => harmlessCell(cell)))
  // Left to itself, csv-stringify quotes the line end of records alone, and a lone CR or LF would begin a row.
  const text = stringify(safe, { delimiter, record_delimiter: 'windows', quoted_match: /[\r\n]/ })
  return new TextEncoder().encode(`\ufeff${text}`)
}

/** All cells are texts there, so that none is computed. */
export async function encodeXlsx(sheets: readonly WrittenSheet[]): Promise<Uint8Array> {
  const written = sheets.map(({ name, rows, widths = [], rightToLeft = false }): Sheet<never> => {
    const data = rows.map((row, at) => row.map((text): Cell => textCell(text, at === 0)))
    return { sheet: name, data, columns: widths.map((width) => ({ width })), stickyRowsCount: 1, rightToLeft }
  })
  return writeXlsxFile(written).toBuffer()
}

export function harmlessCell(text: string): string {
  const plain = text.replaceAll('\0', '')
  return FORMULA.test(plain) ? `'${plain}` : plain
}

function textCell(text: string, bold: boolean): Cell {
  // XML can hold no other control characters.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const value = text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
  if (value === '') return null
  return { value: value.slice(0, MAX_CELL), type: String, wrap: true, ...(bold ? { fontWeight: 'bold' } : {}) }
}
