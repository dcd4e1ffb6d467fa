import { mediaTypeOfExtension } from '../../model/media-type.ts'
import { failed, IntakeError, ignored } from '../errors.ts'
import type { FileVerdict, Found, Layout, ReadOptions, WalkedFile } from '../layout.ts'
import { isOtherTable, OTHER_TABLE } from '../tables/other-tables.ts'
import { isTableName } from '../tables/read-tables.ts'
import { nameOf } from '../walk.ts'
import { checkHeaders, firstMapping } from './spreadsheet/check-header.ts'
import { directoryOf, indexFiles } from './spreadsheet/file-index.ts'
import { passedOver } from './spreadsheet/finding.ts'
import { filesOf, type MatchedRow, matchRows } from './spreadsheet/match-rows.ts'
import { type Mappings, readSheets } from './spreadsheet/read-sheets.ts'
import { rowBundle } from './spreadsheet/row-bundle.ts'
import { settleRows } from './spreadsheet/settle-rows.ts'
import { sidecarsOf } from './spreadsheet/sidecars.ts'
import { groupByStem } from './yt-dlp/group.ts'
import { ytDlpLayout } from './yt-dlp.ts'

/**
 * A folder, with folders below it, and a spreadsheet in it that says of each file what it is. One row is one bundle. What an
 * `.info.json` describes stays a bundle of yt-dlp, whatever a row says of it.
 */
export function spreadsheetLayout(mappings: Mappings): Layout {
  const answers = new WeakMap<WalkedFile, Promise<boolean>>()
  const headed = async (unit: readonly WalkedFile[]): Promise<boolean> => {
    for (const table of unit.filter((file) => isTableName(nameOf(file)))) {
      const answer = answers.get(table) ?? hasHeader(table, mappings)
      answers.set(table, answer)
      if (await answer) return true
    }
    return false
  }
  return {
    name: 'spreadsheet',
    recognise: async (unit) => {
      if (!unit.some((file) => isTableName(nameOf(file)))) return 0
      const { groups, rest } = groupByStem(unit)
      const loose = rest.some(isMedia)
      if (groups.length > 0 && !loose) return 0.1
      if (await headed(unit)) return 0.95
      return loose && groups.length === 0 ? 0.3 : 0
    },
    reachesBelow: headed,
    read: (unit, options) => read(unit, mappings, options),
  }
}

/** True when some row says which column is the file. */
async function hasHeader(table: WalkedFile, mappings: Mappings): Promise<boolean> {
  try {
    const { sheets } = await readSheets(table, mappings, { headerOnly: true })
    return sheets.some(({ header }) => header?.columns.some(({ field }) => field === 'file') === true)
  } catch (error) {
    // Reading the unit tells what is wrong with it.
    if (error instanceof IntakeError) return false
    throw error
  }
}

async function* read(
  unit: readonly WalkedFile[],
  mappings: Mappings,
  options: ReadOptions,
): AsyncGenerator<Found, void, undefined> {
  const settled = new Set<WalkedFile>()
  const byDirectory = Map.groupBy(unit, directoryOf)
  for (const files of byDirectory.values()) {
    const described = groupByStem(files).groups.flatMap(({ info, members }) => [
      info,
      ...members.map(({ file }) => file),
    ])
    for (const file of described) settled.add(file)
    if (described.length > 0) yield* ytDlpLayout.read(described, options)
  }
  const isDescribed = new Set(settled)
  const brokenTrees: string[] = []
  // The spreadsheet that lies nearest to a file decides, so the deepest come first.
  const directories = [...byDirectory.keys()].sort((a, b) => depthOf(b) - depthOf(a) || (a < b ? -1 : 1))
  for (const directory of directories) {
    options.signal.throwIfAborted()
    const tables = (byDirectory.get(directory) ?? []).filter((file) => isTableName(nameOf(file)) && !settled.has(file))
    if (tables.length > 0)
      yield* readDirectory(directory, tables, { unit, mappings, options, settled, isDescribed, brokenTrees })
  }
  for (const file of unit) {
    if (settled.has(file)) continue
    const known = options.known?.([file]) === true
    const broken = brokenTrees.some((directory) => file.path.startsWith(`${directory}/`))
    yield { type: 'file', verdict: known ? { path: file.path, outcome: 'known' } : unnamed(file, broken) }
  }
}

interface Reading {
  readonly unit: readonly WalkedFile[]
  readonly mappings: Mappings
  readonly options: ReadOptions
  /** Files that have their place in a bundle, or their verdict. */
  readonly settled: Set<WalkedFile>
  readonly isDescribed: ReadonlySet<WalkedFile>
  /** Directories of spreadsheets that could not be used: that nothing names the files below is no news. */
  readonly brokenTrees: string[]
}

/** Reads the spreadsheets of one directory against the files below it. */
async function* readDirectory(
  directory: string,
  tables: readonly WalkedFile[],
  reading: Reading,
): AsyncGenerator<Found, void, undefined> {
  const { unit, options, settled, isDescribed } = reading
  const index = indexFiles(
    directory,
    unit.filter((file) => !isTableName(nameOf(file))),
  )
  const matched: MatchedRow[] = []
  for (const table of tables) {
    settled.add(table)
    const { rows, found } = await readTable(table, reading, index)
    yield* found
    for (const row of rows) {
      if (row.named.some(({ file }) => settled.has(file) && !isDescribed.has(file)))
        yield passedOver(row.place, 'a spreadsheet that lies nearer to the file describes it already')
      else matched.push(row)
    }
  }
  const { rows, refused, findings } = settleRows(matched)
  yield* findings
  for (const { path } of new Set(refused.filter((file) => !settled.has(file))))
    yield { type: 'file', verdict: ignored(path, 'the row that names it could not be used') }
  for (const file of refused) settled.add(file)
  const owners = new Map(rows.flatMap((row) => row.named.map((file) => [file, row] as const)))
  const beside = sidecarsOf(index, owners, ({ file }) => !settled.has(file) && file.size > 0)
  for (const row of rows) {
    options.signal.throwIfAborted()
    const files = filesOf(row, beside.get(row) ?? []).map(({ at }) => at.file)
    for (const file of files) settled.add(file)
    if (options.known?.([row.table, ...files]) === true) {
      for (const { path } of files) yield { type: 'file', verdict: { path, outcome: 'known' } }
    } else yield* rowBundle(row, beside.get(row) ?? [])
  }
}

async function readTable(
  table: WalkedFile,
  { mappings, isDescribed, brokenTrees }: Reading,
  index: ReturnType<typeof indexFiles>,
): Promise<{ readonly rows: readonly MatchedRow[]; readonly found: readonly Found[] }> {
  try {
    const sheets = await readSheets(table, mappings)
    const path = sheets.mappingPath ?? (await mappings.save(nameOf(table), firstMapping(nameOf(table), sheets)))
    const { usable, findings } = checkHeaders(table.path, sheets, path)
    const context = { table, mapping: sheets.mapping, index, isDescribed: (file: WalkedFile) => isDescribed.has(file) }
    const matched = matchRows(usable, context)
    const isBroken = findings.some((one) => one.type === 'row' && one.row.outcome === 'failed')
    if (isBroken) brokenTrees.push(directoryOf(table))
    const isEmpty = matched.count === 0 && !isBroken
    const verdict: FileVerdict = isEmpty
      ? ignored(table.path, 'it has no rows yet below the names of its columns')
      : { path: table.path, outcome: 'taken' }
    return { rows: matched.rows, found: [{ type: 'file', verdict }, ...findings, ...matched.findings] }
  } catch (error) {
    if (!(error instanceof IntakeError)) throw error
    brokenTrees.push(directoryOf(table))
    return { rows: [], found: [{ type: 'file', verdict: failed(table.path, error) }] }
  }
}

function unnamed(file: WalkedFile, broken: boolean): FileVerdict {
  if (broken) return ignored(file.path, 'the spreadsheet that may describe it could not be used')
  if (!isMedia(file)) return ignored(file.path, isOtherTable(nameOf(file)) ? OTHER_TABLE : 'no row names it')
  const hint = 'Write a row for it, or put it elsewhere if it is no part of the archive.'
  return failed(file.path, new IntakeError('MEDIA_WITHOUT_METADATA', 'no row of a spreadsheet names it', { hint }))
}

function isMedia(file: WalkedFile): boolean {
  const name = nameOf(file)
  const kind = mediaTypeOfExtension(name.slice(name.lastIndexOf('.') + 1))?.kind
  return kind === 'video' || kind === 'audio'
}

function depthOf(directory: string): number {
  return directory.split('/').length
}
