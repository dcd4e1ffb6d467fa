import type { Table, TableRow } from '../../tables/table.ts'
import { type Field, fieldOfHeader, foldHeader, REPEATABLE } from './fields.ts'
import type { ColumnUse, Mapping } from './mapping.ts'

export interface Column extends ColumnUse {
  /** From 0. */
  readonly index: number
  readonly header: string
}

export interface Header {
  readonly row: TableRow
  readonly columns: readonly Column[]
  /** Names that nothing is known of. */
  readonly unknown: readonly string[]
  /** Fields that several columns claim and that only one can have. */
  readonly ambiguous: readonly { readonly field: Field; readonly headers: readonly string[] }[]
}

/** Titles and empty rows may stand above the names of the columns, but not more of them than this. */
const LOOKED_AT = 30
/** In UTF-16 units; what is longer names no column. */
const MAX_NAME = 200

/** How many different fields the cells of a row name. */
export function headerScore(cells: readonly string[], mapping: Mapping): number {
  const uses = cells.map((cell) => useOf(cell, mapping)).filter((use) => use !== undefined)
  return new Set(uses.map(({ field, language }) => `${field}:${language ?? ''}`)).size
}

/**
 * Finds the row that names the columns: the one that names most fields. One field is enough only if it is all that stands in
 * its row and says the file, because a word like "Link" may stand anywhere.
 *
 * @returns undefined where no row names columns.
 */
export function findHeader(table: Table, mapping: Mapping): Header | undefined {
  let best: TableRow | undefined
  let most = 0
  for (const row of table.rows.slice(0, LOOKED_AT)) {
    const score = headerScore(textsOf(row), mapping)
    if (score > most) [best, most] = [row, score]
  }
  if (best === undefined) return undefined
  const header = readHeader(best, mapping)
  const alone = new Set(textsOf(best).filter((text) => text.trim() !== '')).size === 1
  return most > 1 || (alone && header.columns.some(({ field }) => field === 'file')) ? header : undefined
}

/** The first row that could name columns though not one name is known; for a mapping to begin with. */
export function likelyHeader(table: Table): readonly string[] {
  const row = table.rows.slice(0, LOOKED_AT).find((one) => {
    const texts = textsOf(one).filter((text) => text.trim() !== '')
    return texts.length > 1 && new Set(texts).size === texts.length && texts.every((text) => text.length <= MAX_NAME)
  })
  return row === undefined ? [] : textsOf(row).filter((text) => text.trim() !== '')
}

/** True for a row that repeats the names of the columns, as printed tables do on each page. */
export function repeatsHeader(row: TableRow, { row: header, columns }: Header): boolean {
  if (row.number === header.number || columns.length < 2) return false
  return columns.every(({ index, header: name }) => foldHeader(row.cells[index]?.text ?? '') === foldHeader(name))
}

function readHeader(row: TableRow, mapping: Mapping): Header {
  const columns: Column[] = []
  const unknown: string[] = []
  for (const [index, header] of textsOf(row).entries()) {
    const use = useOf(header, mapping)
    if (use !== undefined) columns.push({ ...use, index, header })
    else if (header.trim() !== '' && !mapping.columns.has(foldHeader(header))) unknown.push(header.trim())
  }
  return { row, columns, unknown: [...new Set(unknown)], ambiguous: ambiguousIn(columns, mapping) }
}

/** Several columns for one field are fine where a person said so and they can be joined. */
function ambiguousIn(columns: readonly Column[], mapping: Mapping): Header['ambiguous'] {
  const byField = Map.groupBy(columns, ({ field, language }) => `${field}:${language ?? ''}`)
  return [...byField.values()].flatMap((same) => {
    const [first] = same
    const mapped = same.every(({ header }) => mapping.columns.has(foldHeader(header)))
    if (first === undefined || same.length < 2 || (mapped && REPEATABLE.has(first.field))) return []
    return [{ field: first.field, headers: same.map(({ header }) => header.trim()) }]
  })
}

function useOf(header: string, mapping: Mapping): ColumnUse | undefined {
  if (header.trim() === '' || header.length > MAX_NAME) return undefined
  const folded = foldHeader(header)
  if (mapping.columns.has(folded)) return mapping.columns.get(folded)
  const field = fieldOfHeader(header)
  return field === undefined ? undefined : { field }
}

function textsOf(row: TableRow): string[] {
  return row.cells.map(({ text }) => text)
}
