import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openDatabase } from '../../src/store/database.ts'
import { openJournal } from '../../src/store/journal.ts'
import { aWorld, codesOf, doneOf, problemOf, type World } from './harness.ts'

const KILLS = process.env['SLOW'] === '1' ? 20 : 6
const ORIGIN = 'archive.example/testimony'
const INIT = ['init', '--origin', ORIGIN, '--no-passphrase', '--json']

/** The statements that have an index, as text; empty where nothing has. */
async function sequenced(home: string): Promise<readonly string[]> {
  if (!existsSync(join(home, 'state.sqlite'))) return []
  // A killed run may have left an empty file; `create` is what `init` itself does about that.
  const db = await openDatabase(home, { create: true })
  try {
    const journal = openJournal(db)
    return Array.from(journal.entries(0, journal.size()), ({ bytes }) => new TextDecoder().decode(bytes))
  } finally {
    db.close()
  }
}

async function killedAfter(world: World, home: string, afterMs: number): Promise<void> {
  const running = world.start(INIT, { env: { HOLDFAST_HOME: home } })
  const timer = setTimeout(() => running.process.kill('SIGKILL'), afterMs)
  await running.outcome()
  clearTimeout(timer)
}

describe('an init that is killed', () => {
  it(`at ${KILLS} random instants, is finished by the same command, with the genesis that it had sequenced`, async (t) => {
    const world = aWorld(t)
    const started = performance.now()
    assert.equal((await world.run(INIT, { env: { HOLDFAST_HOME: join(world.path, 'whole') } })).exit, 0)
    const whole = performance.now() - started
    for (let n = 0; n < KILLS; n += 1) {
      const home = join(world.path, `home-${n}`)
      const afterMs = whole * (0.4 + 0.6 * (randomInt(1_000) / 1_000))
      const at = (args: readonly string[]): ReturnType<World['run']> =>
        world.run(args, { env: { HOLDFAST_HOME: home } })
      await killedAfter(world, home, afterMs)
      const finished = existsSync(join(home, 'keys')) && !existsSync(join(home, 'init-unfinished'))
      const before = existsSync(home) ? await sequenced(home) : []
      const again = await at(INIT)
      const said = `killed after ${afterMs} ms: ${JSON.stringify(again.events)}`
      // Killed in the last moment, it had come to its end.
      if (finished) assert.deepEqual([again.exit, codesOf(again)], [2, ['HOME_EXISTS']], said)
      else assert.equal(again.exit, 0, said)
      const after = await sequenced(home)
      assert.deepEqual(after.slice(0, before.length), before, said)
      assert.equal(after.length, 2, 'a genesis and an index')
      const verified = await at(['manifest', 'verify', '--json'])
      assert.deepEqual([verified.exit, doneOf(verified)['size'], doneOf(verified)['problems']], [0, 2, 0], said)
      assert.deepEqual(readdirSync(join(home, 'keys')).sort(), ['ipns.key', 'log.key', 'recovery.key'])
    }
  })

  it('is not taken for a home by anything else, and is not finished under another name', async (t) => {
    const world = aWorld(t)
    const args = (origin: string): string[] => ['init', '--origin', origin, '--no-passphrase', '--json']
    // The mark stands until the last step, so this is a run that was killed just before it.
    assert.equal((await world.run(args(ORIGIN))).exit, 0)
    writeFileSync(join(world.home, 'init-unfinished'), '')
    for (const command of [['list'], ['publish', '--yes'], ['manifest', 'recover', '--from', world.home]]) {
      const refused = await world.run([...command, '--json'])
      assert.equal(refused.exit, 2, command.join(' '))
      problemOf(refused, 'HOME_UNFINISHED')
    }
    const before = await sequenced(world.home)
    const other = await world.run(args('another.example/name'))
    assert.equal(other.exit, 2)
    assert.match(String(problemOf(other, 'HOME_UNFINISHED')['message']), /archive\.example\/testimony/)
    const threshold = await world.run([...args(ORIGIN), '--threshold', '2'])
    assert.equal(threshold.exit, 2)
    assert.deepEqual(await sequenced(world.home), before)
    assert.equal((await world.run(args(ORIGIN))).exit, 0)
    assert.equal(doneOf(await world.run(['manifest', 'verify', '--json']))['origin'], ORIGIN)
  })
})
