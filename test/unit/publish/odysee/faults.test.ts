import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import type { OdyseeFault } from '../../../fakes/odysee.ts'
import * as faults from '../../../fakes/odysee-faults.ts'
import { aLedger, anOdyseeWorld, type OdyseeWorld } from './an-odysee-world.ts'
import { drive } from './drive.ts'

const CALLS = [
  'channel_list',
  'stream_list',
  'claim_search',
  'account_balance',
  'leave',
  'tus POST',
  'tus HEAD',
  'tus PATCH',
  'create',
  'poll',
] as const
const FAULTS: Readonly<Record<string, OdyseeFault>> = {
  'loses the answer': faults.droppedAfter,
  'hangs up before': faults.droppedBefore,
  'cuts the answer': faults.cutInTheMiddle,
  'shows a page of an error': faults.htmlPage,
  'shows a page of an error after it did it': faults.htmlAfter,
  'shows a page of a guard': faults.forbiddenPage,
  'asks to slow down': faults.tooMany(0),
  'asks to come back in an hour': faults.tooMany(3_600),
  'answers with half a JSON': faults.notJson,
  'answers with another JSON': faults.otherJson,
  'repeats what it was sent': faults.parrot,
  'sends us elsewhere': faults.redirect('http://127.0.0.2:9/'),
  'refuses the token with a success': faults.authError,
  'does not end its answer': faults.endless,
  'says 401': faults.status(401),
  'says 409': faults.status(409),
  'says 423': faults.status(423),
  'says 500': faults.status(500),
}

/** More than are repeated within one run. */
const MANY = 6
const LASTING: readonly string[] = [
  'loses the answer',
  'shows a page of an error',
  'answers with half a JSON',
  'says 401',
]

describe('a publication whose service fails at one step', () => {
  for (const call of CALLS) {
    describe(`at ${call}`, () => {
      let world: OdyseeWorld
      before(async () => {
        world = await anOdyseeWorld()
      })
      after(() => world[Symbol.asyncDispose]())

      for (const [name, fault] of Object.entries(FAULTS))
        for (const times of LASTING.includes(name) ? [1, MANY] : [1])
          it(`is there once when it ${name}, ${times} times`, async () => {
            const offer = await world.anOffer({ bytes: 20_000 })
            world.odysee.fault(call, ...Array.from({ length: times }, () => fault))
            const ends = await drive(world, offer, aLedger(), { runs: 10 })
            assert.ok(world.odysee.calm() < times, 'the fault was not met')
            const last = ends.at(-1)
            assert.ok(last?.status === 'copied' || last?.status === 'adopted', inspect(ends))
            assert.equal(last.evidence.equality, 'asserted')
            assert.equal(world.state.madeClaims().get(offer.claim.name), 1)
          })
    })
  }
})
