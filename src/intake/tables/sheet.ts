import { IntakeError } from '../errors.ts'
import { type DateStyle, dateOfSerial } from './excel-dates.ts'
import { type Cell, EMPTY_CELL, TABLE_LIMITS } from './table.ts'
import { readXml } from './xml.ts'

export interface SheetContext {
  readonly strings: readonly string[]
  /** For each cell style, what date it shows. */
  readonly dateStyles: readonly DateStyle[]
  readonly epoch1904: boolean
  /** Addresses of links by relationship id. */
  readonly links: ReadonlyMap<string, string>
  /** Counts the cells of the whole workbook. @throws {IntakeError} `TABLE_TOO_LARGE`. */
  readonly spend: (cells: number) => void
}

/** A range as the program writes it, from 1 for rows and from 0 for columns, ends included. */
export interface Range {
  readonly firstRow: number
  readonly lastRow: number
  readonly firstColumn: number
  readonly lastColumn: number
}

/** A sheet as it stands in its part, before merged cells are filled. */
export interface RawSheet {
  /** By row number, in order; rows without cells are absent. */
  readonly rows: Map<number, Cell[]>
  readonly merges: readonly Range[]
  readonly links: readonly { readonly range: Range; readonly target: string }[]
}

const HYPERLINK = /^\s*HYPERLINK\(\s*"([^"]+)"/i
const MAX_ROW = 1_048_576

/** @param maxRows - rows after which reading ends, for whoever wants the header alone. */
export function readSheet(xml: string, context: SheetContext, maxRows: number = TABLE_LIMITS.rows + 1): RawSheet {
  const reader = new SheetReader(context)
  readXml(xml, {
    open: (name, attribute) => reader.open(name, attribute),
    close: (name) => reader.close(name),
    text: (text) => reader.text(text),
    done: () => reader.rows.size >= maxRows,
  })
  return { rows: reader.rows, merges: reader.merges, links: reader.links }
}

type Attribute = (name: string) => string | undefined

class SheetReader {
  readonly rows = new Map<number, Cell[]>()
  readonly merges: Range[] = []
  readonly links: { range: Range; target: string }[] = []
  readonly #context: SheetContext
  #row = 0
  #column = -1
  #type = ''
  #dateStyle: DateStyle
  #value = ''
  #formula = ''
  #into: 'value' | 'formula' | undefined
  /** Readings beside Japanese and Chinese signs, which are no part of the text. */
  #phonetic = false

  constructor(context: SheetContext) {
    this.#context = context
  }

  open(name: string, attribute: Attribute): void {
    if (name === 'row') this.#beginRow(attribute('r'))
    else if (name === 'c') this.#beginCell(attribute)
    else if (name === 'v' || name === 't') this.#into = this.#phonetic ? undefined : 'value'
    else if (name === 'f') this.#into = 'formula'
    else if (name === 'rPh') this.#phonetic = true
    else if (name === 'mergeCell') this.#merge(attribute)
    else if (name === 'hyperlink') this.#link(attribute)
  }

  text(text: string): void {
    if (this.#into === 'formula') this.#formula += text
    else if (this.#into === 'value') this.#value += text
  }

  close(name: string): void {
    if (name === 'v' || name === 't' || name === 'f') this.#into = undefined
    else if (name === 'rPh') this.#phonetic = false
    else if (name === 'c') this.#endCell()
  }

  #beginRow(number: string | undefined): void {
    this.#row = number === undefined ? this.#row + 1 : Number(number)
    if (!Number.isInteger(this.#row) || this.#row < 1 || this.#row > MAX_ROW) throw malformed()
    this.#column = -1
  }

  #beginCell(attribute: Attribute): void {
    const reference = attribute('r')
    const at = reference === undefined ? undefined : cellAt(reference)
    this.#column = at?.column ?? this.#column + 1
    this.#type = attribute('t') ?? 'n'
    this.#dateStyle = this.#context.dateStyles[Number(attribute('s') ?? 0)]
    this.#value = ''
    this.#formula = ''
  }

  #endCell(): void {
    const cell = this.#cell()
    if (cell === undefined || this.#column >= TABLE_LIMITS.columns) return
    if (this.#row === 0) throw malformed()
    const cells = this.rows.get(this.#row) ?? []
    this.#context.spend(Math.max(1, this.#column + 1 - cells.length))
    while (cells.length < this.#column) cells.push(EMPTY_CELL)
    cells[this.#column] = cell
    this.rows.set(this.#row, cells)
  }

  #cell(): Cell | undefined {
    const link = HYPERLINK.exec(this.#formula)?.[1]
    const cell = this.#plainCell()
    return link === undefined ? cell : { ...(cell ?? EMPTY_CELL), link }
  }

  #plainCell(): Cell | undefined {
    const value = this.#value
    if (this.#type === 'e') return { text: '', error: value }
    if (this.#type === 's') return textCell(this.#context.strings[Number(value)] ?? '')
    if (this.#type === 'b') return { text: value === '1' ? 'TRUE' : 'FALSE' }
    if (this.#type === 'd') return textCell(value.slice(0, 10))
    if (this.#type !== 'n' || value === '') return textCell(unescapeUnits(value))
    const number = Number(value)
    const { epoch1904 } = this.#context
    const date = this.#dateStyle && dateOfSerial(number, this.#dateStyle, epoch1904)
    if (date !== undefined) return { text: date }
    return { text: Number.isSafeInteger(number) ? String(number) : value, serial: number }
  }

  #merge(attribute: Attribute): void {
    this.#context.spend(1)
    this.merges.push(...rangeOf(attribute('ref')))
  }

  #link(attribute: Attribute): void {
    this.#context.spend(1)
    const target = this.#context.links.get(attribute('id') ?? '')
    if (target === undefined) return
    for (const range of rangeOf(attribute('ref'))) this.links.push({ range, target })
  }
}

function textCell(text: string): Cell | undefined {
  return text === '' ? undefined : { text: text.slice(0, TABLE_LIMITS.cellLength) }
}

/** Characters that XML cannot hold stand as `_x000D_`. Source: ECMA-376 part 1, 22.9.2.19 (ST_Xstring). */
export function unescapeUnits(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(/_x([0-9a-f]{4})_/gi, (_, hex) => String.fromCharCode(Number.parseInt(String(hex), 16)))
}

function rangeOf(reference: string | undefined): Range[] {
  const [first = '', last = first] = (reference ?? '').split(':')
  const [from, to] = [cellAt(first), cellAt(last)]
  if (from === undefined || to === undefined) return []
  return [{ firstRow: from.row, lastRow: to.row, firstColumn: from.column, lastColumn: to.column }]
}

function cellAt(reference: string): { readonly row: number; readonly column: number } | undefined {
  const [, letters = '', digits = ''] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/i.exec(reference) ?? []
  if (letters === '') return undefined
  const column = [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
  return { row: Number(digits), column }
}

function malformed(): IntakeError {
  const hint = 'Open it in a spreadsheet program and save it anew as .xlsx, or as CSV (UTF-8).'
  return new IntakeError('TABLE_UNREADABLE', 'a sheet of the workbook numbers its rows in a way that cannot be', {
    hint,
  })
}
