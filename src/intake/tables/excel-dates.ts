import { readXml } from './xml.ts'

/**
 * Number formats that every workbook has without naming them. Source: ECMA-376 part 1, 18.8.30 (14–22; 27–36 and 50–58 in
 * East Asian versions, where some show a month in one language and a day in another); those that show times alone are left out.
 */
const BUILT_IN_DATES: ReadonlyMap<number, DateStyle> = new Map([
  ...[14, 15, 16, 22, 28, 29, 30, 31, 35, 51, 53, 54, 56, 58].map((id) => [id, 'day'] as const),
  ...[17, 27, 34, 36, 50, 52, 55, 57].map((id) => [id, 'month'] as const),
])
const DAY_MS = 86_400_000
/** 1970-01-01 in days of either system; the one of 1900 counts a 29 February 1900 that never was. */
const EPOCH_1900 = 25_569
const EPOCH_1904 = 24_107
/** 9999-12-31. */
const LAST_SERIAL = 2_958_465

/** How precisely a number format shows when; `month` where it names no day. */
export type DateStyle = 'day' | 'month' | undefined

/** A format shows a date if it names years or days outside of quotes, brackets and escapes. */
export function dateStyleOf(code: string): DateStyle {
  const [bare = ''] = code.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/gu, '').split(';')
  if (/general|standard|[0#]/iu.test(bare)) return undefined
  if (/d/i.test(bare)) return 'day'
  return /y/i.test(bare) ? 'month' : undefined
}

/**
 * What a count of days stands for: `YYYY-MM-DD`, or `YYYY-MM` for the first day of a month of which only the month is shown.
 * A time of day is left out: no spreadsheet says in which zone it is.
 *
 * @returns undefined for days before 1970, which no bundle can name, and for numbers that are no days.
 */
export function dateOfSerial(serial: number, style: DateStyle, epoch1904: boolean): string | undefined {
  const day = Math.floor(serial) - (epoch1904 ? EPOCH_1904 : EPOCH_1900)
  if (!Number.isFinite(serial) || serial > LAST_SERIAL || day < 0) return undefined
  const text = new Date(day * DAY_MS).toISOString().slice(0, 10)
  return style === 'month' && text.endsWith('-01') ? text.slice(0, 7) : text
}

/** For each cell style of `styles.xml`, what date it shows. */
export function dateStyles(xml: string): readonly DateStyle[] {
  const formats = new Map<number, string>()
  const styles: DateStyle[] = []
  let inStyles = false
  readXml(xml, {
    open(name, attribute) {
      if (name === 'cellXfs') inStyles = true
      if (name === 'numFmt') formats.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '')
      if (name !== 'xf' || !inStyles) return
      const id = Number(attribute('numFmtId') ?? 0)
      const format = formats.get(id)
      styles.push(format === undefined ? BUILT_IN_DATES.get(id) : dateStyleOf(format))
    },
    close(name) {
      if (name === 'cellXfs') inStyles = false
    },
    text: () => undefined,
  })
  return styles
}
