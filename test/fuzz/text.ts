/**
 * Reads bytes as text without ever failing. Unlike UTF-8 it knows lone surrogates (three bytes from `ED A0 80`), because
 * the texts that reach our parsers as JavaScript strings may hold them. Other wrong bytes become U+FFFD.
 */
export function textOf(bytes: Uint8Array): string {
  const parts = Buffer.from(bytes)
    .toString('latin1')
    .split(/(\xed[\xa0-\xbf][\x80-\xbf])/)
  return parts.map((part, i) => (i % 2 === 1 ? surrogate(part) : Buffer.from(part, 'latin1').toString('utf8'))).join('')
}

/** The bytes that {@link textOf} reads as this text. */
export function bytesOfText(text: string): Uint8Array {
  if (text.isWellFormed()) return new Uint8Array(Buffer.from(text))
  const parts = text.split(/([\ud800-\udfff])/u)
  return new Uint8Array(
    Buffer.concat(parts.map((part, i) => (i % 2 === 1 ? bytesOfSurrogate(part) : Buffer.from(part)))),
  )
}

function surrogate(latin1: string): string {
  const [, second = 0, third = 0] = Buffer.from(latin1, 'latin1')
  return String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f))
}

function bytesOfSurrogate(unit: string): Buffer {
  const code = unit.charCodeAt(0)
  return Buffer.from([0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)])
}
