import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatCheckpoint, parseCheckpoint } from '../../../src/manifest/checkpoint.ts'
import { ManifestError } from '../../../src/manifest/errors.ts'
import {
  formatSignedNote,
  MAX_NOTE_BYTES,
  parseSignatureLine,
  parseSignedNote,
  signatureLine,
} from '../../../src/manifest/note.ts'
import { isLineOf, verifySignature } from '../../../src/manifest/verify-signature.ts'
import { parseVkey } from '../../../src/manifest/vkey.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { bytesOf, readCases, tlogFixture, type VectorCase } from './vectors.ts'

function fails({ code, because = '' }: VectorCase): (error: unknown) => boolean {
  return (error) => error instanceof ManifestError && error.code === code && error.message.includes(because)
}

describe('signed note', () => {
  for (const vector of readCases('notes.jsonl')) {
    const bytes = bytesOf(vector)
    if (vector.code !== undefined) {
      it(`refuses: ${vector.name}`, () => assert.throws(() => parseSignedNote(bytes), fails(vector)))
    } else {
      it(`reads and writes again: ${vector.name}`, () => {
        const { text, signatures } = parseSignedNote(bytes)
        assert.ok(text.endsWith('\n') && signatures.length > 0)
        assert.deepEqual(formatSignedNote(text, signatures), bytes)
      })
    }
  }

  it('takes the last blank line for the end of the text', () => {
    const { text, signatures } = parseSignedNote(bytesOf({ name: '', text: 'a\n\nb\n\n— n AAAAAQA=\n' }))
    assert.equal(text, 'a\n\nb\n')
    assert.deepEqual(signatures, [{ name: 'n', keyId: 1, signature: Uint8Array.of(0), line: '— n AAAAAQA=' }])
  })

  it('has at most 128 KiB', () => {
    const end = '\n\n— n AAAAAQA=\n'
    const fill = 'x'.repeat(MAX_NOTE_BYTES - Buffer.byteLength(end))
    assert.equal(parseSignedNote(bytesOf({ name: '', text: fill + end })).signatures.length, 1)
    assert.throws(() => parseSignedNote(bytesOf({ name: '', text: `${fill}x${end}` })), { code: 'NOTE_MALFORMED' })
  })

  it('verifies the public vector, and no other text', () => {
    const key = parseVkey(
      'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
      nodePrimitives.sha256,
    )
    const line = parseSignatureLine(
      '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=',
    )
    assert.ok(isLineOf(line, key))
    assert.deepEqual(verifySignature(nodePrimitives, key, 'This is an example message.\n', line), {})
    assert.throws(() => verifySignature(nodePrimitives, key, 'This is an example message!\n', line), {
      code: 'SIGNATURE_INVALID',
    })
    assert.deepEqual(signatureLine(key, line.signature), line)
  })

  it('matches a line to a key by name and ID together', () => {
    const key = parseVkey(tlogFixture.logKey.vkey, nodePrimitives.sha256)
    const line = signatureLine(key, new Uint8Array(64))
    assert.ok(isLineOf(line, key))
    assert.ok(!isLineOf({ ...line, name: 'x' }, key))
    assert.ok(!isLineOf({ ...line, keyId: key.keyId + 1 }, key))
  })

  it('is not written from what would read otherwise', () => {
    const line = '— n AAAAAQA='
    for (const [text, lines] of [
      ['no newline', [line]],
      ['t\n', []],
      ['t\n', [`${line}\n`]],
      ['t\n', [`\n${line}`]],
      ['t\n', ['nothing']],
    ] as const) {
      assert.throws(
        () =>
          formatSignedNote(
            text,
            lines.map((one) => ({ line: one })),
          ),
        { code: 'NOTE_MALFORMED' },
      )
    }
  })
})

describe('checkpoint', () => {
  for (const vector of readCases('checkpoints.jsonl')) {
    const { name, text = '', code } = vector
    if (code !== undefined) it(`refuses: ${name}`, () => assert.throws(() => parseCheckpoint(text), fails(vector)))
    else it(`reads and writes again: ${name}`, () => assert.equal(formatCheckpoint(parseCheckpoint(text)), text))
  }

  it('is not written with what nobody could read', () => {
    const good = { origin: 'a', size: 1, root: new Uint8Array(32) }
    for (const wrong of [
      { ...good, origin: 'a b' },
      { ...good, size: -1 },
      { ...good, size: 2 ** 53 },
      { ...good, root: new Uint8Array(31) },
    ]) {
      assert.throws(() => formatCheckpoint(wrong), { name: 'ManifestError', code: 'CHECKPOINT_MALFORMED' })
    }
  })
})
