import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type FakeLbryWallet, lbc } from '../fakes/lbry-wallet.ts'
import { manyVideos } from '../fakes/yt-dlp-folder.ts'
import { aWorld, doneOf, type Line, linesOfEvent, type World } from './harness.ts'
import { killed, numbersFrom, SEED } from './killing.ts'

const SLOW = process.env['SLOW'] === '1'
/** Others with `BUNDLES=… KILLS=…`; `npm run test:fire` takes 2,000 and 50. */
export const BUNDLES: number = Number(process.env['BUNDLES'] ?? (SLOW ? 10_000 : 200))
export const KILLS: number = Number(process.env['KILLS'] ?? (SLOW ? 50 : 10))
/** Of all calls that come to the target. */
export const FAULTS = 0.3
/** Runs that may be needed after the last kill; far more than any seed took. */
const MOST_RUNS = 1_000
const TOO_LONG_MS = 1_800_000
const BID = 200_000n

/** A target whose calls go wrong, and what stands behind it. */
export interface Network {
  readonly target: string
  readonly wallet: FakeLbryWallet
  /** Names the target in the home. */
  add(world: World): Promise<void>
  /** Lines of its section of `targets.toml`: everything is faster here than on the real network. */
  readonly settings: string
}

export async function succeeds(world: World, args: readonly string[]): Promise<Line> {
  const outcome = await world.run([...args, '--json'], { tooLongMs: TOO_LONG_MS })
  assert.equal(outcome.exit, 0, outcome.stdout.slice(-2_000))
  return doneOf(outcome)
}

function streams({ wallet }: Network): ReturnType<FakeLbryWallet['claims']> {
  return wallet.claims().filter(({ valueType }) => valueType === 'stream')
}

async function publishUntilDone(
  world: World,
  { target, wallet }: Network,
  said: (lines: readonly Line[]) => void,
): Promise<void> {
  for (let run = 0; run < MOST_RUNS; run += 1) {
    const outcome = await world.run(['publish', '--to', target, '--yes', '--json'], { tooLongMs: TOO_LONG_MS })
    said(outcome.events)
    wallet.mine(1)
    const { exit } = outcome
    assert.ok(exit === 0 || exit === 3, outcome.stdout.slice(-2_000))
    if (exit === 0) return
  }
  assert.fail('it does not come to an end')
}

/** Keys of all `copy/1` statements, each of which stands there once. */
async function claimsInLog(world: World): Promise<Set<string>> {
  const { exit, events } = await world.run(['manifest', 'verify', '--json'], { tooLongMs: TOO_LONG_MS })
  assert.deepEqual([exit, events.at(-1)?.['problems']], [0, 0])
  const keys: string[] = []
  const { size } = doneOf(await world.run(['manifest', 'show', '--json']))
  const indices = Array.from({ length: Number(size) }, (_, index) => String(index))
  for (let from = 0; from < indices.length; from += 5_000) {
    const shown = await world.run(['manifest', 'show', ...indices.slice(from, from + 5_000), '--json'])
    for (const { statement } of linesOfEvent(shown, 'statement')) {
      if (
        typeof statement === 'object' &&
        statement !== null &&
        'type' in statement &&
        statement.type === 'copy/1' &&
        'key' in statement
      )
        keys.push(String(statement.key))
    }
  }
  const claims = keys.filter((key) => key.startsWith('lbry:claim:'))
  assert.equal(new Set(claims).size, claims.length, 'one copy/1 a claim')
  return new Set(claims)
}

/** Publishes all of an archive to a target, killed again and again, and counts what came of it on both sides. */
export async function copiesUnderFire(t: TestContext, network: Network): Promise<void> {
  const next = numbersFrom(SEED)
  t.diagnostic(`SEED=${SEED}`)
  const world = aWorld(t)
  await world.init()
  const archive = join(world.path, 'archive')
  manyVideos(archive, BUNDLES)
  const { target, wallet } = network
  const mining = setInterval(() => wallet.mine(1), 200)
  t.after(() => clearInterval(mining))
  const began = wallet.balance()
  await succeeds(world, ['add', archive, '--access', 'public'])
  await network.add(world)
  appendFileSync(join(world.home, 'targets.toml'), network.settings)
  const { published } = await succeeds(world, ['publish', '--yes'])
  assert.equal(published, BUNDLES)

  const said = new Map<string, Set<string>>()
  const hear = (lines: readonly Line[]): void => {
    for (const { event, id, claimId, equality } of lines) {
      assert.notEqual(equality, 'differs')
      if (event === 'copied') said.set(String(id), (said.get(String(id)) ?? new Set()).add(String(claimId)))
    }
  }
  for (let kill = 0; kill < KILLS; kill += 1) {
    const afterMs = 500 + next() * 4_000
    hear(await killed(world, world.home, ['publish', '--to', target, '--yes'], { label: '', env: {}, afterMs }))
  }
  t.diagnostic(`${streams(network).length} claims after the last kill`)
  await publishUntilDone(world, network, hear)

  const claims = streams(network)
  assert.equal(claims.length, BUNDLES)
  assert.equal(new Set(claims.map(({ purpose }) => ('name' in purpose ? purpose.name : ''))).size, BUNDLES)
  for (const [id, ids] of said) assert.equal(ids.size, 1, id)
  assert.deepEqual(await claimsInLog(world), new Set(claims.map(({ claimId }) => `lbry:claim:${claimId}`)))
  const listed = linesOfEvent(await world.run(['list', '--json']), 'listed')
  assert.equal(listed.filter(({ copies }) => JSON.stringify(copies).includes('"state":"published"')).length, BUNDLES)

  // All that left the funds stands behind one of the claims, or paid for its transaction.
  const now = wallet.balance()
  const fees = claims.reduce((sum, { txid }) => sum + (wallet.transactions.get(txid)?.fee ?? 0n), 0n)
  t.diagnostic(`${lbc(fees)} LBC of fees`)
  assert.equal(now.claims - began.claims, BigInt(BUNDLES) * BID)
  assert.equal(began.available - now.available, now.claims - began.claims + fees)
}
