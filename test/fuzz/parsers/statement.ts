import assert from 'node:assert/strict'
import fc from 'fast-check'
import { encodeJcs, MAX_STATEMENT_BYTES } from '../../../src/manifest/jcs.ts'
import { parseStatement, writeStatement } from '../../../src/manifest/statement.ts'
import { rawEntry } from '../../fakes/manifest-log.ts'
import { readManifestCases } from '../../unit/manifest/manifest-vectors.ts'
import { jsonOf, mostly } from '../json-documents.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

interface StatementCase {
  readonly name: string
  readonly rule: string
  readonly text?: string
  readonly base64?: string
  readonly kind: string
}

const vectors = readManifestCases<StatementCase>('statements').flatMap(({ text, base64, kind }) => {
  const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64')
  return Array.from({ length: kind === 'malformed' ? 1 : 8 }, () => bytes)
})
const TYPES = [
  'genesis/1',
  'bundle/1',
  'original/1',
  'copy/1',
  'withdrawal/1',
  'restore/1',
  'policy/1',
  'index/1',
  'x/1',
]
const generated = fc.record(
  {
    type: mostly(fc.constantFrom(...TYPES)),
    at: mostly(fc.constantFrom('2026-03-01T12:00:00Z', '2024-02-29T00:00:00Z', '2023-02-29T00:00:00Z')),
    id: mostly(fc.constantFrom('1111111111h', '22222222222')),
    critical: mostly(fc.constant(true)),
    size: mostly(fc.nat()),
    bits: mostly(fc.nat(17)),
    reason: mostly(fc.constantFrom('publisher', 'legal')),
    extra: jsonOf(4),
  },
  { requiredKeys: ['type', 'at'] },
)

/** Statements: reading never throws, and an accepted one is exactly the canonical form of what it says. */
export const statement: FuzzTarget = {
  name: 'statement',
  share: 80_000,
  codes: [],
  words: ['"type":"bundle/1"', '"critical":true', '"at":"2026-03-01T12:00:00Z"', '"ids":{', '"approvals":[', ...TYPES],
  maxBytes: MAX_STATEMENT_BYTES + 16,
  seeds: (seed) => [
    ...vectors,
    ...fc.sample(generated, { numRuns: 100, seed }).map((value) => new Uint8Array(rawEntry(value))),
  ],
  run(input) {
    const parsed = parseStatement(input)
    if (parsed.kind === 'malformed') return parsed.code
    assert.deepEqual(Buffer.from(encodeJcs(parsed.value)), Buffer.from(input))
    if (parsed.kind === 'unknown') return parsed.kind
    // What the schema names alone is a statement too, and says the same.
    const again = writeStatement(parsed.statement).parsed
    assert.deepEqual(again.kind === 'known' ? again.statement : again, parsed.statement)
    return ACCEPTED
  },
}
