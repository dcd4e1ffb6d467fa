import type { DigitWindow } from './digit-groups.ts'

/** A national form: its digits, and the groups it must be written in where the bare digits would be ambiguous. */
interface PhoneForm {
  readonly digits: RegExp
  /** Group lengths joined by commas; absent where any grouping, or none, will do. */
  readonly shapes?: ReadonlySet<string>
}

const GROUPED_10 = new Set(['3,3,2,2', '3,3,4', '3,7'])
const GROUPED_11 = new Set([
  '1,3,3,2,2',
  '1,3,3,4',
  '1,3,7',
  '4,3,2,2',
  '4,3,4',
  '4,7',
  '1,4,2,2,2',
  '1,4,6',
  '5,2,2,2',
  '1,3,4,3',
])

/** Numbering plans of the countries our witnesses live in; each pattern names the country and what begins it. */
const NATIONAL: readonly PhoneForm[] = [
  // Kazakhstan, Russia: 8 or 7 and ten digits; mobile codes begin with 7 and 9.
  { digits: /^[78][79]\d{9}$/ },
  { digits: /^[78][348]\d{9}$/, shapes: GROUPED_11 },
  { digits: /^(?:7[0-7]|9\d)\d{8}$/, shapes: GROUPED_10 },
  // China: mobile, with or without 86; fixed lines with the 0 of their area.
  { digits: /^1[3-9]\d{9}$/, shapes: new Set(['11', '3,4,4', '3,8', '7,4', '3,3,5', '4,4,3', '5,6', '5,3,3']) },
  { digits: /^861[3-9]\d{9}$/, shapes: new Set(['13', '2,11', '2,3,4,4', '5,4,4', '2,3,8']) },
  { digits: /^0[1-9]\d{8,10}$/, shapes: new Set(['3,8', '4,7', '4,8', '3,4,4', '4,4,4', '4,3,4']) },
  // Turkey: mobile 05xx, fixed 02xx to 04xx.
  { digits: /^(?:90|0)5[0-6]\d{8}$/ },
  { digits: /^0[234]\d{9}$/, shapes: GROUPED_11 },
  { digits: /^5[0-6]\d{8}$/, shapes: GROUPED_10 },
  // Kyrgyzstan: 0 and nine digits, or 996; Uzbekistan, Tajikistan, Turkmenistan with their codes.
  { digits: /^0[2-9]\d{8}$/, shapes: new Set(['4,3,3', '4,2,2,2', '1,3,3,3', '1,3,2,2,2', '4,6', '1,3,6']) },
  { digits: /^0[5789]\d{8}$/, shapes: new Set(['10']) },
  { digits: /^99(?:6[2-9]|8[2-9]|2[3-9])\d{8}$/ },
  { digits: /^9936\d{7}$/ },
]
/** `00` instead of `+`, before codes of the region and of where its exiles live. */
const DOUBLE_ZERO =
  /^00(?:7[3479]\d{9}|861\d{10}|90[2-5]\d{9}|99[2-8]\d{8,9}|3[0-9]\d{8,10}|4[0-9]\d{8,10}|1[2-9]\d{9})$/
/** E.164: a country code, at most 15 digits; shorter than 8 is a quantity. */
const INTERNATIONAL = /^[1-9]\d{7,14}$/

/** Returns the digits of a phone number, with `+` where it was written internationally. */
export function phoneNumber(window: DigitWindow): string | undefined {
  const { digits, plus, inWord, shape } = window
  // Numbers of one or two different digits are round sums and placeholders.
  if (inWord || digits.length < (plus ? 8 : 10) || new Set(digits).size < 3) return undefined
  if (plus) return INTERNATIONAL.test(digits) && !isSum(window) ? `+${digits}` : undefined
  if (DOUBLE_ZERO.test(digits)) return `+${digits.slice(2)}`
  const written = shape.join(',')
  const fits = NATIONAL.some((form) => form.digits.test(digits) && (form.shapes?.has(written) ?? isPlain(shape)))
  return fits ? digits : undefined
}

/** Thousands in groups of three, as in `+12 000 000`, and no area code in sight. */
function isSum({ digits, shape }: DigitWindow): boolean {
  return shape.length > 1 && shape.slice(1).every((length) => length === 3) && /000000$|^\d{1,3}000/.test(digits)
}

/** Without this, a row of years or counters would add up to a phone number. */
function isPlain(shape: readonly number[]): boolean {
  return shape.length <= 6 && shape.filter((length) => length === 1).length <= 1
}
