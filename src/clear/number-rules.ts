import type { DigitWindow } from './digit-groups.ts'

/** Province codes of GB/T 2260, and 83 for residents from Taiwan. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
)
/** Check symbols of GB 11643 (ISO 7064, MOD 11-2) for remainders 0 to 10. */
const CHECK_SYMBOLS = '10X98765432'
/** No living witness was born before; a later year than the second is a number that only looks like a date. */
const YEARS = { from: 1900, to: 2035 } as const

/** Groups that people and banks write cards in. */
const CARD_SHAPES = new Set(['4,4,4,4', '4,4,4,4,1', '4,4,4,4,2', '4,4,4,4,3', '4,6,5', '4,6,4', '6,10', '6,13', '8,8'])
/**
 * Issuer prefixes with their lengths (ISO/IEC 7812): Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay,
 * Mir, and those of Central Asia and Turkey: Uzcard, Humo, Elcart, Troy.
 */
const CARD = new RegExp(
  [
    '^4(?:\\d{15}|\\d{18})$',
    '^(?:5[1-5]\\d{2}|222[1-9]|22[3-9]\\d|2[3-6]\\d{2}|27[01]\\d|2720)\\d{12}$',
    '^3[47]\\d{13}$',
    '^3(?:0[0-5]|[68]\\d)\\d{11}$',
    '^(?:6011|64[4-9]\\d|65\\d{2})\\d{12}$',
    '^35(?:2[89]|[3-8]\\d)\\d{12}$',
    '^(?:62|81)\\d{14,17}$',
    '^220[0-4]\\d{12,15}$',
    '^(?:8600|9860|9417|9792)\\d{12}$',
  ].join('|'),
)

/** Returns the 18 symbols of a Chinese identity number with region, birth date and check symbol in order. */
export function chineseId({ digits, plus, endsInX }: DigitWindow): string | undefined {
  const id = digits.length === 17 && endsInX ? `${digits}X` : digits
  if (id.length !== 18 || plus || !PROVINCES.has(id.slice(0, 2))) return undefined
  if (!isDate(Number(id.slice(6, 10)), Number(id.slice(10, 12)), Number(id.slice(12, 14)))) return undefined
  let sum = 0
  for (let at = 0; at < 17; at++) sum += Number(id[at]) * (2 ** (17 - at) % 11)
  return CHECK_SYMBOLS[sum % 11] === id[17] ? id : undefined
}

/** Returns the 12 digits of a Kazakh IIN: birth date, century and sex, check digit of both rounds. */
export function kazakhId({ digits, plus, inWord, shape }: DigitWindow): string | undefined {
  if (digits.length !== 12 || plus || inWord || shape.some((length) => length < 2)) return undefined
  const century = { 1: 1800, 2: 1800, 3: 1900, 4: 1900, 5: 2000, 6: 2000 }[digits.charAt(6)]
  if (century === undefined) return undefined
  const year = century + Number(digits.slice(0, 2))
  if (!isDate(year, Number(digits.slice(2, 4)), Number(digits.slice(4, 6)))) return undefined
  return kazakhCheckDigit(digits) === Number(digits[11]) ? digits : undefined
}

/** Weights 1 to 11; where that gives 10, once more with 3 to 11, 1, 2. A second 10 is never issued. */
function kazakhCheckDigit(digits: string): number {
  const round = (shift: number) => {
    let sum = 0
    for (let at = 0; at < 11; at++) sum += Number(digits[at]) * (((at + shift) % 11) + 1)
    return sum % 11
  }
  const first = round(0)
  return first === 10 ? round(2) : first
}

/** Returns the digits of a payment card: a known issuer, a length of his, a usual grouping and the Luhn digit. */
export function cardNumber({ digits, plus, inWord, shape }: DigitWindow): string | undefined {
  if (plus || inWord || (shape.length > 1 && !CARD_SHAPES.has(shape.join(',')))) return undefined
  return CARD.test(digits) && isLuhn(digits) ? digits : undefined
}

function isLuhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < YEARS.from || year > YEARS.to || month < 1 || month > 12) return false
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
