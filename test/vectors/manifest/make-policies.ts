import { chainOfGenesis, walkPolicies } from '../../../src/manifest/policy-walk.ts'
import { encodeStatement } from '../../../src/manifest/statement.ts'
import type { PolicyStatement } from '../../../src/manifest/statement-types.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { aBundle, aGenesis, ALMA, aPolicy, BEK, CHOL, digest, digestOf, LOG, ORIGIN, sha256, testSigner } from '../../fakes/manifest-log.ts'

const NEW_LOG = testSigner('new log', ORIGIN).key.text
const OLD_LOG = LOG.key.text
const two = (a: string, b: string): PolicyStatement['approvers'] => ({ threshold: 2, keys: [a, b] })
const rotation = aPolicy({ logKeys: [NEW_LOG], after: { size: 10, root: digest('ten') } })
const [almaKey, bekKey, cholKey] = [ALMA, BEK, CHOL].map(({ key }) => key.text)
const afterRotation = (given: Parameters<typeof aPolicy>[0], signers = [ALMA, BEK]): PolicyStatement =>
  aPolicy({ seq: 2, prev: digestOf(rotation), logKeys: [NEW_LOG], after: { size: 12, root: digest('twelve') }, ...given }, signers)

/** Walks of policies; §4.7, §6. */
export function policyCases(): object[] {
  const wrongId = OLD_LOG.replace(/\+([0-9a-f]{8})\+/, '+00000000+')
  const handover = two(cholKey ?? '', bekKey ?? '')
  return [
    asVector('no policy', '§6.2', [], 0),
    asVector('a log key is replaced', '§6.3', [rotation], 1),
    asVector('a log key is added', '§6.3', [aPolicy({ logKeys: [OLD_LOG, NEW_LOG] })], 1),
    asVector('two policies', '§6.2', [rotation, afterRotation({})], 2),
    asVector('approvers change, signed by both', '§4.7', [aPolicy({ approvers: handover }, [ALMA, BEK, CHOL])], 1),
    asVector('approvers change, signed by the old ones alone', '§4.7', [aPolicy({ approvers: handover })], 0, 'APPROVALS_MISSING'),
    asVector('approvers change, signed by the new ones alone', '§4.7', [aPolicy({ approvers: two(testSigner('x').key.text, testSigner('y').key.text) }, [testSigner('x'), testSigner('y')])], 0, 'APPROVALS_MISSING'),
    asVector('one approval is missing', '§4.7', [aPolicy({}, [ALMA])], 0, 'APPROVALS_MISSING'),
    asVector('approvers who left approve no more', '§4.7', [aPolicy({ logKeys: [NEW_LOG], after: rotation.after }), aPolicy({ seq: 2, prev: digestOf(aPolicy({ logKeys: [NEW_LOG], after: rotation.after })), logKeys: [NEW_LOG], after: rotation.after }, [ALMA, CHOL])], 1, 'APPROVALS_MISSING'),
    asVector('a policy is left out', '§4.7', [afterRotation({})], 0, 'POLICY_CHAIN_BROKEN'),
    asVector('a policy that follows another one', '§4.7', [rotation, afterRotation({ prev: digest('x') })], 1, 'POLICY_CHAIN_BROKEN'),
    asVector('a policy twice', '§4.7', [rotation, rotation], 1, 'POLICY_CHAIN_BROKEN'),
    asVector('a policy that reaches back behind the last', '§4.7', [rotation, afterRotation({ after: { size: 9, root: digest('nine') } })], 1, 'POLICY_CHAIN_BROKEN'),
    asVector('a key that was shut out returns', '§4.7', [rotation, afterRotation({ logKeys: [NEW_LOG, OLD_LOG] })], 1, 'KEY_UNSUITABLE'),
    asVector('a log key with a wrong ID', '§2.9', [aPolicy({ logKeys: [wrongId] })], 0, 'KEY_UNSUITABLE'),
    asVector('a log key with another name', '§4.7', [aPolicy({ logKeys: [testSigner('new log', 'other.example/x').key.text] })], 0, 'KEY_UNSUITABLE'),
    asVector('an approver becomes a log key', '§4.7', [aPolicy({ logKeys: [testSigner('a-3', ORIGIN).key.text] })], 0, 'KEY_UNSUITABLE'),
    asVector('a log key becomes an approver', '§4.7', [rotation, afterRotation({ approvers: { threshold: 1, keys: [testSigner('log', 'a-4').key.text] } })], 1, 'KEY_UNSUITABLE'),
    asVector('something else in place of a policy', '§6.2', [rotation, aBundle(1)], 1, 'POLICY_CHAIN_BROKEN'),
    asVector('approvers change and act', '§4.7', [aPolicy({ approvers: handover }, [ALMA, BEK, CHOL]), aPolicy({ seq: 2, prev: digestOf(aPolicy({ approvers: handover }, [ALMA, BEK, CHOL])), approvers: two(almaKey ?? '', cholKey ?? ''), logKeys: [NEW_LOG], after: rotation.after }, [ALMA, BEK, CHOL])], 2),
  ]
}

function asVector(name: string, rule: string, statements: readonly Parameters<typeof encodeStatement>[0][], seq: number, code?: string): object {
  const genesis = encodeStatement(aGenesis())
  const policies = statements.map(encodeStatement)
  const { chain, fault } = walkPolicies(chainOfGenesis(genesis, [OLD_LOG], sha256), policies, nodePrimitives)
  if (chain.seq !== seq || fault?.code !== code) throw new Error(`the vector "${name}" does not hold: ${chain.seq} ${fault?.code}`)
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
  const keys = chain.logKeys.map(({ vkey, shutOutAfter }) => ({ vkey, after: shutOutAfter?.size ?? null }))
  return { name, rule, knownKeys: [OLD_LOG], genesis: text(genesis), policies: policies.map(text), seq, code: code ?? null, keys }
}
