const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 },
  ...{ KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40 },
}

/** Reads `2TB`, `500 MB`, `1.5GiB` or plain bytes; nothing for what is no size. */
export function parseSize(text: string): number | undefined {
  const [, number = '', unit = ''] = /^([0-9]{1,15}(?:\.[0-9]{1,3})?)\s*([A-Za-z]{0,3})$/u.exec(text.trim()) ?? []
  const factor = UNITS[unit.toUpperCase()]
  if (number === '' || factor === undefined) return undefined
  const bytes = Math.floor(Number(number) * factor)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}
