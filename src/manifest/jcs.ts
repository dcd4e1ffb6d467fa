import canonicalize from 'canonicalize'
import { ManifestError } from './errors.ts'

/** What strict JSON can hold: no null, no fractions, no negative numbers. @see manifest-v1 §1.2 */
export type JsonValue = string | number | boolean | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined
}

/** @see manifest-v1 §1.1 */
export const MAX_STATEMENT_BYTES = 16_384
/** @see manifest-v1 §1.2, 6 */
const MAX_DEPTH = 6
const NAME = /^[a-z][A-Za-z0-9]*$/
/** Control and bidirectional control characters, as manifest-v1 §1.2, 5 lists them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
const REFUSED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const ASCII_ONLY = /^[ -~]*$/

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8 = new TextEncoder()

/**
 * Reads the bytes of a statement, which must be the one RFC 8785 form of one object of strict JSON. Duplicate names,
 * other spellings of numbers and escapes need no rule of their own: they do not survive being written again.
 *
 * @throws {ManifestError} `STATEMENT_TOO_LARGE`, `STATEMENT_NOT_UTF8`, `STATEMENT_NOT_JSON`, `STATEMENT_VALUE_REFUSED`,
 *   `STATEMENT_NOT_CANONICAL`.
 */
export function parseStrictJson(bytes: Uint8Array): JsonObject {
  if (bytes.length === 0 || bytes.length > MAX_STATEMENT_BYTES) {
    throw new ManifestError(
      'STATEMENT_TOO_LARGE',
      `a statement has 1 to ${MAX_STATEMENT_BYTES} bytes, not ${bytes.length}`,
    )
  }
  const text = decodeUtf8(bytes)
  const value = parseJson(text)
  assertStrict(value, 1)
  if (!isObject(value)) throw refused('a statement is an object')
  if (!isSorted(value) || JSON.stringify(value) !== text) {
    throw new ManifestError('STATEMENT_NOT_CANONICAL', 'the bytes are not the canonical form of their JSON')
  }
  return value
}

/**
 * Writes an object as RFC 8785 does. Writing what {@link parseStrictJson} read gives the same bytes.
 *
 * @throws {ManifestError} `STATEMENT_VALUE_REFUSED`, `STATEMENT_TOO_LARGE`.
 */
export function encodeJcs(value: unknown): Uint8Array {
  assertStrict(value, 1)
  const bytes = utf8.encode(canonicalText(value))
  if (bytes.length > MAX_STATEMENT_BYTES) {
    throw new ManifestError(
      'STATEMENT_TOO_LARGE',
      `a statement has at most ${MAX_STATEMENT_BYTES} bytes, not ${bytes.length}`,
    )
  }
  return bytes
}

/** Tells whether a value is an object with names, not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch (cause) {
    throw new ManifestError('STATEMENT_NOT_UTF8', 'the bytes are not UTF-8', { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ManifestError('STATEMENT_NOT_JSON', 'the bytes are not JSON', { cause })
  }
}

function canonicalText(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw refused('there is no JSON for this value')
  return text
}

/**
 * Tells whether the names of every object ascend. Within strict JSON that is all that RFC 8785 adds to ECMAScript's
 * JSON.stringify (3.2.2 and 3.2.3): names are ASCII and never look like array indices, so objects keep their order.
 */
function isSorted(value: JsonValue): boolean {
  if (typeof value !== 'object') return true
  if (isList(value)) return value.every(isSorted)
  let last = ''
  for (const name in value) {
    const member = value[name]
    if (name <= last || (typeof member === 'object' && !isSorted(member))) return false
    last = name
  }
  return true
}

/** `Array.isArray` does not tell a readonly list from an object. */
function isList(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function assertStrict(value: unknown, depth: number): asserts value is JsonValue {
  if (typeof value === 'string') return assertStrictString(value)
  if (typeof value === 'number') {
    // `Object.is` because -0 is a safe integer and is written as 0.
    if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0))
      throw refused('numbers are integers from 0 to 2^53-1')
    return
  }
  if (typeof value === 'boolean') return
  if (typeof value !== 'object' || value === null)
    throw refused(`${value === null ? 'null' : typeof value} does not occur`)
  if (depth > MAX_DEPTH) throw refused(`more than ${MAX_DEPTH} levels of objects and lists`)
  if (Array.isArray(value)) {
    for (const item of value) assertStrict(item, depth + 1)
    return
  }
  for (const [name, member] of Object.entries(value)) {
    if (!NAME.test(name)) throw refused('a name of a member is not of the form [a-z][A-Za-z0-9]*')
    assertStrict(member, depth + 1)
  }
}

function assertStrictString(text: string): void {
  if (ASCII_ONLY.test(text)) return
  if (!text.isWellFormed()) throw refused('a string holds a lone surrogate')
  if (REFUSED.test(text)) throw refused('a string holds a control character')
  if (text.normalize('NFC') !== text) throw refused('a string is not in normalization form C')
}

function refused(what: string): ManifestError {
  return new ManifestError('STATEMENT_VALUE_REFUSED', what)
}
