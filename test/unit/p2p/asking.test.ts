import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encodeAsked, readTold } from '../../../src/p2p/asking.ts'
import { P2pError } from '../../../src/p2p/errors.ts'
import { encodeAnswers, readWants } from '../../../src/p2p/message.ts'
import { PendingBlocks } from '../../../src/p2p/pending-blocks.ts'
import { cidFor } from './support.ts'

const blocks = fc.uint8Array({ maxLength: 300 })

/** Without the length before it. */
function bodyOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(frame.findIndex((byte) => byte < 0x80) + 1)
}

describe('the asking side of Bitswap', () => {
  it('is understood by the answering side, and the other way round', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(blocks, fc.boolean()), { minLength: 1, maxLength: 20 }), (asked) => {
        const lines = asked.map(([block, cancel]) => ({ cid: cidFor(block), cancel }))
        const wants = [...readWants(bodyOf(encodeAsked(lines)))]
        assert.deepEqual(
          wants.map(({ cid, cancel, haveOnly, sendDontHave }) => [`${cid}`, cancel, haveOnly, sendDontHave]),
          lines.map(({ cid, cancel }) => [`${cid}`, cancel, false, !cancel]),
        )
        const answers = asked.map(([bytes]) => ({ kind: 'block', cid: cidFor(bytes), bytes }) as const)
        const told = [...readTold(bodyOf(Buffer.concat(encodeAnswers(answers))))]
        assert.deepEqual(
          told.map((one) => (one.kind === 'block' ? Buffer.from(one.bytes).toString('hex') : one.kind)),
          asked.map(([bytes]) => Buffer.from(bytes).toString('hex')),
        )
      }),
    )
  })

  it('gives nothing on but the block that was asked for, whatever comes, and has one name for all that is wrong', async () => {
    const block = Buffer.alloc(200, 7)
    const frame = bodyOf(Buffer.concat(encodeAnswers([{ kind: 'block', cid: cidFor(block), bytes: block }])))
    const spoilt = fc
      .tuple(fc.nat(frame.length - 1), fc.nat(255))
      .map(([at, byte]) => Buffer.from(frame).fill(byte, at, at + 1))
    await fc.assert(
      fc.asyncProperty(fc.oneof(spoilt, fc.uint8Array({ maxLength: 400 })), async (message) => {
        const pending = new PendingBlocks(1_000)
        const { answer } = pending.ask(cidFor(block))
        try {
          pending.take(message)
        } catch (error) {
          assert.ok(error instanceof P2pError && error.code === 'PEER_MISBEHAVES', String(error))
        }
        pending.fail(new Error('over'))
        const got = await answer.catch(() => undefined)
        assert.ok(got === undefined || block.equals(got))
      }),
    )
  })
})
