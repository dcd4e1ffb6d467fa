import { IntakeError } from '../../errors.ts'
import type { WalkedFile } from '../../layout.ts'
import { readTables } from '../../tables/read-tables.ts'
import { TABLE_LIMITS, type Table } from '../../tables/table.ts'
import { nameOf } from '../../walk.ts'
import { findHeader, type Header, headerScore } from './header-row.ts'
import { type Mapping, NO_MAPPING } from './mapping.ts'

/** Where mappings are kept; whoever runs intake says where that is. */
export interface Mappings {
  /** Text and place of the mapping for a spreadsheet of this name; undefined where there is none yet. */
  load(name: string): Promise<{ readonly mapping: Mapping; readonly path: string } | undefined>
  /** Keeps a first mapping for a person to edit. @returns where; undefined where nothing may be written. */
  save(name: string, text: string): Promise<string | undefined>
}

export interface ReadSheets {
  readonly mapping: Mapping
  /** Where the mapping stands; undefined where there is none yet. */
  readonly mappingPath: string | undefined
  readonly sheets: readonly { readonly table: Table; readonly header: Header | undefined }[]
}

/** Rows that can hold the names of columns, and some more to tell the separator. */
const HEADER_ROWS = 40

/**
 * Reads all sheets of a spreadsheet as its mapping says.
 *
 * @param options.headerOnly - reads no more than is needed to find the names of the columns.
 * @throws {IntakeError} what reading tables throws, `MAPPING_INVALID`, `SIDECAR_TOO_LARGE`, `SIDECAR_UNREADABLE`, `SIDECAR_CHANGED`.
 */
export async function readSheets(
  file: WalkedFile,
  mappings: Mappings,
  { headerOnly = false }: { readonly headerOnly?: boolean } = {},
): Promise<ReadSheets> {
  if (file.size > TABLE_LIMITS.fileBytes) throw tooLarge(file.size)
  const name = nameOf(file)
  const saved = await mappings.load(name)
  const mapping = saved?.mapping ?? NO_MAPPING
  const tables = readTables(name, await file.read(TABLE_LIMITS.fileBytes), {
    headerScore: (cells) => headerScore(cells, mapping),
    ...(headerOnly ? { maxRows: HEADER_ROWS } : {}),
    ...(mapping.encoding === undefined ? {} : { encoding: mapping.encoding }),
    ...(mapping.separator === undefined ? {} : { separator: mapping.separator }),
  })
  const sheets = tables.map((table) => ({ table, header: findHeader(table, mapping) }))
  return { mapping, mappingPath: saved?.path, sheets }
}

function tooLarge(bytes: number): IntakeError {
  const hint = 'Split it into several spreadsheets, each in the folder of its files.'
  return new IntakeError('TABLE_TOO_LARGE', `it has ${bytes} bytes; at most ${TABLE_LIMITS.fileBytes} are read`, {
    hint,
  })
}
