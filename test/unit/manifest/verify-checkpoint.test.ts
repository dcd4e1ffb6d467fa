import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatCheckpoint } from '../../../src/manifest/checkpoint.ts'
import { ManifestError } from '../../../src/manifest/errors.ts'
import { noblePrimitives } from '../../../src/manifest/noble-primitives.ts'
import { formatSignedNote, type SignatureLine, signatureLine } from '../../../src/manifest/note.ts'
import { type Policy, parsePolicy } from '../../../src/manifest/policy.ts'
import { cosign, type Signer, signCheckpoint } from '../../../src/manifest/signer.ts'
import { requireQuorum, type VerifiedCheckpoint, verifyCheckpoint } from '../../../src/manifest/verify-checkpoint.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { ed25519Signer, mlDsaSigner } from './signers.ts'
import { tlogFixture } from './vectors.ts'

const { sha256 } = nodePrimitives
const origin = 'archive.example/manifest'
const log = ed25519Signer(origin, 1, 0x01)
const quantumLog = mlDsaSigner(origin, 4)
const w1 = ed25519Signer('mirror.example/w1', 2, 0x04)
const w2 = ed25519Signer('w2.example', 3, 0x04)
const quantum = mlDsaSigner('pq.example/w', 5)
const stranger = ed25519Signer('stranger.example', 9, 0x04)
const text = formatCheckpoint({ origin, size: 7, root: new Uint8Array(32).fill(7) })

function aPolicy(quorum: string): Policy {
  const witnesses = [w1, w2, quantum].map(({ key }, i) => `witness n${i + 1} ${key.text}\n`).join('')
  return parsePolicy(`log ${log.key.text}\nlog ${quantumLog.key.text}\n${witnesses}${quorum}`, sha256)
}

const twoOfThree = aPolicy('group g 2 n1 n2 n3\nquorum g\n')

function verify(lines: readonly SignatureLine[], { policy = twoOfThree, of = text } = {}): VerifiedCheckpoint {
  return verifyCheckpoint(nodePrimitives, policy, formatSignedNote(of, lines))
}

/** The same line with one bit of its signature turned. */
function broken(line: SignatureLine, { key }: Signer): SignatureLine {
  return signatureLine(
    key,
    Uint8Array.from(line.signature, (byte, i) => (i === line.signature.length - 1 ? byte ^ 1 : byte)),
  )
}

describe('verifyCheckpoint', () => {
  it('accepts the checkpoints of the fixture on Node and in browsers', () => {
    const policy = parsePolicy(
      `log ${tlogFixture.logKey.vkey}\nwitness w ${tlogFixture.cosignerKey.vkey}\nquorum w\n`,
      sha256,
    )
    for (const primitives of [nodePrimitives, noblePrimitives]) {
      for (const [size, note] of Object.entries(tlogFixture.checkpoints)) {
        const verified = verifyCheckpoint(primitives, policy, new TextEncoder().encode(note))
        assert.equal(verified.checkpoint.size, Number(size))
        assert.equal(Buffer.from(verified.checkpoint.root).toString('base64'), tlogFixture.roots[size])
        assert.equal(verified.logKey.text, tlogFixture.logKey.vkey)
        assert.deepEqual(
          verified.cosignatures.map(({ name, witness, time }) => ({ name, witness, time })),
          [{ name: 'mirror.example/w1', witness: 'w', time: 1_700_000_000 }],
        )
        assert.ok(verified.quorumMet)
        requireQuorum(verified, policy)
      }
    }
  })

  it('accepts no copy of a checkpoint with any one byte changed as anything else than what was signed', () => {
    const policy = parsePolicy(
      `log ${tlogFixture.logKey.vkey}\nwitness w ${tlogFixture.cosignerKey.vkey}\nquorum w\n`,
      sha256,
    )
    const note = Buffer.from(tlogFixture.checkpoints['700'] ?? '')
    const signed = verifyCheckpoint(nodePrimitives, policy, note)
    for (let at = 0; at < note.length; at += 1) {
      const changed = Uint8Array.from(note, (byte, i) => (i === at ? byte ^ 1 : byte))
      try {
        // Only a line that no longer names its key can be passed over; what is left is still what the log signed.
        const verified = verifyCheckpoint(nodePrimitives, policy, changed)
        assert.deepEqual(verified.checkpoint, signed.checkpoint)
        assert.equal(verified.quorumMet, false, `byte ${at}`)
      } catch (error) {
        assert.ok(error instanceof ManifestError, `byte ${at}: ${error}`)
      }
    }
  })

  it('counts Ed25519 and ML-DSA-44 cosigners alike', () => {
    const verified = verify([signCheckpoint(text, log), cosign(text, quantum, 1000), cosign(text, w2, 2000)])
    assert.deepEqual(
      verified.cosignatures.map(({ witness, type, time }) => [witness, type, time]),
      [
        ['n3', 6, 1000],
        ['n2', 4, 2000],
      ],
    )
    assert.equal(verified.quorumMet, true)
  })

  it("takes the signature of any of the log's keys", () => {
    assert.equal(verify([cosign(text, quantumLog, 5)]).logKey, twoOfThree.logs[1]?.key)
    const both = verify([cosign(text, quantumLog, 5), signCheckpoint(text, log)])
    assert.equal(both.logKey, twoOfThree.logs[0]?.key)
    assert.equal(both.logLines.length, 2)
  })

  it('reports a missing quorum as a result, which requireQuorum refuses', () => {
    const verified = verify([signCheckpoint(text, log), cosign(text, w1, 1000)])
    assert.equal(verified.quorumMet, false)
    assert.throws(() => requireQuorum(verified, twoOfThree), { name: 'ManifestError', code: 'QUORUM_NOT_MET' })
  })

  it('counts a witness once, however often it signed, and takes its newest time', () => {
    const verified = verify([signCheckpoint(text, log), ...[2000, 3000, 1000].map((time) => cosign(text, w1, time))])
    assert.deepEqual(
      verified.cosignatures.map(({ time }) => time),
      [3000],
    )
    assert.equal(verified.quorumMet, false)
  })

  it('dates nothing by a cosignature that states no time', () => {
    const [cosignature] = verify([signCheckpoint(text, log), cosign(text, quantum, 0)]).cosignatures
    assert.ok(cosignature && !('time' in cosignature))
  })

  it('ignores keys that it does not know, even with a known name or a known ID', () => {
    const sameName = { ...stranger, key: { ...stranger.key, name: w1.key.name } }
    const sameId = { ...stranger, key: { ...stranger.key, keyId: w2.key.keyId } }
    const lines = [stranger, sameName, sameId].map((signer) => cosign(text, signer, 1000))
    assert.deepEqual(verify([...lines, signCheckpoint(text, log)]).cosignatures, [])
  })

  it('rejects all of it for one bad signature by a known key', () => {
    const good = [signCheckpoint(text, log), cosign(text, w1, 1000), cosign(text, w2, 1000)]
    assert.ok(verify(good).quorumMet)
    for (const signer of [w1, quantum]) {
      const bad = broken(cosign(text, signer, 1000), signer)
      assert.throws(() => verify([...good, bad]), { name: 'ManifestError', code: 'SIGNATURE_INVALID' })
    }
    assert.throws(() => verify([broken(signCheckpoint(text, log), log), ...good]), { code: 'SIGNATURE_INVALID' })
  })

  it('rejects what only witnesses have signed', () => {
    const lines = [cosign(text, w1, 1000), cosign(text, w2, 1000)]
    assert.throws(() => verify(lines), { name: 'ManifestError', code: 'SIGNATURE_MISSING' })
  })

  it('rejects a log that the policy does not list, before it looks at signatures', () => {
    const other = formatCheckpoint({ origin: 'other.example', size: 7, root: new Uint8Array(32) })
    const line = broken(cosign(other, w1, 1000), w1)
    assert.throws(() => verify([line], { of: other }), { name: 'ManifestError', code: 'ORIGIN_UNKNOWN' })
  })

  it('rejects the signature of another listed log', () => {
    const second = ed25519Signer('second.example', 8, 0x01)
    const policy = parsePolicy(`log ${log.key.text}\nlog ${second.key.text}\nquorum none\n`, sha256)
    const stolen = signatureLine(second.key, second.sign(new TextEncoder().encode(text)))
    assert.throws(() => verify([stolen], { policy }), { code: 'SIGNATURE_MISSING' })
  })

  it('rejects a signed text that is no checkpoint, and an empty tree with entries in its root', () => {
    for (const of of [
      `${origin}\n07\nAAAA\n`,
      `${text}extension\n`,
      formatCheckpoint({ origin, size: 0, root: new Uint8Array(32) }),
    ]) {
      const line = signatureLine(log.key, log.sign(new TextEncoder().encode(of)))
      assert.throws(() => verify([line], { of }), { name: 'ManifestError', code: 'CHECKPOINT_MALFORMED' })
    }
    const empty = formatCheckpoint({ origin, size: 0, root: sha256(new Uint8Array(0)) })
    assert.equal(verify([signCheckpoint(empty, log)], { of: empty }).checkpoint.size, 0)
  })
})
