import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatCheckpoint } from '../../../src/manifest/checkpoint.ts'
import { formatSignedNote } from '../../../src/manifest/note.ts'
import { parsePolicy } from '../../../src/manifest/policy.ts'
import { quorumTime } from '../../../src/manifest/quorum-time.ts'
import { cosign, signCheckpoint } from '../../../src/manifest/signer.ts'
import { verifyCheckpoint } from '../../../src/manifest/verify-checkpoint.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { LOG, ORIGIN, sha256 } from '../../fakes/manifest-log.ts'
import { ed25519Signer } from './signers.ts'

const TEXT = formatCheckpoint({ origin: ORIGIN, size: 5, root: sha256(Buffer.from('a tree')) })
const SIGNERS = ['a', 'b', 'c'].map((name, i) => ({ name, signer: ed25519Signer(`${name}.example/w`, i + 1, 0x04) }))

/** Time of the quorum when these witnesses signed at these times. */
function timeOf(rule: readonly string[], times: Readonly<Record<string, number>>): number | undefined {
  const witnesses = SIGNERS.map(({ name, signer }) => `witness ${name} ${signer.key.text}`)
  const policy = parsePolicy([`log ${LOG.key.text}`, ...witnesses, ...rule].join('\n'), sha256)
  const lines = SIGNERS.flatMap(({ name, signer }) => {
    const time = times[name]
    return time === undefined ? [] : [cosign(TEXT, signer, time)]
  })
  const note = formatSignedNote(TEXT, [signCheckpoint(TEXT, LOG), ...lines])
  return quorumTime(policy, verifyCheckpoint(nodePrimitives, policy, note).cosignatures)
}

describe('when a quorum has seen a head', () => {
  const two = ['group g 2 a b c', 'quorum g']

  it('is the newest time that enough of them state, so that one who lies changes nothing', () => {
    assert.equal(timeOf(two, { a: 100, b: 200 }), 100)
    assert.equal(timeOf(two, { a: 100, b: 200, c: 150 }), 150)
    assert.equal(timeOf(two, { a: 100, b: 253_402_300_799 }), 100)
    assert.equal(timeOf(['group g all a b c', 'quorum g'], { a: 3, b: 1, c: 2 }), 1)
  })

  it('is not known without a quorum, and the newest where none is asked for', () => {
    assert.equal(timeOf(two, { a: 100 }), undefined)
    assert.equal(timeOf(['quorum none'], {}), undefined)
    assert.equal(timeOf(['quorum none'], { a: 100, b: 200 }), 200)
    assert.equal(timeOf(['quorum b'], { a: 200, b: 100 }), 100)
  })
})
