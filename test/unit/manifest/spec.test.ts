import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { MANIFEST_ERROR_CODES } from '../../../src/manifest/errors.ts'
import { SPEC_SHA256 } from '../../../src/manifest/spec.ts'

const spec = readFileSync(new URL('../../../docs/spec/manifest-v1.md', import.meta.url))
/** What belongs to a manifest and is no part of it. */
const beside = readFileSync(new URL('../../../docs/spec/holdings-v1.md', import.meta.url))

describe('the specification of the manifest', () => {
  it('has the hash that every genesis names', () => assert.equal(SPEC_SHA256, hash('sha256', spec)))

  it('names every code for a statement that is malformed or void', () => {
    const codes = MANIFEST_ERROR_CODES.slice(MANIFEST_ERROR_CODES.indexOf('STATEMENT_TOO_LARGE'))
    const missing = codes.filter((code) => !spec.includes(`\`${code}\``) && !beside.includes(`\`${code}\``))
    // What a caller does wrong, and what a writer finds in its own index, is no rule of the format.
    assert.deepEqual(missing, ['ENTRY_OUT_OF_ORDER', 'INDEX_SHARD_TOO_LARGE'])
  })

  it('numbers every clause once', () => {
    const clauses = [...spec.toString().matchAll(/\*\*(§\d+\.\d+)\b/g)].map(([, clause]) => clause)
    assert.ok(clauses.length > 60)
    assert.equal(new Set(clauses).size, clauses.length)
  })
})
