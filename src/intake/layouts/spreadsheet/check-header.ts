import type { Found } from '../../layout.ts'
import { fieldOfHeader, isSomeDate } from './fields.ts'
import { finding, type Place, passedOver } from './finding.ts'
import { type Header, likelyHeader } from './header-row.ts'
import { type ProposedColumn, renderMapping } from './mapping.ts'
import type { ReadSheets } from './read-sheets.ts'
import { quoted } from './row-document.ts'

/** Says of each sheet why it is not read, and of each column what is not known of it. `usable` are those to read. */
export interface CheckedSheets {
  readonly usable: readonly ReadSheets['sheets'][number][]
  readonly findings: readonly Found[]
}

/** @param mappingPath - where the mapping stands by now; undefined in a dry run without one. */
export function checkHeaders(path: string, { sheets }: ReadSheets, mappingPath: string | undefined): CheckedSheets {
  const cure = cureOf(mappingPath)
  const findings: Found[] = []
  const hopeful = sheets.some(({ table, header }) => !table.hidden && header !== undefined)
  const usable = sheets.filter(({ table, header }) => {
    const place: Place = { path, sheet: table.sheet }
    if (table.rows.length === 0) return false
    if (table.hidden) findings.push(passedOver(place, 'it is hidden'))
    else if (header === undefined && hopeful) findings.push(passedOver(place, 'it has no row that names columns'))
    else if (header === undefined)
      findings.push(finding(place, 'failed', 'HEADER_MISSING', 'no row names columns that are known', { hint: cure }))
    else return isUsable(place, header, { cure, mappingPath }, findings)
    return false
  })
  return { usable, findings }
}

interface Cures {
  readonly cure: string
  readonly mappingPath: string | undefined
}

function isUsable(place: Place, header: Header, { cure, mappingPath }: Cures, findings: Found[]): boolean {
  const at = { ...place, row: header.row.number }
  for (const { field, headers } of header.ambiguous) {
    const reason = `several columns could be the ${field}: ${headers.map(quoted).join(', ')}`
    findings.push(finding(at, 'failed', 'HEADER_AMBIGUOUS', reason, { hint: cure }))
  }
  for (const name of header.unknown) {
    const why = isSomeDate(name) ? 'it may be the day of publication or of recording' : 'it is not known what it means'
    const reason = `the column ${quoted(name)} is not used: ${why}`
    findings.push(finding(at, 'warning', 'HEADER_UNKNOWN', reason, { hint: cureOfColumn(name, mappingPath) }))
  }
  const hasFile = header.columns.some(({ field }) => field === 'file')
  if (!hasFile) findings.push(finding(at, 'failed', 'HEADER_MISSING', 'no column says which file', { hint: cure }))
  return hasFile && header.ambiguous.length === 0
}

function cureOf(mappingPath: string | undefined): string {
  return mappingPath === undefined
    ? 'Say in a mapping what each column is (--mapping FILE; `add` without --dry-run writes one to begin with).'
    : `Say in ${mappingPath} what each column is, then add again.`
}

/** A mapping that was written before the column came has no line for it. */
function cureOfColumn(name: string, mappingPath: string | undefined): string {
  if (mappingPath === undefined) return cureOf(undefined)
  const [field, other] = isSomeDate(name) ? ['published', '"recorded"'] : ['note', 'another field']
  const line = `${quoted(name)} = "${field}"`
  return `If it matters, let its line below [columns] in ${mappingPath} be ${line} (or ${other}), then add again.`
}

/** The text of a first mapping: what was understood and what was not. */
export function firstMapping(name: string, { sheets }: ReadSheets): string {
  const hopeful = sheets.some(({ table, header }) => !table.hidden && header !== undefined)
  const columns = sheets.flatMap(({ table, header }): ProposedColumn[] => {
    // Beside a sheet that is understood, another is likelier a list of telephone numbers than a table with unknown names.
    if (table.hidden || (header === undefined && hopeful)) return []
    if (header === undefined)
      return likelyHeader(table).map((text) => ({ header: text.trim(), use: fieldOfHeader(text) ?? '' }))
    const undecided = new Set(header.ambiguous.flatMap(({ headers }) => headers))
    const known = header.columns.map((column) => {
      const text = column.header.trim()
      return { header: text, use: useOf(column), undecided: undecided.has(text) }
    })
    return [...known, ...header.unknown.map((text) => ({ header: text, use: '' }))]
  })
  return renderMapping(name, columns)
}

function useOf({ field, language }: Header['columns'][number]): string {
  return language === undefined ? field : `${field}:${language}`
}
