import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Outcome } from '../../../../src/publish/target.ts'
import type { FakeOdysee, OdyseeFault } from '../../../fakes/odysee.ts'
import { send } from '../../../fakes/odysee-reply.ts'
import { anOdyseeWorld, TOKEN } from './an-odysee-world.ts'

const CHILD = fileURLToPath(new URL('publishing-child.ts', import.meta.url))
const KILLS = process.env['SLOW'] === undefined ? 12 : 120

describe('a process that is killed while it publishes on Odysee', () => {
  it(`leaves one claim behind, after ${KILLS} kills at any instant`, async () => {
    await using world = await anOdyseeWorld()
    const { odysee, state, directory } = world
    state.pendingLooks = 2
    let kills = 0
    for (let item = 0; kills < KILLS; item += 1) {
      const offer = await world.anOffer({ bytes: 500_000 })
      const path = (name: string): string => join(directory, `${item}-${name}.json`)
      await writeFile(path('offer'), JSON.stringify(offer))
      const args = [CHILD, odysee.url, path('offer'), path('ledger'), path('outcome')]
      // Each item is killed a few times: at a call, before or after that has had its effect, or at any moment.
      for (let round = 0; round < 3 && kills < KILLS; round += 1) {
        const child = spawn(process.execPath, args, { stdio: 'ignore' })
        const calls = 1 + Math.floor(Math.random() * 26)
        const isCall = Math.random() < 0.7
        const ended = isCall ? killAtCall(odysee, child, calls, Math.random() < 0.5) : killAtMoment(odysee, child)
        if (await ended) kills += 1
      }
      odysee.faults = () => undefined
      const last = spawn(process.execPath, args, { stdio: 'inherit' })
      assert.deepEqual(await once(last, 'exit'), [0, null])
      const outcome = JSON.parse(await readFile(path('outcome'), 'utf8')) as Outcome
      assert.ok(outcome.status === 'copied' || outcome.status === 'adopted', JSON.stringify(outcome))
      assert.equal(outcome.evidence.equality, 'asserted')
      assert.equal(state.madeClaims().get(offer.claim.name), 1)
      assert.doesNotMatch(await readFile(path('ledger'), 'utf8'), new RegExp(`${TOKEN}|eyJ|Secret`))
    }
    assert.ok([...state.madeClaims().values()].every((count) => count === 1))
    // A place is only lost when the process ends between the answer that names it and the note about it.
    assert.ok(state.orphans().length <= kills, `${state.orphans().length} uploads without a claim`)
    assert.ok(state.orphans().every(({ offset }) => offset === 0))
  })
})

/** Somewhere in the time that a publication takes, counted from its first call. */
async function killAtMoment(odysee: FakeOdysee, child: ChildProcess): Promise<boolean> {
  const ended = once(child, 'exit')
  let timer: NodeJS.Timeout | undefined
  odysee.faults = () => {
    timer ??= setTimeout(() => child.kill('SIGKILL'), Math.random() * 300)
    return undefined
  }
  const [code] = await ended
  clearTimeout(timer)
  return code === null
}

/** @returns whether it was still running. */
async function killAtCall(odysee: FakeOdysee, child: ChildProcess, calls: number, isAfter: boolean): Promise<boolean> {
  const ended = once(child, 'exit')
  let seen = 0
  const killer: OdyseeFault = async (answer, run) => {
    const reply = isAfter ? await run() : undefined
    child.kill('SIGKILL')
    if (reply === undefined) answer.destroy()
    else send(answer, reply)
  }
  odysee.faults = () => {
    seen += 1
    return seen === calls ? killer : undefined
  }
  const [code] = await ended
  return code === null
}
