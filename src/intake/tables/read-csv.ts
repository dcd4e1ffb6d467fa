import { CsvError, type Options, parse } from 'csv-parse/sync'
import { IntakeError } from '../errors.ts'
import { tooManyCells, tooManyRows } from './read-xlsx.ts'
import { type Cell, EMPTY_CELL, isBlank, TABLE_LIMITS, type Table, type TableRow } from './table.ts'

export const SEPARATORS = [',', ';', '\t', '|'] as const
export type Separator = (typeof SEPARATORS)[number]

export interface CsvOptions {
  readonly separator?: Separator
  /** How many cells of a row could be the names of columns; the separator under which one row has most of them is taken. */
  readonly headerScore?: (cells: readonly string[]) => number
  /** Rows after which to stop, for the header alone. */
  readonly maxRows?: number
}

/** In UTF-16 units. */
const SAMPLE = 65_536
const SAMPLE_ROWS = 40

/**
 * Reads separated values: quotes may hold separators and line ends; stray quotes are taken as they are. A first line
 * `sep=;`, Excel's own way of naming the separator, is obeyed.
 *
 * @throws {IntakeError} `TABLE_MALFORMED`, `TABLE_TOO_LARGE`.
 */
export function readCsv(text: string, options: CsvOptions = {}): Table {
  const [line = '', named = ''] = /^\ufeff?"?sep=([,;|\t])"?\r?\n/i.exec(text) ?? []
  const body = text.slice(line.length)
  const separator = options.separator ?? SEPARATORS.find((one) => one === named) ?? tellSeparator(body, options)
  if (countsMore(body, separator, TABLE_LIMITS.separators)) throw tooManyCells()
  const skipped = line === '' ? 0 : 1
  const rows: TableRow[] = []
  let number = skipped
  let kept = 0
  const wanted = options.maxRows ?? Number.POSITIVE_INFINITY
  readRecords(body, separator, Math.min(wanted, TABLE_LIMITS.rows + 1), (record) => {
    number += 1
    const cells = record.slice(0, TABLE_LIMITS.columns).map(cellOf)
    kept += cells.length
    if (kept > TABLE_LIMITS.cells) throw tooManyCells()
    if (!isBlank(cells)) rows.push({ number, cells })
  })
  if (number - skipped > TABLE_LIMITS.rows) throw tooManyRows()
  return { sheet: undefined, hidden: false, rows, epoch1904: undefined }
}

/** Asked before anything is parsed: one row may hold them all, and each may begin a cell, which takes many times its byte. */
function countsMore(text: string, separator: Separator, most: number): boolean {
  let count = 0
  for (let at = text.indexOf(separator); at !== -1 && count <= most; at = text.indexOf(separator, at + 1)) count += 1
  return count > most
}

function cellOf(text: string): Cell {
  return text === '' ? EMPTY_CELL : { text: text.slice(0, TABLE_LIMITS.cellLength) }
}

/**
 * Hands records over one by one, so that the parser keeps none.
 *
 * @param count - records after which to stop; what lies behind is not looked at.
 */
function readRecords(text: string, delimiter: Separator, count: number, onRecord: (record: string[]) => void): void {
  const options: Options = {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    to: count,
    on_record: (record: unknown) => {
      if (isRecord(record)) onRecord(record)
      return null
    },
  }
  try {
    parse(text, options)
  } catch (error) {
    if (error instanceof CsvError) throw malformed(error)
    throw error
  }
}

function isRecord(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((cell) => typeof cell === 'string')
}

/** First by the names of columns that a separator uncovers, then by how even it makes the rows. */
function tellSeparator(text: string, { headerScore = () => 0 }: CsvOptions): Separator {
  const sample = wholeLines(text)
  const ranked = SEPARATORS.map((separator) => {
    const records = sampleRecords(sample, separator)
    const names = Math.max(0, ...records.map((record) => headerScore(record)))
    return { separator, names, evenness: evennessOf(records) }
  })
  const best = ranked.reduce((a, b) => (b.names > a.names || (b.names === a.names && b.evenness > a.evenness) ? b : a))
  return best.separator
}

function wholeLines(text: string): string {
  if (text.length <= SAMPLE) return text
  return text.slice(0, Math.max(text.lastIndexOf('\n', SAMPLE), 1))
}

/** The sample may end within quotes, or be malformed under this separator: then there is less to judge by. */
function sampleRecords(sample: string, separator: Separator): readonly string[][] {
  const records: string[][] = []
  try {
    readRecords(sample, separator, SAMPLE_ROWS, (record) => records.push(record))
  } catch (error) {
    if (!(error instanceof IntakeError)) throw error
  }
  return records
}

/** Share of rows that have the commonest number of cells, where that is more than one. */
function evennessOf(records: readonly string[][]): number {
  const counts = new Map<number, number>()
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1)
  const rows = Math.max(0, ...[...counts].filter(([length]) => length > 1).map(([, count]) => count))
  return rows / Math.max(1, records.length)
}

function malformed(error: CsvError): IntakeError {
  const line = 'lines' in error && typeof error['lines'] === 'number' ? ` near line ${error['lines']}` : ''
  const hint = 'Look for a quotation mark without its partner, or save the table as .xlsx.'
  return new IntakeError('TABLE_MALFORMED', `it is no table of separated values${line} (${error.code})`, { hint })
}
