import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cosignedMessage, decodeCosignature, encodeCosignature } from '../../../src/manifest/cosignature.ts'
import { noblePrimitives } from '../../../src/manifest/noble-primitives.ts'
import { parseSignedNote, signatureLine } from '../../../src/manifest/note.ts'
import { cosign, signCheckpoint } from '../../../src/manifest/signer.ts'
import { verifySignature } from '../../../src/manifest/verify-signature.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { ed25519Signer, mlDsaSigner } from './signers.ts'
import { tlogFixture } from './vectors.ts'

const { text, signatures } = parseSignedNote(Buffer.from(tlogFixture.checkpoints['257'] ?? ''))
const log = ed25519Signer('archive.example/manifest', 1, 0x01)
const witness = ed25519Signer('mirror.example/w1', 2, 0x04)
const quantum = mlDsaSigner('pq.example/w', 3)
const time = tlogFixture.cosignerKey.timestamp

describe('signatures of a checkpoint', () => {
  it('are byte for byte those of the fixture, from the same seeds', () => {
    assert.equal(log.key.text, tlogFixture.logKey.vkey)
    assert.equal(witness.key.text, tlogFixture.cosignerKey.vkey)
    assert.deepEqual([signCheckpoint(text, log), cosign(text, witness, time)], signatures)
  })

  it('verify on Node and in browsers, and give the time that they state', () => {
    for (const primitives of [nodePrimitives, noblePrimitives]) {
      assert.deepEqual(verifySignature(primitives, log.key, text, signCheckpoint(text, log)), {})
      for (const signer of [witness, quantum]) {
        assert.deepEqual(verifySignature(primitives, signer.key, text, cosign(text, signer, time)), { time })
      }
    }
  })

  it('of each kind fail for another text, another time, another name and when cut short', () => {
    const other = text.replace('257', '258')
    for (const signer of [witness, quantum]) {
      const line = cosign(text, signer, time)
      const later = signatureLine(
        signer.key,
        Uint8Array.from(line.signature, (byte, i) => (i === 7 ? byte ^ 1 : byte)),
      )
      const short = signatureLine(signer.key, line.signature.subarray(0, -1))
      const bare = signatureLine(signer.key, line.signature.subarray(0, 8))
      assert.throws(() => verifySignature(nodePrimitives, signer.key, other, line), { code: 'SIGNATURE_INVALID' })
      for (const wrong of [later, short, bare]) {
        assert.throws(() => verifySignature(nodePrimitives, signer.key, text, wrong), { code: 'SIGNATURE_INVALID' })
      }
    }
    const renamed = { ...quantum.key, name: 'pq.example/x' }
    assert.throws(() => verifySignature(nodePrimitives, renamed, text, cosign(text, quantum, time)), {
      code: 'SIGNATURE_INVALID',
    })
  })

  it('of an unknown type are not verified by guess', () => {
    const key = { ...witness.key, type: 0xfb }
    assert.throws(() => verifySignature(nodePrimitives, key, text, cosign(text, witness, time)), {
      code: 'KEY_UNSUITABLE',
    })
  })

  it('are made only by keys of the right kind and name', () => {
    assert.throws(() => signCheckpoint(text, witness), { code: 'KEY_UNSUITABLE' })
    assert.throws(() => signCheckpoint(text, ed25519Signer('other.example', 1, 0x01)), { code: 'KEY_UNSUITABLE' })
    assert.throws(() => cosign(text, log, time), { code: 'KEY_UNSUITABLE' })
    assert.throws(() => signCheckpoint('nonsense\n', log), { code: 'CHECKPOINT_MALFORMED' })
    assert.throws(() => cosign(`${text}extension\n`, witness, time), { code: 'CHECKPOINT_MALFORMED' })
  })
})

describe('cosigned messages', () => {
  it('of type 0x04 are two lines before the text', () => {
    const message = cosignedMessage(witness.key, { text, time })
    assert.equal(Buffer.from(message).toString(), `cosignature/v1\ntime 1700000000\n${text}`)
  })

  it('of type 0x06 are the structure of the C2SP document, field by field', () => {
    const head = { text: `log.example\n258\n${Buffer.alloc(32, 0xab).toString('base64')}\n`, time: 0x0102030405 }
    const message = Buffer.from(cosignedMessage({ name: 'w.example', type: 0x06 }, head)).toString('hex')
    const label = Buffer.from('subtree/v1\n\0').toString('hex')
    const cosigner = `09${Buffer.from('w.example').toString('hex')}`
    const origin = `0b${Buffer.from('log.example').toString('hex')}`
    const [start, end] = ['0000000000000000', '0000000000000102']
    assert.equal(message, [label, cosigner, '0000000102030405', origin, start, end, 'ab'.repeat(32)].join(''))
  })

  it('carry their time in 8 bytes before the signature', () => {
    const bytes = encodeCosignature(1_700_000_000, Uint8Array.of(1, 2))
    assert.equal(Buffer.from(bytes).toString('hex'), '000000006553f1000102')
    assert.deepEqual(decodeCosignature(bytes), { time: 1_700_000_000, signature: Uint8Array.of(1, 2) })
  })

  it('are of no time after the year 9999, which no date could say', () => {
    assert.equal(decodeCosignature(encodeCosignature(253_402_300_799, Uint8Array.of(1)))?.time, 253_402_300_799)
    assert.equal(decodeCosignature(new Uint8Array(72).fill(255)), undefined)
    assert.equal(decodeCosignature(Uint8Array.of(0, 0, 0, 0x3a, 0xff, 0xf4, 0x41, 0x80, 1)), undefined)
    for (const wrong of [-1, 0.5, 253_402_300_800, Number.NaN])
      assert.throws(() => encodeCosignature(wrong, new Uint8Array(64)), RangeError)
  })
})
