import fc from 'fast-check'

/** Text as strangers write it: any script, bidi controls, lone surrogates, control characters. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('\ud800', '\u202e', '\0', '\u2028', '\r\n', 'e\u0301', '\ufeff', 'я', '字'),
    maxLength: 12,
  }),
)

/** Any JSON value of so many levels, with names that objects of JavaScript have already. */
export function jsonOf(levels: number): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(anyText, fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null))
  if (levels === 0) return leaf
  const name = fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', 'toString', 'length', 'a', 'b'))
  const inner = jsonOf(levels - 1)
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(inner, { maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc.array(fc.tuple(name, inner), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    },
  )
}

/** A value of the right type, and once in eight something else. */
export function mostly<T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 7, arbitrary: right }, { weight: 1, arbitrary: jsonOf(2) })
}
