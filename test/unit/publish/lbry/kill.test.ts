import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseLbc } from '../../../../src/lbry-sdk-client/daemon/amounts.ts'
import type { LbryFault } from '../../../fakes/lbry-daemon.ts'
import {
  cutInTheMiddle,
  droppedAfter,
  droppedBefore,
  htmlPage,
  notJson,
  raises,
  slow,
  wrongType,
} from '../../../fakes/lbry-faults.ts'
import { aPublisher } from './a-publisher.ts'

const IS_SLOW = process.env['SLOW'] === '1'
const KILLS = IS_SLOW ? 50 : 10
const ITEMS = IS_SLOW ? 150 : 30
const FAULT_RATE = 0.3
const PROCESS = fileURLToPath(new URL('publisher-process.ts', import.meta.url))

const FAULTS: readonly LbryFault[] = [
  ...[droppedAfter, droppedBefore, cutInTheMiddle, htmlPage, notJson, wrongType, slow(30)],
  raises('InsufficientFundsError', 'Not enough funds to cover this transaction.'),
  raises('RPCError', "(1, 'the transaction was rejected by network rules. 64: too-long-mempool-chain')"),
  raises('RPCError', "(1, 'the transaction was rejected by network rules. 258: txn-mempool-conflict')"),
]

/** Numbers in [0, 1) that are the same in every run with one seed, which a failure names. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('publishing that is killed', () => {
  it(`makes each of ${ITEMS} claims once through ${KILLS} kills and ${FAULT_RATE * 100} % faults, and loses no dewie`, async (t) => {
    const seed = Number(process.env['SEED'] ?? randomBytes(4).readUInt32LE())
    t.diagnostic(`SEED=${seed}`)
    const random = randomFrom(seed)
    await using publisher = await aPublisher({ funds: '100.0' })
    const { fake, directory } = publisher
    fake.wallet.chainLimit = 25
    for (let item = 0; item < ITEMS; item += 1)
      await writeFile(join(directory, `${item}.mp4`), randomBytes(1 + Math.floor(random() * 5_000)))
    const start = fake.wallet.balance().available
    let child: ChildProcess | undefined
    let callsToKill = 0
    fake.misbehave(() => {
      callsToKill -= 1
      if (callsToKill === 0) return killing(random() < 0.5, () => child?.kill('SIGKILL'))
      return random() < FAULT_RATE ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined
    })
    const miner = setInterval(() => fake.wallet.mine(1), 200)
    let kills = 0
    try {
      for (let run = 0, code: unknown = 3; code !== 0; run += 1) {
        assert.ok(run < KILLS * 2 + 60, `does not come to an end: SEED=${seed}`)
        child = spawn(process.execPath, [PROCESS, fake.url, directory, String(ITEMS)], {
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        callsToKill = kills < KILLS && run % 2 === 0 ? 1 + Math.floor(random() * 25) : 0
        // Or at an instant that has nothing to do with calls.
        const timer =
          kills < KILLS && run % 2 === 1 ? setTimeout(() => child?.kill('SIGKILL'), 250 + random() * 400) : undefined
        const [exit, by] = (await once(child, 'exit')) as [number | null, string | null]
        clearTimeout(timer)
        if (by === 'SIGKILL') kills += 1
        else assert.ok(exit === 0 || exit === 3, `exit ${exit}: SEED=${seed}`)
        code = exit
      }
    } finally {
      clearInterval(miner)
    }
    t.diagnostic(`${kills} kills`)
    const claims = fake.wallet.claims().filter(({ valueType }) => valueType === 'stream')
    const names = claims.map(({ purpose }) => ('name' in purpose ? purpose.name : ''))
    assert.equal(claims.length, ITEMS, `SEED=${seed}`)
    assert.equal(new Set(names).size, ITEMS)
    let cost = 0n
    for (let item = 0; item < ITEMS; item += 1) {
      const done = JSON.parse(await readFile(join(directory, `${item}.done`), 'utf8')) as Record<string, string>
      assert.ok(claims.some(({ claimId }) => claimId === done['claimId']))
      assert.equal(done['equality'], 'asserted')
      cost += parseLbc(done['cost'] ?? '0.0')
    }
    assert.equal(cost, start - fake.wallet.balance().available, `SEED=${seed}`)
    assert.deepEqual(await readdir(join(directory, 'links')), [])
  })
})

/** The process dies with the call under way: before anything happens, or after it has. */
function killing(after: boolean, kill: () => void): LbryFault {
  return async (answer, run) => {
    if (!after) kill()
    await run()
    if (after) kill()
    answer.destroy()
  }
}
