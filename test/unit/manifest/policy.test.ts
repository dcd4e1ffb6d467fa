import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManifestError } from '../../../src/manifest/errors.ts'
import { formatPolicy, parsePolicy, policyOfVkey } from '../../../src/manifest/policy.ts'
import { isQuorumMet } from '../../../src/manifest/quorum.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { ed25519Signer } from './signers.ts'
import { readCases, tlogFixture } from './vectors.ts'

const { sha256 } = nodePrimitives

describe('policy', () => {
  for (const { name, text = '', code, because = '' } of readCases('policies.jsonl')) {
    if (code === undefined) {
      it(`reads and writes again: ${name}`, () => {
        const policy = parsePolicy(text, sha256)
        assert.deepEqual(parsePolicy(formatPolicy(policy), sha256), policy)
      })
    } else {
      it(`refuses: ${name}`, () => {
        const fails = (error: unknown) =>
          error instanceof ManifestError && error.code === code && error.message.includes(because)
        assert.throws(() => parsePolicy(text, sha256), fails)
      })
    }
  }

  it('keeps what a file says', () => {
    const { logs, witnesses, groups, quorum } = parsePolicy(
      `log ${tlogFixture.logKey.vkey} https://archive.example/\nwitness w ${tlogFixture.cosignerKey.vkey}\ngroup g all w\nquorum g\n`,
      sha256,
    )
    assert.deepEqual(
      logs.map(({ key, url }) => [key.name, url]),
      [['archive.example/manifest', 'https://archive.example/']],
    )
    assert.deepEqual(
      witnesses.map(({ name, key, url }) => [name, key.name, url]),
      [['w', 'mirror.example/w1', undefined]],
    )
    assert.deepEqual(groups, [{ name: 'g', threshold: 1, members: ['w'] }])
    assert.equal(quorum, 'g')
  })

  it('can be a single log key, which asks for no witness', () => {
    const policy = policyOfVkey(tlogFixture.logKey.vkey, sha256)
    assert.equal(formatPolicy(policy), `log ${tlogFixture.logKey.vkey}\nquorum none\n`)
    assert.throws(() => policyOfVkey(tlogFixture.cosignerKey.vkey, sha256), { code: 'POLICY_MALFORMED' })
    assert.throws(() => policyOfVkey('nonsense', sha256), { code: 'VKEY_MALFORMED' })
    assert.throws(() => policyOfVkey(`${tlogFixture.logKey.vkey}\nquorum none`, sha256), { code: 'VKEY_MALFORMED' })
  })

  it('is not read beyond a mebibyte', () => {
    assert.throws(() => parsePolicy(`${'#'.repeat(1_048_576)}\nquorum none\n`, sha256), { code: 'POLICY_MALFORMED' })
  })
})

describe('quorum', () => {
  const text = ['a', 'b', 'c', 'd', 'e']
    .map((name, i) => `witness ${name} ${ed25519Signer(`${name}.example`, 21 + i, 0x04).key.text}\n`)
    .join('')
  const met = (rule: string, ...cosigned: string[]) => isQuorumMet(parsePolicy(text + rule, sha256), new Set(cosigned))

  it('of a single witness needs that witness', () => {
    assert.ok(met('quorum a\n', 'a'))
    assert.ok(!met('quorum a\n', 'b', 'c', 'd'))
  })

  it('of none is always met', () => assert.ok(met('quorum none\n')))

  it('of k of n needs k of its own members', () => {
    const rule = 'group g 2 a b c\nquorum g\n'
    assert.ok(met(rule, 'a', 'c') && met(rule, 'a', 'b', 'c'))
    assert.ok(!met(rule) && !met(rule, 'b') && !met(rule, 'b', 'd', 'e'))
  })

  it('of groups needs the groups, not their number of witnesses', () => {
    const rule = 'group x 2 a b c\ngroup y any d e\ngroup z all x y\nquorum z\n'
    assert.ok(met(rule, 'a', 'b', 'e'))
    assert.ok(!met(rule, 'a', 'b', 'c') && !met(rule, 'a', 'd', 'e') && !met(rule, 'd', 'e'))
  })

  it('cannot be met by a cosigner that bears the name of a group', () => {
    assert.ok(!met('group g all a b\nquorum g\n', 'a', 'none', 'quorum'))
  })
})
