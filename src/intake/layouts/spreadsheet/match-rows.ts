import type { Found, WalkedFile } from '../../layout.ts'
import { TABLE_LIMITS } from '../../tables/table.ts'
import type { RowFile } from './bundle-files.ts'
import { type DateRules, orderOfColumn } from './dates.ts'
import type { FileIndex, IndexedFile } from './file-index.ts'
import { finding, type Place, passedOver } from './finding.ts'
import type { Mapping } from './mapping.ts'
import { type Match, matchFiles } from './match-files.ts'
import type { ReadSheets } from './read-sheets.ts'
import { cellsOf, type RowRecord, recordsOf, textOf } from './record.ts'
import { quoted } from './row-document.ts'

/** A row that names files, each exactly one. */
export interface MatchedRow {
  readonly table: WalkedFile
  readonly place: Place
  readonly record: RowRecord
  readonly dates: DateRules
  readonly named: readonly IndexedFile[]
}

export interface MatchedRows {
  readonly rows: readonly MatchedRow[]
  readonly findings: readonly Found[]
  /** Rows that were looked at. */
  readonly count: number
}

export interface MatchContext {
  readonly table: WalkedFile
  readonly mapping: Mapping
  readonly index: FileIndex
  /** True for files that an `.info.json` describes. */
  readonly isDescribed: (file: WalkedFile) => boolean
}

/** Finds the files of every row of the usable sheets of one spreadsheet. */
export function matchRows(sheets: ReadSheets['sheets'], context: MatchContext): MatchedRows {
  const rows: MatchedRow[] = []
  const findings: Found[] = []
  let count = 0
  for (const { table, header } of sheets) {
    const records = header === undefined ? [] : recordsOf(table, header)
    count += records.length
    const dates = dateRules(records, context.mapping, table.epoch1904)
    for (const record of records) {
      const place = { path: context.table.path, sheet: record.sheet, row: record.row }
      const matched = matchRow(record, place, context)
      if ('type' in matched) findings.push(matched)
      else rows.push({ table: context.table, place, record, dates, named: matched.files })
    }
  }
  return { rows, findings, count }
}

function matchRow(
  record: RowRecord,
  place: Place,
  { index, isDescribed }: MatchContext,
): Found | { readonly files: readonly IndexedFile[] } {
  const cell = textOf(record, 'file').slice(0, TABLE_LIMITS.cellLength)
  if (cell === '') {
    const hint = 'Write the name of the file, or leave it: nothing is lost.'
    return finding(place, 'failed', 'ROW_FILE_MISSING', 'the row names no file', { hint, given: textOf(record, 'url') })
  }
  const match = matchFiles(cell, index)
  if (match.kind !== 'found') return unmatched(place, cell, match)
  if (match.files.some(({ file }) => isDescribed(file)))
    return passedOver(place, `the .info.json beside ${quoted(match.files[0]?.name)} describes it already`)
  const usable = match.files.filter(({ kind }) => kind === 'video' || kind === 'audio' || kind === 'image')
  const empty = usable.find(({ file }) => file.size === 0)
  if (empty !== undefined) {
    const hint = 'Restore it from a backup or fetch it again, then add again.'
    return finding(place, 'failed', 'MEDIA_EMPTY', `${quoted(empty.name)} has no bytes`, { hint, given: cell })
  }
  if (usable.length === 0) {
    const hint = 'Name a video, a recording or a picture of a usual kind.'
    const reason = `${quoted(match.files[0]?.name)} is no recording or picture of a kind that is known`
    return finding(place, 'failed', 'ROW_FILE_MISSING', reason, { hint, given: cell })
  }
  return { files: match.files }
}

function unmatched(place: Place, given: string, match: Exclude<Match, { kind: 'found' }>): Found {
  const candidates = match.candidates.slice(0, 20).map(({ relative }) => relative)
  if (match.kind === 'ambiguous') {
    const hint = 'Write the path from the folder of the spreadsheet, such as 2019/001.mp4.'
    const reason = `${quoted(match.word)} may be one of ${match.candidates.length} files`
    return finding(place, 'failed', 'ROW_FILE_AMBIGUOUS', reason, { hint, given, candidates })
  }
  const hint =
    candidates.length > 0
      ? 'If one of the candidates is meant, write its path from the folder of the spreadsheet.'
      : 'Check the name, that the file lies in the folder of the spreadsheet or below it, and that you added that folder.'
  const reason = `no file is called ${quoted(match.word)}`
  return finding(place, 'failed', 'ROW_FILE_MISSING', reason, { hint, given, candidates })
}

/** The mapping's word, else what the other dates of the same sheet tell. */
function dateRules(records: readonly RowRecord[], mapping: Mapping, epoch1904: boolean | undefined): DateRules {
  const serials = mapping.serials === undefined ? epoch1904 : mapping.serials === '1904'
  const texts = records.flatMap((record) => cellsOf(record, 'published').map(({ text }) => text))
  return { order: mapping.dates ?? orderOfColumn(texts), epoch1904: serials }
}

/** The files of a row, each once: those that it names, and those beside them. */
export function filesOf(row: MatchedRow, beside: readonly RowFile[]): readonly RowFile[] {
  return [...row.named.map((at): RowFile => ({ at, named: true })), ...beside]
}
