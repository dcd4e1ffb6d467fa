import { ValiError } from 'valibot'
import { ManifestError, type ManifestErrorCode } from './errors.ts'
import { encodeJcs, type JsonObject, parseStrictJson } from './jcs.ts'
import {
  parseBundleStatement,
  parseCopy,
  parseIndexStatement,
  parseOriginalStatement,
  parseRestore,
  parseWithdrawal,
} from './statement-content.ts'
import { isPointInTime, isStatementType } from './statement-fields.ts'
import { parseGenesis, parsePolicyStatement, parseRepudiation, parseSuccessor } from './statement-governing.ts'
import type { Statement } from './statement-types.ts'

export type * from './statement-types.ts'

/** What the bytes of an entry turned out to be; `value` holds members that the schema does not name as well. */
export type ParsedStatement =
  | { readonly kind: 'known'; readonly statement: Statement; readonly value: JsonObject }
  | { readonly kind: 'unknown'; readonly type: string; readonly critical: boolean; readonly value: JsonObject }
  | { readonly kind: 'malformed'; readonly code: ManifestErrorCode; readonly message: string }

const utf8 = new TextEncoder()

/** Every type of manifest-v1, section 3, with its schema. */
const PARSERS: ReadonlyMap<unknown, (value: unknown) => Statement> = new Map<string, (value: unknown) => Statement>([
  ['genesis/1', parseGenesis],
  ['bundle/1', parseBundleStatement],
  ['original/1', parseOriginalStatement],
  ['copy/1', parseCopy],
  ['withdrawal/1', parseWithdrawal],
  ['restore/1', parseRestore],
  ['policy/1', parsePolicyStatement],
  ['repudiation/1', parseRepudiation],
  ['successor/1', parseSuccessor],
  ['index/1', parseIndexStatement],
])

/**
 * Reads the bytes of an entry. Never throws for what the bytes are: a malformed entry can never be removed from a log,
 * so it must never stop anybody. Members that the schema does not name are left out of `statement`.
 *
 * @see manifest-v1 §1.3, §2
 */
export function parseStatement(bytes: Uint8Array): ParsedStatement {
  try {
    const value = parseStrictJson(bytes)
    assertEnvelope(value)
    const parse = PARSERS.get(value['type'])
    if (parse !== undefined) return { kind: 'known', statement: parse(value), value }
    return { kind: 'unknown', type: String(value['type']), critical: value['critical'] === true, value }
  } catch (error) {
    if (error instanceof ManifestError) return { kind: 'malformed', code: error.code, message: error.message }
    const message = schemaFault(error)
    return { kind: 'malformed', code: 'STATEMENT_FIELD_INVALID', message }
  }
}

/** The bytes of a statement, and what every reader makes of them. */
export interface WrittenStatement {
  readonly bytes: Uint8Array
  readonly parsed: ParsedStatement
}

/**
 * Writes a statement, and only one that every reader will accept: the bytes are read back, and members that the schema
 * does not name are refused, because what stands in the log can never be taken back.
 *
 * @throws {ManifestError} `STATEMENT_FIELD_INVALID`, `STATEMENT_VALUE_REFUSED`, `STATEMENT_TOO_LARGE`.
 */
export function writeStatement(statement: Statement): WrittenStatement {
  const bytes = encodeJcs(statement)
  const parsed = parseStatement(bytes)
  if (parsed.kind === 'malformed') throw new ManifestError(parsed.code, `${statement.type}: ${parsed.message}`)
  if (parsed.kind === 'unknown') throw fieldInvalid(`there is no statement of type ${JSON.stringify(statement.type)}`)
  // What the schema does not name, it drops; so what it names alone is shorter when there was more, in any order of members.
  if (bytes.length !== utf8.encode(JSON.stringify(parsed.statement)).length) {
    throw fieldInvalid(`a statement of type ${statement.type} has a member that its schema does not name`)
  }
  return { bytes, parsed }
}

/** The bytes alone; see {@link writeStatement}. */
export function encodeStatement(statement: Statement): Uint8Array {
  return writeStatement(statement).bytes
}

/** @see manifest-v1 §2.1, §2.2 */
function assertEnvelope(value: JsonObject): void {
  const { type, at, critical } = value
  if (typeof type !== 'string' || !isStatementType(type)) throw fieldInvalid('type is not TOKEN/N')
  if (typeof at !== 'string' || !isPointInTime(at)) throw fieldInvalid('at is not a point in time')
  if (critical !== undefined && critical !== true) throw fieldInvalid('critical is not true')
}

/** Names the member at fault, not its value. Anything but a fault found by a schema is a bug and is thrown on. */
function schemaFault(error: unknown): string {
  if (!(error instanceof ValiError)) throw error
  const [issue] = error.issues
  const path = (issue.path ?? []).map(({ key }: { key: unknown }) => String(key)).join('.')
  return path === '' ? issue.message : `${path} is not as its type demands`
}

function fieldInvalid(message: string): ManifestError {
  return new ManifestError('STATEMENT_FIELD_INVALID', message)
}
