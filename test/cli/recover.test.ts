import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { acquireLock } from '../../src/store/lock.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { codesOf, doneOf, linesOfEvent, type Outcome, problemOf } from './harness.ts'
import { aPublishedWorld, contentOf, type PublishedWorld, SIZE, statesOf, verifiedSize } from './published-world.ts'

/** A home of which only the log key is left. */
function keysOnly(world: PublishedWorld, name: string = 'keys-only'): string {
  const home = join(world.path, name)
  mkdirSync(join(home, 'keys'), { recursive: true })
  cpSync(join(world.home, 'keys/log.key'), join(home, 'keys/log.key'))
  return home
}

const recoverFrom = (
  world: PublishedWorld,
  home: string,
  from: string,
  env?: Readonly<Record<string, string>>,
): Promise<Outcome> => world.at(home, ['manifest', 'recover', '--from', from, '--json'], env)

describe('a home of which only the keys are left', { concurrency: 2 }, () => {
  it('gets its log back, finds the same bundles under the same ids, and publishes nothing twice', async (t) => {
    const world = await aPublishedWorld(t)
    const before = linesOfEvent(await world.run(['list', '--json']), 'listed')
    const home = keysOnly(world)
    const recovered = await recoverFrom(world, home, world.home, { XDG_STATE_HOME: join(world.path, 'new-computer') })
    assert.equal(recovered.exit, 0, JSON.stringify(recovered.events))
    assert.deepEqual([doneOf(recovered)['rebuilt'], doneOf(recovered)['adopted']], [true, SIZE])
    assert.equal(await verifiedSize(world, home), SIZE)
    const added = linesOfEvent(
      await world.at(home, ['add', world.archive, world.another('brandNew001'), '--json']),
      'bundle',
    )
    const ids = new Map(added.map(({ root, id }) => [root, id]))
    for (const { root, id } of before) assert.equal(ids.get(root), id)
    assert.deepEqual(await statesOf(world, home), {
      'youtube:video:item0000000': 'published hold',
      'youtube:video:item0000001': 'published hold',
      'youtube:video:item0000002': 'published hold',
      'youtube:video:extraVideo1': 'published hold',
      'youtube:video:brandNew001': 'held hold',
    })
    const held = doneOf(await world.at(home, ['publish', '--yes', '--json']))
    assert.deepEqual([held['published'], held['already'], held['held'], held['manifestSize']], [0, 4, 1, SIZE])
    assert.equal((await world.at(home, ['clear', 'https://youtu.be/brandNew001', '--json'])).exit, 0)
    assert.equal(doneOf(await world.at(home, ['publish', '--yes', '--json']))['published'], 1)
    assert.equal(await verifiedSize(world, home), SIZE + 2)
  })

  it('does not serve again what was withdrawn, for whatever reason', async (t) => {
    const world = await aPublishedWorld(t)
    assert.equal((await world.run(['withdraw', 'https://youtu.be/item0000000', '--json'])).exit, 0)
    const legal = ['withdraw', 'https://youtu.be/item0000001', '--reason', 'legal', '--jurisdiction', 'KZ', '--json']
    assert.equal((await world.run(legal)).exit, 0)
    const home = keysOnly(world)
    assert.equal((await recoverFrom(world, home, world.home)).exit, 0)
    assert.equal((await world.at(home, ['add', world.archive, '--access', 'public', '--json'])).exit, 0)
    const states = await statesOf(world, home)
    assert.equal(states['youtube:video:item0000000'], 'withdrawn public')
    assert.equal(states['youtube:video:item0000001'], 'withdrawn public')
    assert.equal(states['youtube:video:item0000002'], 'published public')
    assert.equal(doneOf(await world.at(home, ['publish', '--yes', '--json']))['published'], 0)
  })

  it('is left as it was by a copy that is refused', async (t) => {
    const world = await aPublishedWorld(t)
    const home = keysOnly(world)
    const damaged = join(world.path, 'damaged')
    cpSync(join(world.home, 'manifest'), damaged, { recursive: true })
    appendFileSync(join(damaged, `tile/entries/000.p/${SIZE}`), 'x')
    rmSync(join(damaged, `tile/0/000.p/${SIZE}`))
    for (const [from, code] of [
      [damaged, undefined],
      [world.older, 'HEAD_BEHIND'],
    ] as const) {
      const refused = await recoverFrom(world, home, from)
      assert.equal(refused.exit, 4, JSON.stringify(refused.events))
      if (code !== undefined) problemOf(refused, code)
      assert.deepEqual(Object.keys(contentOf(home)), ['keys/log.key'])
    }
    assert.equal((await recoverFrom(world, home, world.home)).exit, 0)
  })
})

describe('a copy that must not be adopted', { concurrency: 2 }, () => {
  it('is refused when it is shorter, damaged or of another log, and nothing is changed', async (t) => {
    const world = await aPublishedWorld(t)
    const damaged = join(world.path, 'damaged')
    cpSync(join(world.home, 'manifest'), damaged, { recursive: true })
    const other = join(world.path, 'other')
    const elsewhere = { XDG_STATE_HOME: join(world.path, 'elsewhere') }
    assert.equal(
      (await world.at(other, ['init', '--origin', 'archive.example/testimony', '--no-passphrase', '--json'], elsewhere))
        .exit,
      0,
    )
    const renamed = join(world.path, 'renamed')
    await sameKeyOtherName(world, renamed)
    const before = contentOf(world.home)
    const refused = async (from: string, code?: string): Promise<void> => {
      const outcome = await recoverFrom(world, world.home, from)
      assert.equal(outcome.exit, 4, JSON.stringify(outcome.events))
      if (code !== undefined) problemOf(outcome, code)
      assert.deepEqual(contentOf(world.home), before)
    }
    await refused(world.older, 'HEAD_BEHIND')
    await refused(other)
    await refused(renamed)
    writeFileSync(join(damaged, `tile/entries/000.p/${SIZE}`), 'x')
    await refused(damaged)
    writeFileSync(join(damaged, 'checkpoint'), 'archive.example/testimony\n9\n')
    await refused(damaged)
    assert.equal((await recoverFrom(world, world.home, join(world.path, 'nowhere'))).exit, 2)
    assert.deepEqual(contentOf(world.home), before)
  })

  it('is refused when the same key wrote another history in it, longer or not', async (t) => {
    const world = await aPublishedWorld(t)
    const elsewhere = { XDG_STATE_HOME: join(world.path, 'elsewhere') }
    const before = contentOf(world.home)
    for (const id of ['theirVideo1', 'theirVideo2']) {
      assert.equal((await world.at(world.older, ['add', world.another(id), '--json'])).exit, 0)
      assert.equal((await world.at(world.older, ['publish', '--yes', '--json'], elsewhere)).exit, 0)
      for (const env of [{}, { XDG_STATE_HOME: join(world.path, 'no-record') }]) {
        const outcome = await recoverFrom(world, world.home, world.older, env)
        assert.equal(outcome.exit, 4)
        problemOf(outcome, 'HEAD_FORKED')
        assert.deepEqual(contentOf(world.home), before)
      }
    }
    // A journalist who looks at both sees two sound logs; only together are they a fault, so neither home may go on alone.
    const refused = await world.at(world.older, ['publish', '--yes', '--json'])
    assert.deepEqual([refused.exit, codesOf(refused)], [4, ['HEAD_FORKED']])
  })

  it('waits while the home is in use', async (t) => {
    const world = await aPublishedWorld(t)
    const before = contentOf(world.home)
    await using _lock = await acquireLock(world.home, { command: 'publish' })
    const locked = await recoverFrom(world, world.home, world.older)
    assert.equal(locked.exit, 3)
    problemOf(locked, 'HOME_LOCKED')
    assert.deepEqual(contentOf(world.home), before)
  })
})

describe('versions that an older state does not know', () => {
  it('are found again, and what is newer here replaces the newest one of the log', async (t) => {
    const world = await aPublishedWorld(t)
    const own = join(world.path, 'versions')
    const write = (title: string): void => void aVideo(own, { id: 'versioned01', stem: 'v', title })
    const add = (home: string): Promise<Outcome> => world.at(home, ['add', own, '--json'])
    const publish = (home: string): Promise<Outcome> => world.at(home, ['publish', '--yes', '--json'])
    write('First')
    await add(world.home)
    await publish(world.home)
    const [finds, changes] = [join(world.path, 'finds'), join(world.path, 'changes')]
    for (const copy of [finds, changes]) cpSync(world.home, copy, { recursive: true })
    write('Second')
    await add(world.home)
    const [second] = linesOfEvent(await publish(world.home), 'published')
    // One copy meets the second version only after the recovery.
    assert.equal((await recoverFrom(world, finds, world.home)).exit, 0)
    assert.equal(linesOfEvent(await add(finds), 'bundle')[0]?.['root'], second?.['root'])
    assert.deepEqual([doneOf(await publish(finds))['published'], await verifiedSize(world, finds)], [0, SIZE + 4])
    // The other one had a third version, which the log does not have yet.
    write('Third')
    const [third] = linesOfEvent(await add(changes), 'bundle')
    assert.equal((await recoverFrom(world, changes, world.home)).exit, 0)
    assert.equal((await world.at(changes, ['clear', 'https://youtu.be/versioned01', '--json'])).exit, 0)
    const [published] = linesOfEvent(await publish(changes), 'published')
    assert.deepEqual([published?.['root'], published?.['index']], [third?.['root'], SIZE + 4])
    const shown = await world.at(changes, ['manifest', 'show', String(SIZE + 4), '--json'])
    const statement = linesOfEvent(shown, 'statement')[0]?.['statement'] as Readonly<Record<string, unknown>>
    assert.equal(statement['replaces'], second?.['index'])
    assert.equal(await verifiedSize(world, changes), SIZE + 6)
  })
})

describe('statements that were sequenced and never signed', () => {
  it('give way to a longer copy, but a withdrawal among them is not lost', async (t) => {
    const world = await aPublishedWorld(t)
    const elsewhere = { XDG_STATE_HOME: join(world.path, 'elsewhere') }
    const home = join(world.path, 'mine')
    cpSync(world.home, home, { recursive: true })
    // Mine: two withdrawals and a bundle have an index, and no head.
    const withdrawn = ['item0000000', 'item0000001']
    assert.equal((await world.at(home, ['withdraw', `https://youtu.be/${withdrawn[0]}`, '--defer', '--json'])).exit, 0)
    const legal = ['--reason', 'legal', '--jurisdiction', 'KZ', '--defer', '--json']
    assert.equal((await world.at(home, ['withdraw', `https://youtu.be/${withdrawn[1]}`, ...legal])).exit, 0)
    // Theirs: another bundle is published at the same indexes.
    assert.equal((await world.run(['add', world.another('theirVideo1'), '--json'])).exit, 0)
    assert.equal((await world.run(['publish', '--yes', '--json'], { env: elsewhere })).exit, 0)
    const recovered = await recoverFrom(world, home, world.home)
    assert.equal(recovered.exit, 0, JSON.stringify(recovered.events))
    assert.deepEqual([doneOf(recovered)['adopted'], doneOf(recovered)['withdrawals']], [2, 2])
    const states = await statesOf(world, home)
    for (const id of withdrawn) assert.match(states[`youtube:video:${id}`] ?? '', /^withdrawn/)
    assert.equal((await world.at(home, ['publish', '--yes', '--json'])).exit, 0)
    assert.equal(await verifiedSize(world, home), SIZE + 2 + 3)
    const shown = await world.at(home, ['manifest', 'show', String(SIZE + 2), String(SIZE + 3), '--json'])
    const statements = linesOfEvent(shown, 'statement').map(
      ({ statement }) => statement as Readonly<Record<string, unknown>>,
    )
    assert.deepEqual(
      statements.map(({ type, reason, jurisdiction }) => [type, reason, jurisdiction]),
      [
        ['withdrawal/1', 'publisher', undefined],
        ['withdrawal/1', 'legal', 'KZ'],
      ],
    )
  })

  it('stay when the directory alone is written anew', async (t) => {
    const world = await aPublishedWorld(t)
    assert.equal((await world.run(['withdraw', 'https://youtu.be/item0000000', '--defer', '--json'])).exit, 0)
    rmSync(join(world.home, 'manifest/tile'), { recursive: true })
    const mended = await recoverFrom(world, world.home, world.home)
    assert.deepEqual([mended.exit, doneOf(mended)['adopted'], doneOf(mended)['withdrawals']], [0, 0, 0])
    assert.equal(doneOf(await world.run(['manifest', 'show', '--json']))['sequenced'], SIZE + 1)
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    assert.equal(await verifiedSize(world, world.home), SIZE + 2)
  })
})

describe('a recovery that fails half-way', () => {
  it('keeps the older state from signing before that is replaced, and the new one whole after', async (t) => {
    const world = await aPublishedWorld(t)
    const elsewhere = { XDG_STATE_HOME: join(world.path, 'new-computer') }
    const manifest = join(world.older, 'manifest')
    const before = contentOf(world.older)['state.sqlite']
    // While the files are written: the transaction is not committed, the record outside stands.
    mkdirSync(join(manifest, `tile/0/000.p/${SIZE}/in-the-way`), { recursive: true })
    assert.notEqual((await recoverFrom(world, world.older, world.home, elsewhere)).exit, 0)
    assert.equal(contentOf(world.older)['state.sqlite'], before)
    const refused = await world.at(world.older, ['publish', '--yes', '--json'], elsewhere)
    assert.deepEqual([refused.exit, codesOf(refused)], [4, ['HEAD_BEHIND']])
    rmSync(join(manifest, `tile/0/000.p/${SIZE}`), { recursive: true })
    // After the state is replaced and before the head is shown: the next run shows it, byte for byte.
    mkdirSync(join(manifest, `checkpoints/${SIZE}/in-the-way`), { recursive: true })
    assert.notEqual((await recoverFrom(world, world.older, world.home, elsewhere)).exit, 0)
    rmSync(join(manifest, `checkpoints/${SIZE}`), { recursive: true })
    assert.equal((await world.at(world.older, ['publish', '--yes', '--json'], elsewhere)).exit, 0)
    assert.equal(await verifiedSize(world, world.older), SIZE)
    assert.deepEqual(contentOf(manifest)['checkpoint'], contentOf(join(world.home, 'manifest'))['checkpoint'])
  })
})

describe('a recovery that is killed', () => {
  it('signs nothing in between, and is finished by the same command', async (t) => {
    const world = await aPublishedWorld(t)
    const elsewhere = (n: number): Readonly<Record<string, string>> => ({
      XDG_STATE_HOME: join(world.path, `state-${n}`),
    })
    const started = performance.now()
    assert.equal((await recoverFrom(world, keysOnly(world, 'whole'), world.home, elsewhere(-1))).exit, 0)
    const whole = performance.now() - started
    const shares = process.env['SLOW'] === '1' ? [0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95] : [0.5, 0.75, 0.9]
    for (const [n, share] of shares.entries()) {
      const home = keysOnly(world, `killed-${n}`)
      const env = { HOLDFAST_HOME: home, ...elsewhere(n) }
      const running = world.start(['manifest', 'recover', '--from', world.home, '--json'], { env })
      setTimeout(() => running.process.kill('SIGKILL'), whole * share)
      const { exit } = await running.outcome()
      const between = await world.at(home, ['publish', '--yes', '--json'], elsewhere(n))
      // Either nothing can be signed yet, or the state is there as a whole.
      if (between.exit === 0) assert.equal(doneOf(between)['manifestSize'], SIZE)
      else
        assert.ok(
          ['STATE_MISSING', 'STATE_CORRUPT'].includes(codesOf(between)[0] ?? ''),
          JSON.stringify(between.events),
        )
      assert.ok(exit !== 0 || between.exit === 0)
      const again = await recoverFrom(world, home, world.home, elsewhere(n))
      assert.equal(again.exit, 0, JSON.stringify(again.events))
      assert.equal(await verifiedSize(world, home), SIZE)
      assert.deepEqual(
        readdirSync(join(home, 'manifest'), { recursive: true }).filter((name) => String(name).endsWith('.tmp')),
        [],
      )
      assert.equal((await world.at(home, ['add', world.archive, '--json'], elsewhere(n))).exit, 0)
      assert.equal(
        (await statesOf(world, home))['youtube:video:item0000000'],
        'published hold',
        'also the loss of decisions is remembered',
      )
    }
  })
})

/** A log of another name under the same key, as a confused operator can make one. */
async function sameKeyOtherName(world: PublishedWorld, home: string): Promise<void> {
  mkdirSync(join(home, 'keys'), { recursive: true })
  cpSync(join(world.home, 'keys/log.key'), join(home, 'keys/log.key'))
  writeFileSync(join(home, 'init-unfinished'), '')
  const made = await world.at(home, ['init', '--origin', 'another.example/name', '--no-passphrase', '--json'])
  assert.equal(made.exit, 0, JSON.stringify(made.events))
}
