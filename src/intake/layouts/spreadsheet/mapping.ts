import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { isLanguageTag } from '../../../model/language.ts'
import { IntakeError } from '../../errors.ts'
import { TABLE_ENCODINGS, type TableEncoding } from '../../tables/encoding.ts'
import { SEPARATORS, type Separator } from '../../tables/read-csv.ts'
import { FIELDS, type Field, foldHeader, IN_LANGUAGE } from './fields.ts'

/** What a column is for: a field, or `title:ru`, or nothing. */
export interface ColumnUse {
  readonly field: Field
  /** BCP 47, for titles and descriptions in several languages. */
  readonly language?: string
}

/** A person's word on how a spreadsheet is to be read. */
export interface Mapping {
  /** By the folded name of the column; undefined for a column that is not to be used. */
  readonly columns: ReadonlyMap<string, ColumnUse | undefined>
  readonly encoding?: TableEncoding
  readonly separator?: Separator
  /** How `03/04/2019` is meant. */
  readonly dates?: 'day-first' | 'month-first'
  /** From when a bare number in a column of dates counts days. */
  readonly serials?: '1900' | '1904'
}

export const NO_MAPPING: Mapping = { columns: new Map() }

const MappingFile = v.strictObject({
  encoding: v.optional(v.picklist(TABLE_ENCODINGS)),
  separator: v.optional(v.picklist(SEPARATORS)),
  dates: v.optional(v.picklist(['day-first', 'month-first'])),
  serials: v.optional(v.picklist(['1900', '1904'])),
  columns: v.optional(v.record(v.string(), v.string()), {}),
})

/**
 * Reads a mapping that a person may have edited.
 *
 * @throws {IntakeError} `MAPPING_INVALID`, which names the line or the column.
 */
export function parseMapping(text: string): Mapping {
  const { columns, encoding, separator, dates, serials } = checked(text)
  const uses = Object.entries(columns).map(([header, use]) => [foldHeader(header), parseUse(header, use)] as const)
  return {
    columns: new Map(uses),
    ...(encoding === undefined ? {} : { encoding }),
    ...(separator === undefined ? {} : { separator }),
    ...(dates === undefined ? {} : { dates }),
    ...(serials === undefined ? {} : { serials }),
  }
}

function checked(text: string): v.InferOutput<typeof MappingFile> {
  try {
    return v.parse(MappingFile, parse(text.replace(/^\ufeff/, '')))
  } catch (cause) {
    if (cause instanceof TomlError) throw invalid(`line ${cause.line} is no TOML`, cause)
    if (!v.isValiError(cause)) throw cause
    const [issue] = cause.issues
    throw invalid(`${v.getDotPath(issue) ?? 'it'} cannot be ${issue.received}`, cause)
  }
}

function parseUse(header: string, use: string): ColumnUse | undefined {
  if (use.trim() === '') return undefined
  const [name = '', language] = use.trim().split(':')
  const field = FIELDS.find((one) => one === name)
  if (field === undefined) throw invalid(`"${header}" is mapped to "${use}", which is no field`)
  if (language === undefined) return { field }
  if (!IN_LANGUAGE.has(field) || !isLanguageTag(language))
    throw invalid(
      `"${header}" is mapped to "${use}": a language, such as ru or kk-Cyrl, can stand behind title and description`,
    )
  return { field, language }
}

function invalid(what: string, cause?: unknown): IntakeError {
  const hint = `Mend it; fields are ${FIELDS.join(', ')}, and "" for a column that is not to be used.`
  return new IntakeError('MAPPING_INVALID', `the mapping cannot be used: ${what}`, { cause, hint })
}

/** A column of a mapping to begin with; `undecided` where a person has to choose between several. */
export interface ProposedColumn {
  readonly header: string
  /** A field, `title:ru`, or nothing. */
  readonly use: string
  readonly undecided?: boolean
}

/** The mapping file to begin with: what was understood, and every other column as not used. */
export function renderMapping(name: string, columns: readonly ProposedColumn[]): string {
  const once = [...new Map(columns.map((column) => [foldHeader(column.header), column])).values()]
  const lines = once.map(({ header, use, undecided }) => {
    const line = `${tomlString(header)} = ${tomlString(use)}`
    return undecided === true ? `# ${line}   # several columns could be this: remove the # of the right one` : line
  })
  return `# How the columns of ${tomlString(name)} are read. Edit it, then run the same \`holdfast add\` again.
# It holds for every spreadsheet of this name; for another one, give a copy of it: \`add --mapping FILE\`.
#
# Fields: ${FIELDS.join(', ')}.
# "" is a column that is not used. title:ru, description:kk say in which language a column is.
# speaker, recorded, note and id stay in your private catalogue and are never published.
#
# encoding = "windows-1251"   # ${TABLE_ENCODINGS.join(', ')}
# separator = ";"
# dates = "day-first"         # or month-first: how 03/04/2019 is meant
# serials = "1900"            # or 1904: dates that stand in a CSV as bare numbers

[columns]
${lines.join('\n')}
`
}

/** JSON escapes all that TOML wants escaped in a basic string but DEL. */
function tomlString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll('\u007f', '\\u007f')
}
