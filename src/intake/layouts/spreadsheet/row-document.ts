import type { BundleDocument, BundleOriginal, LanguageText } from '../../../model/bundle.ts'
import { isLicence, LIMITS } from '../../../model/document-fields.ts'
import { tagOfText } from '../../../model/language.ts'
import { cutText, normaliseLine, normaliseText } from '../../../model/text.ts'
import type { Access } from '../../layout.ts'
import { readAccess } from './access-words.ts'
import { type DateRules, readDate } from './dates.ts'
import { readLanguages } from './languages.ts'
import { cellsOf, type RowRecord, textOf } from './record.ts'
import { readUrls } from './urls.ts'

/** Told of a value that could not be used as it stands; the row is used without it. */
export type Warn = (
  code: 'VALUE_UNREADABLE' | 'DATE_AMBIGUOUS' | 'ACCESS_UNKNOWN' | 'TEXT_CUT',
  what: string,
  cure: string,
) => void

export interface ReadRow {
  readonly document: BundleDocument
  readonly access: { readonly value: Access; readonly reason: string }
  /** Tag of the language spoken, where there is one alone. */
  readonly spoken: string | undefined
}

/** Reads the values of a row into the public document; what is private in it is not looked at. */
export function readRow(record: RowRecord, dates: DateRules, warn: Warn): ReadRow {
  warnOfErrors(record, warn)
  const { tags: languages, unknown } = readLanguages(textOf(record, 'language'))
  if (unknown.length > 0)
    warn(
      'VALUE_UNREADABLE',
      `${quoted(unknown[0])} is no language that is known`,
      'Write its BCP 47 tag, such as kk or ug.',
    )
  const spoken = languages.length === 1 ? languages[0] : undefined
  const publishedAt = dateOf(record, dates, warn)
  const { originals, unusable } = readUrls(cellsOf(record, 'url'), publishedAt)
  if (unusable.length > 0)
    warn(
      'VALUE_UNREADABLE',
      `${quoted(unusable[0])} is no link to one item`,
      'Write the whole link to the video or post.',
    )
  const context = { record, spoken, warn }
  const title = textsOf(context, 'title', LIMITS.titleLength, normaliseLine)
  const description = textsOf(context, 'description', LIMITS.descriptionLength, normaliseText)
  const tags = tagsOf(record, warn)
  const license = licenseOf(record, warn)
  const document: BundleDocument = {
    schema: 'holdfast-bundle/1',
    title,
    ...(description.length === 0 ? {} : { description }),
    ...(languages.length === 0 ? {} : { languages: languages.slice(0, LIMITS.languages) }),
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(tags.length === 0 ? {} : { tags }),
    originals: originals satisfies readonly BundleOriginal[],
    ...(license === undefined ? {} : { license }),
  }
  return { document, access: accessOf(record, warn), spoken }
}

interface TextContext {
  readonly record: RowRecord
  readonly spoken: string | undefined
  readonly warn: Warn
}

function textsOf(
  { record, spoken, warn }: TextContext,
  field: 'title' | 'description',
  limit: number,
  normalise: (text: string) => string,
): readonly LanguageText[] {
  const texts = [...record.cells].flatMap(([column, cell]): LanguageText[] => {
    if (column.field !== field) return []
    const whole = normalise(cutText(cell.text, 4 * limit))
    const value = cutText(whole, limit)
    if (value !== whole || cell.text.length > 8 * limit)
      warn(
        'TEXT_CUT',
        `the ${field} is longer than a bundle may have and was cut`,
        'Nothing: the whole of it stays in your spreadsheet.',
      )
    return value === '' ? [] : [{ language: column.language ?? tagOfText(spoken, value), value }]
  })
  return texts.slice(0, LIMITS.texts)
}

function tagsOf(record: RowRecord, warn: Warn): readonly string[] {
  const words = textOf(record, 'tags')
    .slice(0, 4 * LIMITS.tags * LIMITS.tagLength)
    .split(/[,;|\n，；、،]/u)
  const clean = words.map((word) => normaliseLine(word).replace(/^#+/u, '').trim())
  const fitting = clean.map((word) => cutText(word, LIMITS.tagLength)).filter((word) => word !== '')
  const once = [...new Set(fitting)]
  if (once.length > LIMITS.tags) warn('TEXT_CUT', `there are more than ${LIMITS.tags} tags`, 'Leave some out.')
  return once.slice(0, LIMITS.tags)
}

function licenseOf(record: RowRecord, warn: Warn): string | undefined {
  const text = textOf(record, 'license')
  if (isLicence(text)) return text
  if (text !== '')
    warn(
      'VALUE_UNREADABLE',
      `${quoted(text)} is no address of a licence`,
      'Write one such as https://creativecommons.org/licenses/by/4.0/, if people may use it that way.',
    )
  return undefined
}

function dateOf(record: RowRecord, dates: DateRules, warn: Warn): string | undefined {
  const [cell] = cellsOf(record, 'published')
  if (cell === undefined || cell.text.trim() === '') return undefined
  const read = readDate(cell, dates)
  if (read.kind === 'date') return read.value
  const said = quoted(cell.text)
  if (read.kind === 'ambiguous')
    warn(
      'DATE_AMBIGUOUS',
      `${said} may be one of two days`,
      'Write 2019-03-05, or dates = "day-first" into the mapping.',
    )
  else if (read.kind === 'imprecise')
    warn(
      'VALUE_UNREADABLE',
      `${said} names no day, and a bundle can say nothing less`,
      'Nothing: it stays in your private catalogue.',
    )
  else warn('VALUE_UNREADABLE', `${said} is no date since 1970 that is understood`, cureOfDate(cell.text))
  return undefined
}

function cureOfDate(text: string): string {
  const plain = 'Write it as 2019-03-05'
  return /^\d{5}$/.test(text.trim()) ? `${plain}, or serials = "1900" (or "1904") into the mapping.` : `${plain}.`
}

/** Public only where the row says so in a word that is known, and no word of it says otherwise. */
function accessOf(record: RowRecord, warn: Warn): ReadRow['access'] {
  const columns = (['access', 'publish'] as const).filter((column) => textOf(record, column) !== '')
  const answers = columns.map((column) => readAccess(column, textOf(record, column)))
  const unknown = answers.find((answer) => answer.unknown !== undefined)?.unknown
  if (unknown !== undefined)
    warn('ACCESS_UNKNOWN', `${quoted(unknown)} is no word for who may see it; it is held`, 'Write "public" or "hold".')
  if (answers.length === 0) return { value: 'hold', reason: 'the spreadsheet does not say who could see it' }
  if (answers.every(({ value }) => value === 'public'))
    return { value: 'public', reason: 'the spreadsheet says public' }
  const reason =
    unknown === undefined ? 'the spreadsheet says hold' : 'the spreadsheet says nothing clear of who could see it'
  return { value: 'hold', reason }
}

function warnOfErrors(record: RowRecord, warn: Warn): void {
  for (const [{ header }, { error }] of record.cells) {
    if (error !== undefined)
      warn(
        'VALUE_UNREADABLE',
        `the cell of ${quoted(header)} holds an error, ${error}`,
        'Mend the formula, or write the value.',
      )
  }
}

/** Short, and on one line: cells may hold anything. */
export function quoted(text = ''): string {
  const line = normaliseLine(cutText(text, 200))
  return `"${line.length > 60 ? `${cutText(line, 60)}…` : line}"`
}
