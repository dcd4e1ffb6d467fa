import type { OnEvent, PipelineEvent } from '../pipeline/events.ts'
import type { SpreadsheetKind } from './new-file.ts'

type Told = Extract<PipelineEvent, { readonly type: 'problem' }>

/** Collects what `add` could not use, for a person to work through in a spreadsheet. */
export interface RowReport {
  /** Passes every event on, and keeps the problems. */
  readonly listen: OnEvent
  /** The whole report as a file. */
  encode(kind: SpreadsheetKind): Promise<Uint8Array>
}

const HEADER = [
  'Spreadsheet or file',
  'Sheet',
  'Row',
  'Kind',
  'Code',
  'What',
  'What to do',
  'Stands in the row',
  'Candidates',
]
const WIDTHS = [36, 14, 7, 9, 24, 48, 48, 30, 40]
/** A report of more is worked through in pieces. */
const MAX_ROWS = 200_000

export function rowReport(onEvent: OnEvent): RowReport {
  const told: Told[] = []
  return {
    listen(event) {
      if (event.type === 'problem' && told.length < MAX_ROWS) told.push(event)
      onEvent(event)
    },
    async encode(kind) {
      const { encodeCsv, encodeXlsx } = await import('../intake/tables/write-table.ts')
      const rows = [HEADER, ...inOrder(told).map(rowOf)]
      return kind === 'csv' ? encodeCsv(rows) : encodeXlsx([{ name: 'Report', rows, widths: WIDTHS }])
    },
  }
}

/** Sheet by sheet as they came, and each from its first row to its last: whoever mends a table goes through it once. */
function inOrder(told: readonly Told[]): readonly Told[] {
  const sheets = Map.groupBy(told, ({ problem, row }) => JSON.stringify([problem.path, row?.sheet]))
  return [...sheets.values()].flatMap((sheet) => sheet.sort((a, b) => (a.row?.row ?? 0) - (b.row?.row ?? 0)))
}

function rowOf({ problem, row }: Told): readonly string[] {
  const { path = '', code, message, hint = '' } = problem
  const given = row?.given ?? ''
  const candidates = row?.candidates ?? []
  return [
    path,
    row?.sheet ?? '',
    row?.row === undefined ? '' : String(row.row),
    row?.outcome === 'warning' ? 'warning' : 'problem',
    code,
    row?.reason ?? message,
    hint,
    given,
    candidates.join('\n'),
  ]
}
