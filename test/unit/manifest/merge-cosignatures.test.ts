import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mergeCosignatures } from '../../../src/manifest/merge-cosignatures.ts'
import { parseSignedNote, type SignatureLine } from '../../../src/manifest/note.ts'
import { cosign } from '../../../src/manifest/signer.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aWitnessedLog } from '../../fakes/witnessed-log.ts'
import { ed25519Signer } from './signers.ts'

const note = aWitnessedLog().note(7)
const { text, signatures } = parseSignedNote(note)
const [one, two] = [ed25519Signer('one.example/witness', 1, 0x04), ed25519Signer('two.example/witness', 2, 0x04)]
const keys = [one.key, two.key]

function merged(base: Uint8Array, lines: readonly SignatureLine[], known = keys) {
  const { note: result, added } = mergeCosignatures(nodePrimitives, known, base, lines)
  return { note: result, added, lines: parseSignedNote(result).signatures.map(({ line }) => line) }
}

describe('merging cosignatures', () => {
  it('adds each key once, behind what the log signed, and the newest of each', () => {
    const given = [cosign(text, one, 100), cosign(text, two, 50), cosign(text, one, 200), cosign(text, one, 150)]
    const { lines, added } = merged(note, given)
    assert.deepEqual(lines, [signatures[0]?.line, given[2]?.line, given[1]?.line])
    assert.equal(added, 3)
  })

  it('gives the same note again where nothing is new, in any order', () => {
    const first = merged(note, [cosign(text, one, 100), cosign(text, two, 50)])
    const again = merged(first.note, [cosign(text, two, 50), cosign(text, one, 99)])
    assert.deepEqual([again.note, again.added], [first.note, 0])
  })

  it('passes over strangers, lines of another head, and signatures that the key did not make', () => {
    const other = parseSignedNote(aWitnessedLog().note(8)).text
    const stranger = ed25519Signer('one.example/witness', 9, 0x04)
    const bent = { ...cosign(text, one, 100), signature: cosign(text, one, 101).signature.fill(7, 8) }
    const { lines, added } = merged(note, [cosign(text, stranger, 1), cosign(other, one, 1), bent])
    assert.deepEqual([lines, added], [[signatures[0]?.line], 0])
  })

  it('keeps at most 32', () => {
    const many = Array.from({ length: 40 }, (_, i) => ed25519Signer(`w${i}.example/witness`, i + 10, 0x04))
    const { lines } = merged(
      note,
      many.map((signer) => cosign(text, signer, 5)),
      many.map(({ key }) => key),
    )
    assert.equal(lines.length, 33)
  })
})
