/** Texts that have broken parsers of others: each is put into inputs, at any place. */
export const NASTY_TEXTS: readonly string[] = [
  // Line ends, and what is taken for one.
  ...['\n', '\r\n', '\r', '\n\n', '\u0085', '\u2028', '\u2029', '\v', '\f'],
  // White space and what cannot be seen.
  ...[' ', '\t', '\u00a0', '\u3000', '\u200b', '\u200d', '\u00ad', '\ufeff', '\0', '\u007f', '\u0080'],
  // Bidirectional controls, combining marks, compatibility and decomposed forms, case that changes length.
  ...[
    '\u202e',
    '\u2066',
    '\u200f',
    '\u061c',
    'e\u0301',
    'й',
    '\u0345',
    'ﬁ',
    'ß',
    'İ',
    'ſ',
    'K',
    '\u1e9e',
    '\u0301'.repeat(40),
  ],
  // Lone and paired surrogates, noncharacters.
  ...['\ud800', '\udfff', '\udc00\ud800', '\u{10ffff}', '\uffff', '\ufdd0', '👨‍👩‍👧'],
  // Names that every object of JavaScript has.
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'length', 'then'],
  // Numbers at and beyond edges.
  ...['0', '-0', '00', '-1', '1e9', '1e400', '0x10', '255', '256', '257', '65535', '65536', '2147483648', '4294967296'],
  ...['9007199254740991', '9007199254740992', '18446744073709551615', '99999999999999999999', 'NaN', 'Infinity', '1.5'],
  // What delimits in one format or another.
  ...[
    '"',
    "'",
    '`',
    '\\',
    '\\u0000',
    '\\ud800',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    ',',
    ';',
    ':',
    '=',
    '#',
    '%',
    '+',
  ],
  ...[
    '%00',
    '%2e%2e',
    '%2F',
    '%',
    '%ff',
    '%c0%af',
    '../',
    '/',
    '//',
    '?',
    '&',
    '&amp;',
    '&amp;amp;',
    '@',
    '|',
    '*',
    '~',
    '—',
  ],
  ...['null', 'true', 'false', '[]', '{}', '""', '{"a":1,"a":2}', '"__proto__":{}', '[[[[[[[[', '{"a":{"a":{"a":'],
]

/** Bytes that stand at an edge of some encoding. */
export const NASTY_BYTES: readonly [number, ...number[]] = [
  ...([0x00, 0x01, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x2e, 0x2f, 0x30, 0x39, 0x3a] as const),
  ...[0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0x81, 0xbf, 0xc0, 0xc2, 0xe2, 0xed, 0xef, 0xf0, 0xf5, 0xfe, 0xff],
]

/** Integers that stand at an edge of some width. */
export const NASTY_INTEGERS: readonly [bigint, ...bigint[]] = [
  ...([0n, 1n, 2n, 127n, 128n, 255n, 256n, 32_767n, 65_535n, 65_536n, 2n ** 21n, 2n ** 31n - 1n, 2n ** 31n] as const),
  ...[2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n],
]
