import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { explainPolicy } from '../../../src/manifest/explain-policy.ts'
import { parsePolicy } from '../../../src/manifest/policy.ts'
import { isQuorumMet } from '../../../src/manifest/quorum.ts'
import { LOG, sha256 } from '../../fakes/manifest-log.ts'
import { ed25519Signer } from './signers.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const WITNESSES = NAMES.map((name, i) => `witness ${name} ${ed25519Signer(`${name}.example/w`, i + 1, 0x04).key.text}`)

function explained(...rules: readonly string[]) {
  const policy = parsePolicy([`log ${LOG.key.text}`, ...WITNESSES, ...rules].join('\n'), sha256)
  return { policy, ...explainPolicy(policy), text: explainPolicy(policy).lines.join('\n') }
}

describe('a policy in words', () => {
  it('says that nobody but the publisher is asked where that is so', () => {
    const { text, fewest, stops } = explained('quorum none')
    assert.match(text, /No witness has to sign/)
    assert.match(text, /not needed: a, b, c, d, e, f/)
    assert.deepEqual([fewest, stops], [0, 0])
  })

  it('names the log and its key, and who has to sign', () => {
    const { text, fewest, stops } = explained('group g 2 a b c', 'quorum g')
    assert.match(text, /A head of archive\.example\/testimony is accepted when the log signed it/)
    assert.match(text, /at least 2 of a, b, c cosigned it/)
    assert.match(text, /While 2 of them are silent/)
    assert.match(text, /a key of the log and those of 2 witnesses/)
    assert.deepEqual([fewest, stops], [2, 2])
    assert.match(explained('quorum a').text, /the witness a \(a\.example\/w\) cosigned it/)
  })

  it('follows groups in groups', () => {
    const { text, fewest, stops } = explained('group x all a b', 'group y any c d', 'group z 2 x y e', 'quorum z')
    assert.match(text, /at least 2 of x \(all of a, b\), y \(at least 1 of c, d\), e/)
    assert.deepEqual([fewest, stops], [2, 2])
    assert.match(text, /not needed: f/)
  })

  it('counts what the rule itself gives, for any tree of groups', async () => {
    const tree = fc.tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
    )
    await fc.assert(
      fc.property(tree, ([x, y, z]) => {
        const { policy, fewest, stops } = explained(
          `group x ${x} a b`,
          `group y ${y} c d e`,
          `group z ${z} x y f`,
          'quorum z',
        )
        const subsets = Array.from({ length: 2 ** NAMES.length }, (_, bits) =>
          NAMES.filter((_name, i) => (bits >> i) % 2 === 1),
        )
        const sizes = (met: boolean) =>
          subsets.filter((names) => isQuorumMet(policy, new Set(names)) === met).map((names) => names.length)
        assert.equal(fewest, Math.min(...sizes(true)))
        assert.equal(stops, NAMES.length - Math.max(...sizes(false)))
      }),
    )
  })
})
