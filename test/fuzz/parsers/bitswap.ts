import assert from 'node:assert/strict'
import { type Answer, encodeAnswers } from '../../../src/p2p/message.ts'
import { PendingBlocks } from '../../../src/p2p/pending-blocks.ts'
import { MadeBlocks, someBytes } from '../../fakes/made-bundle.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'

const made = new MadeBlocks()
const asked = [1, 40, 900].map((bytes) => {
  const block = someBytes(bytes)
  return { cid: made.leaf(block), block }
})
const answers: readonly Answer[][] = [
  asked.map(({ cid, block }) => ({ kind: 'block', cid, bytes: block })),
  asked.map(({ cid }, n) => ({ kind: n === 0 ? 'have' : 'dont-have', cid })),
]

/** Messages of peers that were asked for three blocks: nothing is given on but these, whatever else stands in a message. */
export const bitswap: FuzzTarget = {
  name: 'Bitswap',
  share: 40_000,
  codes: ['PEER_MISBEHAVES'],
  words: ['\u001a', '\u0022', '\n$', '\u0001U\u0012 ', '\u0010\u0001'],
  maxBytes: 65_536,
  // Without the length before the message.
  seeds: () => answers.map((each) => Buffer.concat(encodeAnswers(each).slice(1))),
  async run(input) {
    const pending = new PendingBlocks(1_000)
    const fetched = asked.map(({ cid }) => pending.ask(cid).answer)
    try {
      pending.take(input)
    } finally {
      pending.fail('over')
      for (const [n, one] of (await Promise.allSettled(fetched)).entries())
        if (one.status === 'fulfilled' && one.value !== undefined) assert.deepEqual(one.value, asked[n]?.block)
    }
    return ACCEPTED
  },
}
