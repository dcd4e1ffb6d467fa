import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { approvalMessage, verifyApprovals } from '../../../src/manifest/approval.ts'
import { noblePrimitives } from '../../../src/manifest/noble-primitives.ts'
import type { Approvers } from '../../../src/manifest/statement-types.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { ALMA, approvedBy, aWithdrawal, BEK, digestOf, ORIGIN, sha256 } from '../../fakes/manifest-log.ts'
import { readManifestCases } from './manifest-vectors.ts'

interface ApprovalCase {
  readonly name: string
  readonly rule: string
  readonly statement: object
  readonly origin: string
  readonly approvers: Approvers
  readonly valid: boolean
}

describe('verifyApprovals', () => {
  for (const { name, statement, origin, approvers, valid } of readManifestCases<ApprovalCase>('approvals')) {
    it(`${valid ? 'accepts' : 'refuses'} ${name}, on Node and in browsers`, () => {
      assert.equal(verifyApprovals(statement, approvers, origin, nodePrimitives), valid)
      assert.equal(verifyApprovals(statement, approvers, origin, noblePrimitives), valid)
    })
  }

  it('fails when any bit of a signature is changed', () => {
    const approvers = { threshold: 2, keys: [ALMA.key.text, BEK.key.text] }
    const statement = approvedBy([ALMA, BEK], aWithdrawal(1))
    const [first, second] = statement.approvals
    for (let bit = 0; bit < 512; bit += 37) {
      const signature = Buffer.from(first?.signature ?? '', 'hex')
      signature.writeUInt8(signature.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      const changed = { ...statement, approvals: [{ ...first, signature: signature.toString('hex') }, second] }
      assert.equal(verifyApprovals(changed, approvers, ORIGIN, nodePrimitives), false)
    }
  })

  it('signs origin and hash of the statement without its approvals, and nothing else', () => {
    const statement = aWithdrawal(1)
    const expected = `holdfast/approval/v1\n${ORIGIN}\n${digestOf(statement)}\n`
    for (const candidate of [statement, approvedBy([ALMA], statement)]) {
      assert.equal(new TextDecoder().decode(approvalMessage(candidate, ORIGIN, sha256)), expected)
    }
  })
})
