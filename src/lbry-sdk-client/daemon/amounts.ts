/** Parts of 1 LBC. */
const DEWIES = 100_000_000n
/** lbrynet wants a dot and at most eight decimals; ten digits hold every LBC that there can be (facts 1.6). */
const AMOUNT = /^\d{1,10}\.\d{1,8}$/

/** Whether the daemon takes it as an amount of LBC: `0.01`, `1.0`; never `1`, `.5`, `1e-2` or a number. */
export function isLbcAmount(text: string): boolean {
  return AMOUNT.test(text)
}

/**
 * Dewies of an amount as the daemon writes it; fees of transaction_list are negative.
 *
 * @throws {RangeError} when it is no such amount.
 */
export function parseLbc(text: string): bigint {
  const negative = text.startsWith('-')
  const digits = negative ? text.slice(1) : text
  if (!isLbcAmount(digits)) throw new RangeError('an amount of LBC is written like 0.01')
  const [whole = '', part = ''] = digits.split('.')
  const dewies = BigInt(whole) * DEWIES + BigInt(part.padEnd(8, '0'))
  return negative ? -dewies : dewies
}

/** The form that the daemon takes for a bid: always with a dot, without needless zeros. Inverse of `parseLbc`. */
export function formatLbc(dewies: bigint): string {
  const positive = dewies < 0n ? -dewies : dewies
  const part = (positive % DEWIES)
    .toString()
    .padStart(8, '0')
    .replace(/0{1,7}$/, '')
  return `${dewies < 0n ? '-' : ''}${positive / DEWIES}.${part}`
}
