import { createHash } from 'node:crypto'
import type { Found, WalkedFile } from '../../layout.ts'
import { finding, passedOver } from './finding.ts'
import type { MatchedRow } from './match-rows.ts'
import { cellsOf, textOf } from './record.ts'
import { quoted } from './row-document.ts'
import { readUrls } from './urls.ts'

/** A row that is one bundle, with what tells it from all others of its spreadsheet. */
export interface SettledRow extends MatchedRow {
  readonly key: string
  /** What its key would be with less in the row; see {@link SourceRow}. */
  readonly weakerKeys: readonly string[]
}

export interface Settled {
  readonly rows: readonly SettledRow[]
  /** Files of rows that were refused here. */
  readonly refused: readonly WalkedFile[]
  readonly findings: readonly Found[]
}

/**
 * Makes sure that no file and no id is claimed twice. Rows that say the same of the same files are one; rows that say different
 * things of one file are refused together, since a program cannot know which is right.
 *
 * @param rows - of all spreadsheets of one directory.
 */
export function settleRows(rows: readonly MatchedRow[]): Settled {
  const findings: Found[] = []
  const single = withoutCopies(rows, findings)
  const disputed = disputedFiles(single, findings)
  const undisputed = single.filter((row) => !disputed.has(row))
  const urls = countUrls(single)
  const keyed = undisputed.map((row): SettledRow => settle(row, urls))
  const byKey = Map.groupBy(keyed, ({ table, key }) => `${table.path}\0${key}`)
  const settled = keyed.filter(({ table, key, place }) => {
    const same = byKey.get(`${table.path}\0${key}`) ?? []
    if (same.length < 2) return true
    const others = someOf(same, (other) => other.place !== place).map((other) => `row ${other.record.row}`)
    const hint = 'Give each row an id of its own.'
    const reason = `its id is also that of ${others.join(', ')}`
    findings.push(finding(place, 'failed', 'ROW_KEY_TWICE', reason, { hint, given: key.slice(key.indexOf(':') + 1) }))
    return false
  })
  const kept = new Set<MatchedRow['place']>(settled.map(({ place }) => place))
  const refused = single.filter(({ place }) => !kept.has(place))
  return { rows: settled, refused: refused.flatMap(({ named }) => named.map(({ file }) => file)), findings }
}

/** Hash of what a person wrote, whatever the place of its row or column; the words themselves of all rows would fill much memory. */
function wordsOf({ record, named }: MatchedRow): string {
  const words = [...record.cells].map(([{ field, language }, { text, link }]) => [
    field,
    language ?? '',
    text,
    link ?? '',
  ])
  const said = JSON.stringify([words.map(String).sort(), named.map(({ file }) => file.path).sort()])
  return createHash('sha256').update(said).digest('base64')
}

function withoutCopies(rows: readonly MatchedRow[], findings: Found[]): readonly MatchedRow[] {
  const seen = new Map<string, MatchedRow>()
  return rows.filter((row) => {
    const words = wordsOf(row)
    const first = seen.get(words)
    if (first === undefined) {
      seen.set(words, row)
      return true
    }
    const where = first.table === row.table ? '' : ` of ${first.table.relative}`
    findings.push(passedOver(row.place, `the row says the same as row ${first.record.row}${where}`))
    return false
  })
}

function disputedFiles(rows: readonly MatchedRow[], findings: Found[]): ReadonlySet<MatchedRow> {
  const claims = new Map<WalkedFile, MatchedRow[]>()
  for (const row of rows) {
    for (const { file } of new Set(row.named)) {
      const same = claims.get(file)
      if (same === undefined) claims.set(file, [row])
      else same.push(row)
    }
  }
  const disputed = new Set<MatchedRow>()
  for (const row of rows) {
    const file = row.named.find((one) => (claims.get(one.file)?.length ?? 0) > 1)
    if (file === undefined) continue
    disputed.add(row)
    const others = someOf(claims.get(file.file) ?? [], (other) => other !== row)
    const where = others.map((other) => `row ${other.record.row} of ${other.table.relative}`)
    const hint = 'Make them one row (several links can stand in one cell), or name another file.'
    const reason = `${quoted(file.name)} is also named by ${where.join(', ')}`
    findings.push(finding(row.place, 'failed', 'ROW_FILE_TWICE', reason, { hint, given: textOf(row.record, 'file') }))
  }
  return disputed
}

/** The first five that are meant; all rows may say one thing, and each of them is told of the others. */
function someOf<Row>(rows: readonly Row[], isMeant: (row: Row) => boolean): readonly Row[] {
  return rows.slice(0, 6).filter(isMeant).slice(0, 5)
}

/** Its id; else its link, where no other row has it; else its file. So a row keeps its key wherever it is sorted to. */
function settle(row: MatchedRow, urls: ReadonlyMap<string, number>): SettledRow {
  const id = textOf(row.record, 'id').normalize('NFC')
  const url = urlOf(row)
  const paths = row.named.map(({ relative }) => relative.normalize('NFC')).sort()
  const file = `file:${paths.join('\n')}`
  const [key = file, ...weakerKeys] = [
    ...(id === '' ? [] : [`id:${id}`]),
    ...(url !== undefined && urls.get(url) === 1 ? [`url:${url}`] : []),
    file,
  ]
  return { ...row, key, weakerKeys }
}

function urlOf({ record }: MatchedRow): string | undefined {
  return readUrls(cellsOf(record, 'url'), undefined).originals[0]?.key
}

function countUrls(rows: readonly MatchedRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const url = urlOf(row)
    if (url !== undefined) counts.set(url, (counts.get(url) ?? 0) + 1)
  }
  return counts
}
