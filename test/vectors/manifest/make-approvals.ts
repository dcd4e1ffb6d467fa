import { verifyApprovals } from '../../../src/manifest/approval.ts'
import type { Signer } from '../../../src/manifest/signer.ts'
import type { Approval } from '../../../src/manifest/statement-types.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { ALMA, approvedBy, aRestore, BEK, CHOL, ORIGIN, testSigner } from '../../fakes/manifest-log.ts'
import { formatVkey } from '../../../src/manifest/vkey.ts'

const people = [ALMA, BEK, CHOL]
const keys = people.map(({ key }) => key.text)
const { approvals: _, ...bare } = aRestore(1, [ALMA])
const by = (...signers: Signer[]): readonly Approval[] => approvedBy(signers, bare).approvals
const [alma, bek] = [by(ALMA)[0], by(BEK)[0]]
const flipped = (approval: Approval | undefined): object => ({ ...approval, signature: approval?.signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) })
/** y = 1, the neutral point: with it as key, one signature would fit every message. */
const smallOrder = formatVkey({ name: 'a-0', type: 1, publicKey: Uint8Array.of(1, ...new Uint8Array(31)) }, nodePrimitives.sha256)
const forged = { key: `01${'00'.repeat(31)}`, signature: `01${'00'.repeat(63)}` }

/** Approvals, valid and invalid; §3.11. */
export function approvalCases(): object[] {
  const cases: [name: string, statement: object, origin: string, approvers: { threshold: number; keys: readonly string[] }, valid: boolean][] = [
    ['two of three', { ...bare, approvals: by(ALMA, BEK) }, ORIGIN, { threshold: 2, keys }, true],
    ['three of three', { ...bare, approvals: by(ALMA, BEK, CHOL) }, ORIGIN, { threshold: 2, keys }, true],
    ['two and a stranger', { ...bare, approvals: by(testSigner('stranger'), ALMA, BEK) }, ORIGIN, { threshold: 2, keys }, true],
    ['two and a bad signature of the third', { ...bare, approvals: [alma, bek, flipped(by(CHOL)[0])] }, ORIGIN, { threshold: 2, keys }, true],
    ['an unknown member that was signed', { ...approvedBy([ALMA, BEK], { ...bare, colour: 'green' }) }, ORIGIN, { threshold: 2, keys }, true],
    ['one of three', { ...bare, approvals: by(ALMA) }, ORIGIN, { threshold: 2, keys }, false],
    ['one and a stranger', { ...bare, approvals: by(ALMA, testSigner('stranger')) }, ORIGIN, { threshold: 2, keys }, false],
    ['one twice', { ...bare, approvals: [alma, alma] }, ORIGIN, { threshold: 2, keys }, false],
    ['one whose key is listed under two names', { ...bare, approvals: by(ALMA) }, ORIGIN, { threshold: 2, keys: [ALMA.key.text, testSigner('a-1', 'a-9').key.text] }, false],
    ['one good and one bad signature', { ...bare, approvals: [alma, flipped(bek)] }, ORIGIN, { threshold: 2, keys }, false],
    ['signatures with swapped keys', { ...bare, approvals: [{ ...alma, key: bek?.key }, { ...bek, key: alma?.key }] }, ORIGIN, { threshold: 2, keys }, false],
    ['approvals of another statement', { ...bare, at: '2026-03-02T12:00:00Z', approvals: by(ALMA, BEK) }, ORIGIN, { threshold: 2, keys }, false],
    ['approvals for another origin', { ...bare, approvals: by(ALMA, BEK) }, 'other.example/x', { threshold: 2, keys }, false],
    ['an unknown member that was added later', { ...bare, colour: 'green', approvals: by(ALMA, BEK) }, ORIGIN, { threshold: 2, keys }, false],
    ['no approvals', bare, ORIGIN, { threshold: 1, keys }, false],
    ['a key of small order', { ...bare, approvals: [forged] }, ORIGIN, { threshold: 1, keys: [smallOrder] }, false],
  ]
  return cases.map(([name, statement, origin, approvers, valid]) => {
    if (verifyApprovals(statement, approvers, origin, nodePrimitives) !== valid) throw new Error(`the vector "${name}" does not hold`)
    return { name, rule: '§3.11', statement, origin, approvers, valid }
  })
}
