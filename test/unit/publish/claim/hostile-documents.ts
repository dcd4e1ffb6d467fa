import fc from 'fast-check'
import type { BundleDocument, BundleOriginal, LanguageText } from '../../../../src/model/bundle.ts'

/** Pieces that steer, hide, turn or break texts, and letters of many scripts. */
const PIECES = [
  ...[
    '```',
    '~~~',
    '<!--',
    '-->',
    '<?',
    '<pre>',
    '<![CDATA[',
    '&lt;',
    '\\',
    '> ',
    '- ',
    '[^1]: ',
    '---',
    '\n',
    '\n\n',
    '\r\n',
  ],
  ...[
    'Original: https://evil.example/',
    'ipfs://bafyevil',
    'example.org/archive/',
    'c:unlisted',
    'с：unlisted',
    'purchase:',
  ],
  ...[
    '👨‍👩‍👧',
    '🇰🇿',
    'e\u0301',
    '\u1100\u1161\u11a8',
    'नि',
    'ئۇيغۇر',
    'қазақ',
    '中',
    '😀',
    '\u202e',
    '\u200f',
    '\u0000',
    '\ud83d',
    '\udc00',
  ],
  ...['a', ' ', '.', '#', '!', "'", '~', '\t', '\ufeff', '\u2028', '\u3000', '\u2800'],
]

export const foreignText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
)

/** The same, often much longer than any limit: up to some 100 kB. */
export const longText: fc.Arbitrary<string> = fc.oneof(
  foreignText,
  fc
    .tuple(foreignText, fc.integer({ min: 1, max: 2_000 }))
    .map(([text, times]) => text.repeat(times).slice(0, 100_000)),
)

const language = fc.oneof(
  fc.constantFrom(
    'en',
    'kk-Arab',
    'ug',
    'ar',
    'fa',
    'zh-Hant',
    'zh-TW',
    'uig',
    'yue',
    'und',
    'xx',
    'en-US-u-x',
    'iw',
    'constructor',
    '__proto__',
  ),
  fc.string({ maxLength: 20 }),
)
const time = fc.oneof(
  fc.constantFrom('2018-05-01', '1961-02-03', '2018-02-31', '2019-01-01T10:00:00Z', '9999-12-31', '0000-00-00', ''),
  fc.string({ maxLength: 20 }),
)
const license = fc.oneof(
  fc.constantFrom(
    'https://creativecommons.org/licenses/by-nc-sa/4.0/',
    'CC BY 4.0',
    'https://rightsstatements.org/vocab/InC/1.0/',
  ),
  fc.webUrl(),
  longText,
)
const url = fc.oneof(
  fc.webUrl({ validSchemes: ['https', 'http'], withQueryParameters: true, withFragments: true }),
  foreignText,
)

export function someTexts(text: fc.Arbitrary<string>): fc.Arbitrary<readonly LanguageText[]> {
  return fc.array(fc.record({ language, value: text }), { maxLength: 4 })
}

const original: fc.Arbitrary<BundleOriginal> = fc.record(
  { key: fc.oneof(fc.constant('youtube:video:abc'), foreignText), url, publishedAt: time },
  { requiredKeys: ['key'] },
)

/** Whatever the type of a document allows, far beyond what its parser lets through. */
export const anyDocument: fc.Arbitrary<BundleDocument> = fc.record(
  {
    schema: fc.constant('holdfast-bundle/1' as const),
    title: someTexts(fc.oneof(foreignText, longText)),
    description: someTexts(longText),
    languages: fc.array(language, { maxLength: 12 }),
    publishedAt: time,
    durationMs: fc.oneof(fc.nat(), fc.double(), fc.maxSafeInteger()),
    tags: fc.array(foreignText, { maxLength: 40 }),
    originals: fc.array(original, { maxLength: 4 }),
    license,
  },
  { requiredKeys: ['schema', 'title', 'originals'] },
)
