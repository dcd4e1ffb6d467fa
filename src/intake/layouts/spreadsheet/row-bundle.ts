import type { Found, FoundBundle } from '../../layout.ts'
import { bundleFiles, type RowFile } from './bundle-files.ts'
import { FIELDS } from './fields.ts'
import { finding } from './finding.ts'
import { filesOf } from './match-rows.ts'
import { cellsOf, textOf } from './record.ts'
import { readRow } from './row-document.ts'
import type { SettledRow } from './settle-rows.ts'

/** In UTF-16 units; a hostile cell is not worth a row of the catalogue. */
const MAX_GIVEN = 1_000_000

/** Makes the bundle of one row. What could not be used of it is told before the bundle. */
export async function* rowBundle(row: SettledRow, beside: readonly RowFile[]): AsyncGenerator<Found, void, undefined> {
  const findings: Found[] = []
  const given = textOf(row.record, 'file')
  const { document, access, spoken } = readRow(row.record, row.dates, (code, reason, hint) => {
    findings.push(finding(row.place, 'warning', code, reason, { hint, given }))
  })
  yield* findings
  const bundle: FoundBundle = {
    layout: 'spreadsheet',
    sourcePath: row.table.path,
    sourceRow: {
      key: row.key,
      weakerKeys: row.weakerKeys,
      row: row.record.row,
      ...(row.record.sheet === undefined ? {} : { sheet: row.record.sheet }),
    },
    document,
    access,
    files: await bundleFiles(filesOf(row, beside), spoken),
    asGiven: asGiven(row),
    warnings: [],
  }
  yield { type: 'bundle', bundle }
}

/** Words exactly as they stand in the row, private ones too: for the private catalogue only. */
function asGiven({ record }: SettledRow): Readonly<Record<string, string>> {
  const words = FIELDS.flatMap((field): [string, string][] => {
    const texts = cellsOf(record, field).flatMap(({ text, link }) => [text, link ?? ''].filter((word) => word !== ''))
    const text = texts.join('\n')
    return text === '' || text.length > MAX_GIVEN ? [] : [[field, text]]
  })
  return Object.fromEntries(words)
}
