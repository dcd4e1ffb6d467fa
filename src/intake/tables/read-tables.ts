import { decodeTable, type TableEncoding } from './encoding.ts'
import { type CsvOptions, readCsv } from './read-csv.ts'
import { readXlsx } from './read-xlsx.ts'
import type { Table } from './table.ts'

export interface ReadTablesOptions extends CsvOptions {
  readonly encoding?: TableEncoding
}

export const TABLE_ENDINGS = ['.csv', '.tsv', '.xlsx', '.xlsm'] as const

/** True for the name of a file that may hold a table; what spreadsheet programs put beside an open one is none. */
export function isTableName(name: string): boolean {
  const lower = name.toLowerCase()
  return TABLE_ENDINGS.some((ending) => lower.endsWith(ending)) && !name.startsWith('~$') && !name.startsWith('.')
}

/**
 * Reads all tables of a file: the sheets of a workbook, or the one table of a text file.
 *
 * @throws {IntakeError} `TABLE_UNREADABLE`, `TABLE_TOO_LARGE`, `TABLE_ENCODING_UNKNOWN`, `TABLE_MALFORMED`.
 */
export function readTables(name: string, bytes: Uint8Array, options: ReadTablesOptions = {}): readonly Table[] {
  const isWorkbook = /\.xls[xm]$/i.test(name) || (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3)
  if (isWorkbook) return readXlsx(bytes, options.maxRows === undefined ? {} : { maxRows: options.maxRows })
  return [readCsv(decodeTable(bytes, options.encoding), options)]
}
