import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encodeJcs, parseStrictJson } from '../../../src/manifest/jcs.ts'
import { encodeStatement, parseStatement, type Statement } from '../../../src/manifest/statement.ts'
import { isContentId, isRootId } from '../../../src/manifest/statement-fields.ts'
import { cidText, DAG_PB_CODEC, isProfileCid, parseCid } from '../../../src/model/content-id.ts'
import * as made from '../../fakes/manifest-log.ts'
import { hex, readManifestCases, utf8 } from './manifest-vectors.ts'

interface StatementCase {
  readonly name: string
  readonly rule: string
  readonly text?: string
  readonly base64?: string
  readonly kind: 'known' | 'unknown' | 'malformed'
  readonly code?: string
}

const { ALMA, BEK } = made
/** One statement of each type. */
const ALL: readonly Statement[] = [
  made.aGenesis(),
  made.aBundle(1),
  made.anOriginal(1, { state: 'removed' }),
  made.aCopy(1),
  made.aWithdrawal(1, { reason: 'legal', jurisdiction: 'KZ' }),
  made.aRestore(1, [ALMA, BEK]),
  made.aPolicy(),
  made.aRepudiation(1, 2),
  made.aSuccessor(),
  made.anIndex({ size: 9, bits: 3, root: made.digest('i') }),
]

describe('parseStatement', () => {
  for (const { name, rule, text, base64, kind, code } of readManifestCases<StatementCase>('statements')) {
    it(`finds ${name} ${code ?? kind} (${rule})`, () => {
      const parsed = parseStatement(
        base64 === undefined ? utf8(text ?? '') : new Uint8Array(Buffer.from(base64, 'base64')),
      )
      assert.equal(parsed.kind, kind)
      assert.equal(parsed.kind === 'malformed' ? parsed.code : undefined, code)
    })
  }

  it('never throws and never takes bytes that are not their own canonical form, whatever they are', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map(utf8),
      fc.tuple(fc.constantFrom(...ALL), fc.nat(), fc.nat(255)).map(([statement, at, value]) => {
        const changed = encodeStatement(statement).slice()
        changed[at % changed.length] = value
        return changed
      }),
    )
    const property = fc.property(bytes, (candidate) => {
      const parsed = parseStatement(candidate)
      if (parsed.kind !== 'malformed') assert.equal(hex(encodeJcs(parsed.value)), hex(candidate))
    })
    fc.assert(property, { numRuns: process.env['SLOW'] === '1' ? 20_000 : 500 })
  })

  it('gives a statement without members that its schema does not name, and the value with them', () => {
    const parsed = parseStatement(made.rawEntry({ ...made.aBundle(1), colour: 'green' }))
    assert.ok(parsed.kind === 'known')
    assert.deepEqual(parsed.statement, made.aBundle(1))
    assert.equal(parsed.value['colour'], 'green')
  })

  it('tells whether an unknown type is critical', () => {
    const at = '2026-03-01T12:00:00Z'
    for (const critical of [true, false]) {
      const parsed = parseStatement(made.rawEntry({ type: 'future/1', at, ...(critical ? { critical } : {}) }))
      assert.ok(parsed.kind === 'unknown')
      assert.equal(parsed.critical, critical)
    }
  })
})

describe('encodeStatement', () => {
  for (const statement of ALL) {
    it(`writes ${statement.type} so that reading gives the same statement`, () => {
      const parsed = parseStatement(encodeStatement(statement))
      assert.ok(parsed.kind === 'known')
      assert.deepEqual(parsed.statement, statement)
    })
  }

  it('refuses a member that no schema names, at any depth: the log can never be taken back', () => {
    const bundle = made.aBundle(1)
    const [file] = bundle.files
    for (const leak of [
      { ...bundle, title: 'x' },
      { ...bundle, files: [{ ...file, name: 'x.mp4' }] },
    ]) {
      assert.throws(() => encodeStatement(JSON.parse(JSON.stringify(leak))), {
        name: 'ManifestError',
        code: 'STATEMENT_FIELD_INVALID',
      })
    }
  })

  it('refuses what a reader would call malformed, with the same code', () => {
    assert.throws(() => encodeStatement({ ...made.aBundle(1), id: 'x' }), {
      name: 'ManifestError',
      code: 'STATEMENT_FIELD_INVALID',
    })
    assert.throws(() => encodeStatement({ ...made.aBundle(1), bytes: 1.5 }), { code: 'STATEMENT_VALUE_REFUSED' })
    const policy = Array.from({ length: 9 }, (_, i) => `# ${i} ${'a'.repeat(2_000)}`)
    assert.throws(() => encodeStatement(made.aGenesis({ policy })), { code: 'STATEMENT_TOO_LARGE' })
  })
})

describe('parseStrictJson', () => {
  it('reads back whatever encodeJcs wrote', () => {
    const text = fc
      .string({ unit: 'grapheme' })
      .map((value) => value.normalize('NFC').replace(/[\p{Cc}\p{Bidi_Control}]/gu, ''))
    const leaf = fc.oneof(fc.nat(Number.MAX_SAFE_INTEGER), fc.boolean(), text)
    const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/)
    const plain = { noNullPrototype: true }
    const object = fc.dictionary(name, fc.oneof(leaf, fc.array(leaf), fc.dictionary(name, leaf, plain)), plain)
    fc.assert(
      fc.property(object, (value) => assert.deepEqual(parseStrictJson(encodeJcs(value)), value)),
      { numRuns: 200 },
    )
  })
})

describe('isContentId', () => {
  it('agrees with the reader of CIDs on CIDs, and on CIDs with one letter changed', () => {
    const digits = 'abcdefghijklmnopqrstuvwxyz234567'
    const word = fc.nat(1_000_000)
    const candidate = fc
      .tuple(word, fc.boolean(), fc.nat(58), fc.nat(31), fc.boolean())
      .map(([n, isRoot, at, digit, isChanged]) => {
        const text = isRoot ? made.testRoot(n) : made.testFile(n)
        return isChanged ? `${text.slice(0, at)}${digits[digit]}${text.slice(at + 1)}` : text
      })
    const byReader = (text: string): { readonly isOurs: boolean; readonly isRoot: boolean } => {
      try {
        const cid = parseCid(text)
        const isOurs = isProfileCid(cid) && cidText(cid) === text
        return { isOurs, isRoot: isOurs && cid.code === DAG_PB_CODEC }
      } catch {
        return { isOurs: false, isRoot: false } // What the reader refuses is no content ID.
      }
    }
    const property = fc.property(candidate, (text) => {
      assert.deepEqual({ isOurs: isContentId(text), isRoot: isRootId(text) }, byReader(text))
    })
    fc.assert(property, { numRuns: 3_000 })
  })
})
