import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { atRandom } from '../../../fakes/odysee-faults.ts'
import { aLedger, anOdyseeWorld } from './an-odysee-world.ts'
import { drive } from './drive.ts'

const ITEMS = process.env['SLOW'] === undefined ? 25 : 500
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

/** The same numbers for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe('publishing on an Odysee that fails at random', () => {
  it(`makes one claim for each of ${ITEMS} items, with faults in 3 of 10 calls (SEED=${SEED})`, async () => {
    await using world = await anOdyseeWorld()
    const { odysee, state } = world
    odysee.faults = atRandom(0.3, numbersFrom(SEED))
    const names: string[] = []
    for (let i = 0; i < ITEMS; i += 1) {
      state.asksWallet = i % 2 === 0 ? 'at-once' : 'at-the-end'
      state.isIdempotent = i % 5 !== 0
      state.pendingLooks = i % 3
      const offer = await world.anOffer({ bytes: 30_000 })
      names.push(offer.claim.name)
      const ends = await drive(world, offer, aLedger(), { runs: 60, options: { chunkBytes: 10_000 } })
      const last = ends.at(-1)
      assert.ok(last?.status === 'copied' || last?.status === 'adopted', inspect(ends))
      assert.equal(last.evidence.equality, 'asserted')
      if (i % 4 === 0) state.wallet.mine(1)
    }
    assert.deepEqual([...state.madeClaims()].sort(), names.map((name) => [name, 1]).sort())
  })
})
