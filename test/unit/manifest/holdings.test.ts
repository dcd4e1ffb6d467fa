import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { ManifestError } from '../../../src/manifest/errors.ts'
import { isHoldings, requireListOf, signHoldings, verifyHoldings } from '../../../src/manifest/holdings.ts'
import { noblePrimitives } from '../../../src/manifest/noble-primitives.ts'
import { parseVkey } from '../../../src/manifest/vkey.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { testSigner } from '../../fakes/manifest-log.ts'

interface NoteCase {
  readonly name: string
  readonly note: string
  readonly holder: string
  readonly says?: Readonly<Record<string, unknown>>
  readonly code?: string
}

interface ListCase {
  readonly name: string
  readonly list: string
  readonly own?: true
  readonly roots?: readonly string[]
  readonly code?: string
}

function read<T>(name: string): readonly T[] {
  const text = readFileSync(new URL(`../../vectors/holdings/${name}`, import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const notes = read<NoteCase>('notes.jsonl')
const fails = (code: string) => (error: unknown) => error instanceof ManifestError && error.code === code
const keyOf = (vkey: string) => parseVkey(vkey, nodePrimitives.sha256)

describe('a note of holdings', () => {
  for (const primitives of [nodePrimitives, noblePrimitives])
    for (const { name, note, holder, says, code } of notes) {
      const verify = () => verifyHoldings(primitives, [keyOf(holder)], Buffer.from(note))
      if (code !== undefined) it(`is refused: ${name}`, () => assert.throws(verify, fails(code)))
      else
        it(`is read: ${name}`, () => {
          const { root, holder: by, signedAt, ...held } = verify()
          assert.deepEqual([by, signedAt], ['m-test1/holder', '2026-06-01T00:00:00Z'])
          if (says !== undefined) assert.deepEqual({ ...held, root: Buffer.from(root).toString('hex') }, says)
          assert.ok(isHoldings(Buffer.from(note)))
        })
    }

  it('is signed by no key of another kind', () => {
    const [{ note = '', holder = '' } = {}] = notes
    const held = verifyHoldings(nodePrimitives, [keyOf(holder)], Buffer.from(note))
    const log = testSigner('holder', 'm-test1/holder')
    assert.throws(() => signHoldings(held, log, Date.parse(held.signedAt) / 1000), fails('KEY_UNSUITABLE'))
  })
})

describe('the list of a note of holdings', () => {
  const [{ note = '', holder = '' } = {}] = notes
  const held = verifyHoldings(nodePrimitives, [keyOf(holder)], Buffer.from(note))
  for (const { name, list, own, roots, code } of read<ListCase>('lists.jsonl')) {
    const bytes = Buffer.from(list)
    const listSha256 = own === true ? Buffer.from(nodePrimitives.sha256(bytes)).toString('hex') : held.listSha256
    const check = () => requireListOf({ ...held, listSha256 }, bytes, nodePrimitives.sha256)
    if (code === undefined) it(`is read: ${name}`, () => assert.deepEqual(check(), roots))
    else it(`is refused: ${name}`, () => assert.throws(check, fails(code)))
  }
})
