import type { Cell, Table, TableRow } from '../../tables/table.ts'
import type { Field } from './fields.ts'
import { type Column, type Header, repeatsHeader } from './header-row.ts'

/** One row, by what its columns are for. */
export interface RowRecord {
  readonly sheet: string | undefined
  /** As the spreadsheet program numbers it. */
  readonly row: number
  readonly cells: ReadonlyMap<Column, Cell>
}

/** Begins a row that is for people and not for us: no name of a file can hold it. */
export const COMMENT = '//'

/** The rows below the names of the columns, without empty ones, repeated names and comments. */
export function recordsOf(table: Table, header: Header): readonly RowRecord[] {
  return table.rows.flatMap((row) => {
    if (row.number <= header.row.number || isComment(row) || repeatsHeader(row, header)) return []
    const cells = new Map<Column, Cell>()
    for (const column of header.columns) {
      const cell = row.cells[column.index]
      if (cell !== undefined && (cell.text.trim() !== '' || cell.link !== undefined || cell.error !== undefined))
        cells.set(column, cell)
    }
    return cells.size === 0 ? [] : [{ sheet: table.sheet, row: row.number, cells }]
  })
}

function isComment(row: TableRow): boolean {
  return (
    row.cells
      .find(({ text }) => text.trim() !== '')
      ?.text.trimStart()
      .startsWith(COMMENT) === true
  )
}

/** What stands in all columns of a field, one line each. */
export function textOf(record: RowRecord, field: Field): string {
  return cellsOf(record, field)
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join('\n')
}

export function cellsOf(record: RowRecord, field: Field): readonly Cell[] {
  return [...record.cells].flatMap(([column, cell]) => (column.field === field ? [cell] : []))
}
