/** One cell as a person sees it, reduced to text. */
export interface Cell {
  /** What stands there; empty for a cell that holds an error. Dates that the program knows as such are `YYYY-MM-DD` or `YYYY-MM`. */
  readonly text: string
  /** Where the cell leads, for one that is a link. */
  readonly link?: string
  /** The spreadsheet's word for what went wrong, such as `#REF!`. */
  readonly error?: string
  /** A plain number of a workbook: as a date, days since the epoch of {@link Table.epoch1904}. */
  readonly serial?: number
}

export interface TableRow {
  /** As the spreadsheet program numbers it, from 1. */
  readonly number: number
  /** By column, from 0; short rows have fewer. */
  readonly cells: readonly Cell[]
}

/** One sheet, or the whole of a text file. */
export interface Table {
  /** Name of the sheet; undefined for a text file, which has none. */
  readonly sheet: string | undefined
  /** A sheet that its author does not show. */
  readonly hidden: boolean
  /** Rows that have at least one cell with content, in order. */
  readonly rows: readonly TableRow[]
  /** True when the workbook counts days from 1904, false from 1900; undefined for text, which does not say. */
  readonly epoch1904: boolean | undefined
}

export const EMPTY_CELL: Cell = { text: '' }

/** True for a row in which nothing stands. */
export function isBlank(cells: readonly Cell[]): boolean {
  return cells.every(({ text, link, error }) => text.trim() === '' && link === undefined && error === undefined)
}

/** Bounds of what is read; beyond them a table is refused, before it fills the memory. */
export const TABLE_LIMITS = {
  /** A CSV of 200,000 rows with a description each has some 60 MB. */
  fileBytes: 67_108_864,
  rows: 200_000,
  columns: 256,
  /** Of all sheets together, with the empty ones before others and those that merged cells and links fill: a few bytes can ask for many. */
  cells: 4_000_000,
  /** Of a text; more than one byte in four is none, though descriptions hold commas, too. */
  separators: 16_000_000,
  /** Of one sheet of a workbook, unpacked. */
  partBytes: 100_663_296,
  /** Of all that is unpacked of one workbook. */
  unpackedBytes: 167_772_160,
  /** In UTF-16 units. Nothing published may be as long; what is cut is told by whoever uses the text. */
  cellLength: 500_000,
} as const
