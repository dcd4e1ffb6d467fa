/** Numbers with valid check digits that belong to nobody: regions, dates and issuers are fixed, the rest is counted. */

export function aChineseId(serial = 123, region = '650102', birth = '19900101'): string {
  const body = `${region}${birth}${String(serial).padStart(3, '0')}`
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (2 ** (17 - at) % 11), 0)
  return `${body}${'10X98765432'[sum % 11]}`
}

/** @param serial - 0 to 9999; nothing for the few serials that are never issued. */
export function aKazakhId(serial = 1234, birth = '880101', century = '3'): string | undefined {
  const body = `${birth}${century}${String(serial).padStart(4, '0')}`
  const weigh = (weights: readonly number[]) =>
    weights.reduce((sum, weight, at) => sum + weight * Number(body[at]), 0) % 11
  const first = weigh([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  const check = first === 10 ? weigh([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) : first
  return check === 10 ? undefined : `${body}${check}`
}

/** A serial whose first round gives 10, so that only the second round makes its check digit. */
export function aKazakhIdOfSecondRound(): string {
  for (let serial = 0; serial < 10_000; serial++) {
    const body = `8801013${String(serial).padStart(4, '0')}`
    const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (at + 1), 0)
    const id = aKazakhId(serial)
    if (sum % 11 === 10 && id !== undefined) return id
  }
  throw new Error('no such serial')
}

/** Fills a prefix up to `length` digits with a Luhn check digit at the end. */
export function aCard(prefix: string, length = 16): string {
  const body = prefix.padEnd(length - 1, '12345067')
  for (let check = 0; check < 10; check++) {
    const digits = [...`${body}${check}`].reverse().map(Number)
    const sum = digits.reduce(
      (total, digit, at) => total + (at % 2 === 1 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit),
      0,
    )
    if (sum % 10 === 0) return `${body}${check}`
  }
  throw new Error('one of ten digits always fits')
}
