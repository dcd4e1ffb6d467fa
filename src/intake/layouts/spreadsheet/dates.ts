import { isTime } from '../../../model/document-fields.ts'
import { dateOfSerial } from '../../tables/excel-dates.ts'
import type { Cell } from '../../tables/table.ts'
import { monthNamed } from './month-names.ts'

/** Which number is the day where both could be. */
export type DateOrder = 'day-first' | 'month-first'

export interface DateRules {
  /** Undefined where neither the mapping nor another date of the column tells. */
  readonly order: DateOrder | undefined
  /** Undefined where nobody said from when bare numbers count. */
  readonly epoch1904: boolean | undefined
}

/** `imprecise`: a year or month alone, which no bundle can say. `ambiguous`: two days are possible. */
export type ReadDate =
  | { readonly kind: 'date'; readonly value: string }
  | { readonly kind: 'imprecise' | 'ambiguous' | 'unreadable' }

const EITHER = /^(\d{1,2})[/\- ](\d{1,2})[/\- ](\d{4})\b/
/** A time of day without a zone says nothing that can be published; it is left out together with what is behind it. */
const CLOCK = /[\sT,]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s*[ap]m)?$/i
const UNREADABLE: ReadDate = { kind: 'unreadable' }

/** Reads a date as people write it. Never invents a zone: a time of day is kept only where its zone stands behind it. */
export function readDate(cell: Cell, rules: DateRules): ReadDate {
  const given = cell.text.normalize('NFKC').replace(/\s+/gu, ' ').trim()
  if (cell.serial !== undefined || /^\d{5}$/.test(given)) return fromSerial(cell.serial ?? Number(given), rules)
  const exact = instant(given)
  if (exact !== undefined) return dated(exact)
  const text = given.replace(CLOCK, '').trim()
  if (/^\d{4}( г\.?| год|年|ж\.?| жыл)?$/u.test(text) || /^\d{4}-\d\d$/.test(text)) return { kind: 'imprecise' }
  return fromNumbers(text, rules) ?? fromWords(text) ?? UNREADABLE
}

/** Tells from the other dates of a column which number is the day; undefined when none or both ways are found. */
export function orderOfColumn(texts: Iterable<string>): DateOrder | undefined {
  let [day, month] = [false, false]
  for (const text of texts) {
    const [, first = '', second = ''] = EITHER.exec(text.normalize('NFKC').trim()) ?? []
    if (Number(first) > 12) day = true
    if (Number(second) > 12) month = true
  }
  if (day === month) return undefined
  return day ? 'day-first' : 'month-first'
}

function fromSerial(serial: number, { epoch1904 }: DateRules): ReadDate {
  if (Number.isInteger(serial) && serial >= 1900 && serial <= 2100) return { kind: 'imprecise' }
  const day = /^\d{8}$/.test(String(serial)) ? ymd(String(serial)) : undefined
  if (day !== undefined) return dated(day)
  if (epoch1904 === undefined) return UNREADABLE
  return dated(dateOfSerial(serial, 'day', epoch1904))
}

/** RFC 3339 and its kin, with a zone. */
function instant(text: string): string | undefined {
  const [, day, clock = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d:?\d\d)$/i.exec(text) ?? []
  if (day === undefined) return undefined
  const offset = /^(z|utc)$/i.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  const ms = Date.parse(`${day}T${clock}${offset}`)
  return Number.isNaN(ms) ? undefined : `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function fromNumbers(text: string, { order }: DateRules): ReadDate | undefined {
  const yearFirst = /^(\d{4})(?:[-/.] ?|年)(\d{1,2})(?:[-/.] ?|月)(\d{1,2})(?:日|\.)?$/u.exec(text)
  if (yearFirst !== null) return dated(dayOf(yearFirst[1], yearFirst[2], yearFirst[3]))
  if (/^\d{8}$/.test(text)) return dated(ymd(text))
  if (/^\d{4}年\d{1,2}月$/u.test(text)) return { kind: 'imprecise' }
  const dotted = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})( ?г\.?| ?ж\.?| года)?$/u.exec(text)
  if (dotted !== null) return dated(dayOf(dotted[3], dotted[2], dotted[1]))
  const [whole, first, second, year] = EITHER.exec(text) ?? []
  if (whole !== text) return undefined
  const dayFirst = dayOf(year, second, first)
  const monthFirst = dayOf(year, first, second)
  if (order !== undefined) return dated(order === 'day-first' ? dayFirst : monthFirst)
  if (dayFirst !== undefined && monthFirst !== undefined && dayFirst !== monthFirst) return { kind: 'ambiguous' }
  return dated(dayFirst ?? monthFirst)
}

/** `5 марта 2019 г.`, `March 5, 2019`, `2019 жылғы 5 наурыз`, `5 Mart 2019`. */
function fromWords(text: string): ReadDate | undefined {
  const words = text.toLowerCase().match(/\p{L}+|\d+/gu) ?? []
  const numbers = words.filter((word) => /^\d+$/.test(word))
  const months = words.map(monthNamed).filter((month) => month !== undefined)
  const [month] = months
  if (month === undefined || new Set(months).size > 1 || words.length > 6) return undefined
  const years = numbers.filter((number) => number.length === 4)
  const days = numbers.filter((number) => number.length <= 2)
  if (years.length !== 1 || days.length > 1 || years.length + days.length !== numbers.length) return undefined
  return days.length === 0 ? { kind: 'imprecise' } : dated(dayOf(years[0], String(month), days[0]))
}

function ymd(digits: string): string | undefined {
  return dayOf(digits.slice(0, 4), digits.slice(4, 6), digits.slice(6))
}

function dayOf(year = '', month = '', day = ''): string | undefined {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isTime(text) ? text : undefined
}

function dated(value: string | undefined): ReadDate {
  return value === undefined ? UNREADABLE : { kind: 'date', value }
}
