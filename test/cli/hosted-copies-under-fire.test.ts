import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { anOdysee, type FakeOdysee } from '../fakes/odysee.ts'
import { ANYWHERE, authError, leaveEnds, notJson, raises } from '../fakes/odysee-faults.ts'
import { numbersFrom, SEED } from './killing.ts'
import { BUNDLES, copiesUnderFire, FAULTS, KILLS, succeeds } from './under-fire.ts'

const TOKEN = 'token-of-a-test-account'
/** Of the faults: those that end a run, because a person has to look. */
const RARE = 0.01
const SETTINGS =
  'timing = { retryMs = [1, 2, 4, 8], uploadRetryMs = [0, 1, 2, 4], firstPollMs = 1, pollMs = 5, pollForMs = 300, quietMs = 50, forgottenMs = 100 }\n'

/** Gives the account money and a channel, and from then on three in ten of its calls go wrong. */
async function underFire(odysee: FakeOdysee, next: () => number): Promise<void> {
  const { state } = odysee
  state.addUser(TOKEN)
  state.wallet.fund('1.0', 200)
  await state.addChannel('@archive')
  state.wallet.mine(1)
  const money = raises('InsufficientFundsError', 'Not enough funds to cover this transaction.')
  odysee.faults = (call) => {
    if (next() >= FAULTS) return undefined
    const rare = call === 'create' ? [money] : call.startsWith('tus') ? [leaveEnds] : [authError, notJson]
    const faults = next() < RARE ? rare : ANYWHERE
    return faults[Math.floor(next() * faults.length)]
  }
}

describe('copies to Odysee under fire', () => {
  it(`are one claim and one copy/1 for each of ${BUNDLES} bundles, through faults in a third of all calls and ${KILLS} kills`, async (t) => {
    await using odysee = await anOdysee()
    await underFire(odysee, numbersFrom(SEED + 1))
    await copiesUnderFire(t, {
      target: 'odysee',
      wallet: odysee.state.wallet,
      settings: SETTINGS,
      async add(world) {
        const file = join(world.path, 'token.txt')
        writeFileSync(file, TOKEN)
        const where = ['--channel', '@archive', '--url', odysee.url, '--token-file', file]
        await succeeds(world, ['target', 'add', 'odysee', ...where])
      },
    })
  })
})
