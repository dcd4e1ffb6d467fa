import { IntakeError } from '../errors.ts'
import { dateStyles } from './excel-dates.ts'
import { fillMerges } from './fill-merges.ts'
import { readSheet, unescapeUnits } from './sheet.ts'
import { isBlank, TABLE_LIMITS, type Table } from './table.ts'
import { linkTargets, readWorkbook } from './workbook.ts'
import { readXml } from './xml.ts'
import { unzip } from './zip.ts'

/** Begins what old `.xls` files and encrypted workbooks are packed in. Source: [MS-CFB] 2.2. */
const COMPOUND_FILE = [0xd0, 0xcf, 0x11, 0xe0]

/**
 * Reads every sheet of a workbook: values as they were last computed, dates by their format, merged cells filled, links.
 *
 * @param options.maxRows - rows a sheet after which to stop, for the header alone.
 * @throws {IntakeError} `TABLE_UNREADABLE`, `TABLE_TOO_LARGE`.
 */
export function readXlsx(bytes: Uint8Array, { maxRows }: { readonly maxRows?: number } = {}): readonly Table[] {
  if (COMPOUND_FILE.every((byte, i) => bytes[i] === byte)) throw oldOrLocked()
  const limits = { entryBytes: TABLE_LIMITS.partBytes, totalBytes: TABLE_LIMITS.unpackedBytes }
  const parts = unzip(bytes, (name) => /\.(xml|rels)$/i.test(name), limits)
  const part = (path: string): string | undefined => {
    const found = parts.get(path)
    return found === undefined ? undefined : decode(found)
  }
  const { epoch1904, sheets, stringsPath, stylesPath } = readWorkbook(part)
  const strings = sharedStrings(part(stringsPath) ?? '')
  const styles = dateStyles(part(stylesPath) ?? '')
  let cells = 0
  const spend = (more: number): void => {
    cells += more
    if (cells > TABLE_LIMITS.cells) throw tooManyCells()
  }
  return sheets.map(({ name, hidden, path }): Table => {
    const context = { strings, dateStyles: styles, epoch1904, links: linkTargets(part, path), spend }
    const sheet = readSheet(part(path) ?? '', context, maxRows)
    if (sheet.rows.size > TABLE_LIMITS.rows) throw tooManyRows()
    for (const [number, row] of sheet.rows) if (isBlank(row)) sheet.rows.delete(number)
    fillMerges(sheet, spend)
    const rows = [...sheet.rows].sort(([a], [b]) => a - b).map(([number, row]) => ({ number, cells: row }))
    return { sheet: name, hidden, rows, epoch1904 }
  })
}

function decode(bytes: Uint8Array): string {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

/** Texts that cells refer to by number; runs of different looks are joined, readings of signs left out. */
function sharedStrings(xml: string): readonly string[] {
  const strings: string[] = []
  let text = ''
  let taking = false
  let phonetic = false
  readXml(xml, {
    open(name) {
      if (name === 'si') text = ''
      if (name === 'rPh') phonetic = true
      if (name === 't') taking = !phonetic
    },
    close(name) {
      if (name === 't') taking = false
      if (name === 'rPh') phonetic = false
      if (name === 'si') strings.push(unescapeUnits(text).slice(0, TABLE_LIMITS.cellLength))
    },
    text(more) {
      if (taking) text += more
    },
  })
  return strings
}

export function tooManyRows(): IntakeError {
  const hint = 'Split it into several spreadsheets, each in the folder of its files.'
  return new IntakeError('TABLE_TOO_LARGE', `it has more than ${TABLE_LIMITS.rows} rows`, { hint })
}

export function tooManyCells(): IntakeError {
  const hint = 'Split it into several spreadsheets, or delete merged cells and columns that nobody needs.'
  return new IntakeError('TABLE_TOO_LARGE', `it has more than ${TABLE_LIMITS.cells} cells`, { hint })
}

function oldOrLocked(): IntakeError {
  const hint = 'Open it in a spreadsheet program and save it as .xlsx without a password, or as CSV (UTF-8).'
  return new IntakeError('TABLE_UNREADABLE', 'it is an old .xls file, or one that is locked by a password', { hint })
}
