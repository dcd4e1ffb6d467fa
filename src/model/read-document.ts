import { canonicalText, isPlainObject } from './canonical-json.ts'
import { DocumentError } from './document-errors.ts'
import { LIMITS } from './document-fields.ts'
import { jsonShape } from './json-depth.ts'

/** Beyond the depth of any document of ours, so that a later version is told by its `schema`. */
const MAX_DEPTH = 16

/**
 * Reads one document of a bundle: size, UTF-8, JSON, the one canonical spelling, version. The caller has checked that the
 * bytes are those of its CID.
 *
 * @param name - of the file, for messages.
 * @param schema - value that the field `schema` must have.
 * @throws {DocumentError} any code but `DOCUMENT_FIELD_INVALID`.
 */
export function readDocument(bytes: Uint8Array, name: string, schema: string): Readonly<Record<string, unknown>> {
  if (bytes.length > LIMITS.documentBytes)
    throw new DocumentError('DOCUMENT_TOO_LARGE', `${name} is larger than ${LIMITS.documentBytes} bytes`)
  // Before anything recursive touches it: a bundle's documents are three levels deep.
  if (jsonShape(bytes).depth > MAX_DEPTH) throw new DocumentError('DOCUMENT_MALFORMED', `${name} is nested too deep`)
  const text = decode(bytes, name)
  const value = parse(text, name)
  if (!isPlainObject(value)) throw new DocumentError('DOCUMENT_MALFORMED', `${name} is no JSON object`)
  // Version first: what a later version writes differently is no fault.
  if (value['schema'] !== schema) {
    const hint = 'A newer release of Holdfast may know it.'
    throw new DocumentError('DOCUMENT_VERSION_UNKNOWN', `${name} does not say ${schema}`, { hint })
  }
  if (canonicalText(value) !== text)
    throw new DocumentError('DOCUMENT_NOT_CANONICAL', `${name} is not in its canonical form (RFC 8785)`)
  return value
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new DocumentError('DOCUMENT_MALFORMED', `${name} is not UTF-8`, { cause })
  }
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DocumentError('DOCUMENT_MALFORMED', `${name} is no JSON`, { cause })
  }
}
