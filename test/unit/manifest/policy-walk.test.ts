import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chainOfGenesis, maySign, walkPolicies } from '../../../src/manifest/policy-walk.ts'
import { encodeStatement } from '../../../src/manifest/statement.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aBundle, aGenesis, aPolicy, digest, LOG, ORIGIN, sha256, testSigner } from '../../fakes/manifest-log.ts'
import { readManifestCases, utf8 } from './manifest-vectors.ts'

interface PolicyCase {
  readonly name: string
  readonly rule: string
  readonly knownKeys: readonly string[]
  readonly genesis: string
  readonly policies: readonly string[]
  readonly seq: number
  readonly code: string | null
  readonly keys: readonly { readonly vkey: string; readonly after: number | null }[]
}

const NEW_LOG = testSigner('new log', ORIGIN).key.text
const genesis = encodeStatement(aGenesis())

describe('walkPolicies', () => {
  for (const { name, rule, knownKeys, ...given } of readManifestCases<PolicyCase>('policies')) {
    it(`${given.code === null ? 'accepts' : `stops with ${given.code} at`} ${name} (${rule})`, () => {
      const start = chainOfGenesis(utf8(given.genesis), knownKeys, sha256)
      const { chain, fault } = walkPolicies(start, given.policies.map(utf8), nodePrimitives)
      assert.equal(fault?.code ?? null, given.code)
      assert.equal(chain.seq, given.seq)
      const keys = chain.logKeys.map(({ vkey, shutOutAfter }) => ({ vkey, after: shutOutAfter?.size ?? null }))
      assert.deepEqual(keys, given.keys)
    })
  }

  it('walks on from a chain that was kept as JSON as from one that was not', () => {
    const policy = encodeStatement(aPolicy())
    const kept = JSON.parse(JSON.stringify(chainOfGenesis(genesis, [LOG.key.text], sha256)))
    assert.equal(walkPolicies(kept, [policy], nodePrimitives).chain.seq, 1)
  })
})

describe('maySign', () => {
  it('shuts a replaced key out after the head that the policy names, and lets the new one sign everything', () => {
    const policy = encodeStatement(aPolicy({ logKeys: [NEW_LOG], after: { size: 10, root: digest('ten') } }))
    const { chain } = walkPolicies(chainOfGenesis(genesis, [LOG.key.text], sha256), [policy], nodePrimitives)
    assert.deepEqual(
      [9, 10, 11].map((size) => maySign(chain, LOG.key.text, size)),
      [true, true, false],
    )
    assert.equal(maySign(chain, NEW_LOG, 11), true)
    assert.equal(maySign(chain, testSigner('thief', ORIGIN).key.text, 5), false)
    assert.deepEqual(chain.heads, [{ size: 10, root: digest('ten') }])
  })
})

describe('chainOfGenesis', () => {
  it('refuses a genesis that names no key of the reader', () => {
    assert.throws(() => chainOfGenesis(genesis, [NEW_LOG], sha256), { name: 'ManifestError', code: 'GENESIS_MISMATCH' })
  })
  it('refuses what is no genesis', () => {
    assert.throws(() => chainOfGenesis(encodeStatement(aBundle(1)), [LOG.key.text], sha256), {
      code: 'GENESIS_MISSING',
    })
  })
})
