import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseCid } from '../../src/model/content-id.ts'
import { openFollowedLog } from '../../src/pipeline/mirror/followed-log.ts'
import { aDiskWorld, assertSealed, filesOf } from './disk-world.ts'
import { eachKill, finished, KILLS, type Kill, killed, wholeRun } from './killing.ts'
import { LOG_NAME, logHome } from './mirror-world.ts'

const BUNDLES = 4
const signal = AbortSignal.timeout(1_200_000)

describe('export and import that are killed at any instant', { timeout: 1_200_000 }, () => {
  it('leave no disk that says it is finished and is not, and write nothing twice that is whole', async (context) => {
    const world = await aDiskWorld(context)
    const { disk, home } = world
    const command = ['export', '--to', disk]
    const whole = await wholeRun(world, home, command)
    const files = filesOf(disk)
    let again = 0
    const kill = async (_n: number, one: Kill): Promise<void> => {
      rmSync(disk, { recursive: true, force: true })
      const lines = await killed(world, home, command, one)
      const told = lines.filter(({ event }) => event === 'exported').length
      if (existsSync(join(disk, 'SHA256SUMS'))) await assertSealed(disk)
      const last = await finished(world, home, command)
      assert.equal(last['sealed'], true)
      assert.ok(
        Number(last['exported']) <= BUNDLES - told,
        `${last['exported']} written again of ${told} that were told`,
      )
      again += Number(last['exported'])
      await assertSealed(disk)
      assert.deepEqual(filesOf(disk), files, 'nothing is left of the run that was killed')
    }
    await eachKill(context, whole, kill)
    assert.ok(again < KILLS * BUNDLES || KILLS < 4, 'some kills came late enough to leave CARs whole')
  })

  it('leave a mirror that holds what it says, and takes in the rest', async (context) => {
    const world = await aDiskWorld(context)
    const { disk } = world
    await world.exported(world.home)
    const fresh = await world.mirror('fresh', [disk])
    const once = join(world.path, 'once')
    cpSync(fresh, once, { recursive: true })
    const whole = await wholeRun(world, once, ['import', disk])
    const home = join(world.path, 'killed')
    const kill = async (_n: number, one: Kill): Promise<void> => {
      rmSync(home, { recursive: true, force: true })
      rmSync(join(disk, 'cosignatures'), { recursive: true, force: true })
      cpSync(fresh, home, { recursive: true })
      const lines = await killed(world, home, ['import', disk], one)
      const told = lines.filter(({ event }) => event === 'fetched').length
      assert.ok((await heldIn(home)) >= told)
      // The memory of what was signed is the same for all runs: to it, this home is an old backup.
      const last = await finished(world, home, ['import', disk])
      assert.deepEqual([last['held'], last['missing'], last['problems']], [BUNDLES, 0, 0])
      assert.ok(Number(last['returned']) >= 2, JSON.stringify(last))
      assert.equal(await heldIn(home), BUNDLES)
      const left = readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /\.(part|tmp)$/u.test(name),
      )
      assert.deepEqual(left, [])
      await assertSealed(disk)
    }
    await eachKill(context, whole, kill, Math.ceil(KILLS / 2))
  })
})

/** Reads every block of what is said to be held. */
async function heldIn(home: string): Promise<number> {
  if (!existsSync(logHome(home))) return 0
  await using log = await openFollowedLog(home, LOG_NAME)
  const { content, bundles } = log.home
  let held = 0
  for (const { root, logIndex } of bundles.all()) {
    if (logIndex === undefined) continue
    for (const { cid } of content.blocksOf(parseCid(root))) assert.ok(await content.readBlock(cid, { signal }))
    held += 1
  }
  return held
}
