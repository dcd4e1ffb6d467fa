import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { parseExposition, sampleOf } from '../fakes/exposition.ts'
import { type FakeKubo, fakeKubo } from '../fakes/kubo-rpc.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type Archive, doneOf, linesOfEvent, problemOf, withArchive } from './harness.ts'

/** Replaces lines of `holdfast.toml`, which has each setting once in its section. */
function configure(world: Archive, section: string, settings: Readonly<Record<string, string | number>>): void {
  const path = join(world.home, 'holdfast.toml')
  const [before = '', after = ''] = readFileSync(path, 'utf8').split(`[${section}]\n`)
  let rest = after
  for (const [name, value] of Object.entries(settings))
    rest = rest.replace(new RegExp(`^${name} = .*$`, 'm'), `${name} = ${JSON.stringify(value)}`)
  writeFileSync(path, `${before}[${section}]\n${rest}`)
}

/** Two videos at three places of three operators in two countries, and a rule that asks for just that. */
async function atThreePlaces(context: TestContext, kubo: FakeKubo): Promise<Archive> {
  const world = await withArchive(context)
  aVideo(world.archive, { id: 'secondVid01' })
  configure(world, 'place', { operator: 'Our Archive', country: 'NO', runBy: 'organisation' })
  configure(world, 'rules', { operators: 3, countries: 2, maxCompanies: 1 })
  await world.run(['add', world.archive, '--json'])
  const who = (operator: string, country: string, kind: string) => [
    ...['--operator', operator, '--country', country, '--run-by', kind],
  ]
  for (const args of [
    ['kubo', '--url', kubo.url, ...who('Pins Inc', 'DE', 'company')],
    ['car', '--dir', join(world.path, 'usb'), '--name', 'usb', ...who('Ann', 'NO', 'person')],
  ])
    assert.equal((await world.run(['engine', 'add', ...args, '--json'])).exit, 0)
  return world
}

const rulesOf = async (world: Archive, ...args: readonly string[]): Promise<string[]> =>
  linesOfEvent(await world.run(['list', ...args, '--json']), 'listed').map(({ rules }) => String(rules))

describe('rules about copies', () => {
  it('are missed until an audit has shown them, and then by what is lost; publish, list, show and drill say so', async (t) => {
    await using kubo = await fakeKubo()
    const world = await atThreePlaces(t, kubo)
    assert.deepEqual(await rulesOf(world), ['none', 'none'], 'nothing is published yet')

    const dry = await world.run(['publish', '--dry-run', '--json'])
    const would = linesOfEvent(dry, 'wouldReplicate').map(({ engine, bundles, bytes }) => ({ engine, bundles, bytes }))
    const bytes = linesOfEvent(dry, 'plan')[0]?.['bytes']
    assert.deepEqual(would, [
      { engine: 'kubo', bundles: 2, bytes },
      { engine: 'usb', bundles: 2, bytes },
    ])
    assert.deepEqual([kubo.asked, Number(bytes) > 0], [[], true], 'nobody is asked')

    const published = doneOf(await world.run(['publish', '--yes', '--json']))
    const { belowRules, unproven, copies } = published
    assert.deepEqual([belowRules, unproven, copies], [2, 2, { elsewhere: 2 }])
    assert.deepEqual(await rulesOf(world), ['unproven', 'unproven'])
    assert.match(
      (await world.run(['list'])).stdout,
      /rules: unproven {2}\(0 of 3 operators proven, 0 of 2 countries proven/,
    )

    assert.equal((await world.run(['audit', '--json'])).exit, 0)
    assert.deepEqual(await rulesOf(world, '--where', 'rules=kept'), ['kept', 'kept'])
    const kept = doneOf(await world.run(['publish', '--json']))
    assert.deepEqual([kept['belowRules'], kept['unproven']], [0, 0])

    const [first] = linesOfEvent(await world.run(['list', '--json']), 'listed')
    for (const path of kubo.blocks.keys()) if (path === first?.['root']) kubo.blocks.delete(path)
    assert.equal((await world.run(['audit', '--all', '--place', 'kubo', '--json'])).exit, 4)
    assert.deepEqual(await rulesOf(world, '--where', 'rules=broken'), ['broken'])
    const shown = (await world.run(['show', String(first?.['id'])])).stdout
    assert.match(shown, /replica +engine: embedded · state: pinned .*operator: Our Archive/)
    assert.match(shown, /replica +engine: kubo · state: broken · code: AUDIT_BLOCK_MISSING/)
    assert.match(shown, /replica +engine: usb · state: pinned · provenAt: \d{4}-.* · country: NO · runBy: person/)
    assert.match(
      shown,
      /rules +verdict: broken · operators: 2 proven, 2 claimed, of 3 · countries: 1 proven, 1 claimed, of 2/,
    )
  })

  it('answer a drill: what is lost, what may be, and what is below the rules', async (t) => {
    await using kubo = await fakeKubo()
    const world = await atThreePlaces(t, kubo)
    await world.run(['publish', '--yes', '--json'])
    const drilled = async (...args: readonly string[]) => {
      const outcome = await world.run(['drill', ...args, '--json'])
      assert.equal(outcome.exit, 0, outcome.stdout)
      const { lost, maybeLost, belowRules, unproven } = doneOf(outcome)
      return { counts: [lost, maybeLost, belowRules, unproven], outcome }
    }
    assert.deepEqual((await drilled('--without', 'usb')).counts, [0, 2, 2, 0])
    await world.run(['audit', '--json'])
    assert.deepEqual((await drilled('--without', 'usb')).counts, [0, 0, 2, 0])
    const all = await drilled('--without', 'usb', 'embedded', '--without-operator', ' pins  INC', '--list')
    assert.deepEqual(all.counts, [2, 0, 2, 0])
    assert.deepEqual(
      linesOfEvent(all.outcome, 'atRisk').map(({ loss, left }) => ({ loss, left })),
      [
        { loss: 'lost', left: [] },
        { loss: 'lost', left: [] },
      ],
    )
    const inNorway = await drilled('--without-country', 'no')
    assert.deepEqual(linesOfEvent(inNorway.outcome, 'drill')[0]?.['without'], ['embedded', 'usb'])
    assert.match(
      (await world.run(['drill', '--without', 'usb'])).stdout,
      /^ {2}lost +0 {2}each is somewhere else, too$/m,
    )
    for (const [args, code] of [
      [['drill'], 'USAGE'],
      [['drill', '--without', 'usbb'], 'ENGINE_UNKNOWN'],
      [['drill', '--without-operator', 'Nobody'], 'ENGINE_UNKNOWN'],
      [['list', '--where', 'rules=brocken'], 'CONDITION_MALFORMED'],
    ] as const) {
      const outcome = await world.run([...args, '--json'])
      assert.equal(outcome.exit, 2, args.join(' '))
      problemOf(outcome, code)
    }
  })

  it('are counted by the metrics, and without rules what is not whole here', async (t) => {
    await using kubo = await fakeKubo()
    const world = await atThreePlaces(t, kubo)
    await world.run(['publish', '--yes', '--json'])
    const below = async (): Promise<number | undefined> => {
      const running = world.start(['serve', '--listen', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--json'])
      const ready = await running.until(({ event }) => event === 'ready')
      const metrics = parseExposition(await (await fetch(String(ready['metrics']))).text())
      running.process.kill('SIGINT')
      assert.equal((await running.outcome()).exit, 0)
      return sampleOf(metrics, 'bundles_below_rule')
    }
    assert.equal(await below(), 2)
    configure(world, 'rules', { operators: 0, countries: 0 })
    assert.equal(await below(), 0)
  })
})

describe('a mirror that somebody else runs', () => {
  it('is asked for blocks and never sent any; what it gave counts', async (t) => {
    const world = await withArchive(t)
    configure(world, 'place', { operator: 'Our Archive', country: 'NO', runBy: 'organisation' })
    configure(world, 'rules', { operators: 2, countries: 2 })
    await world.run(['add', world.archive, '--json'])
    await world.run(['publish', '--yes', '--json'])
    const { url, stop } = await world.serve()
    const add = ['engine', 'add', 'mirror', '--name', 'oslo', '--url', url, '--operator', 'Friends', '--country', 'SE']
    assert.equal((await world.run([...add, '--run-by', 'organisation', '--json'])).exit, 0)
    const bad = await world.run([
      'engine',
      'add',
      'mirror',
      '--name',
      'b',
      '--url',
      'http://user:pw@b.example',
      '--json',
    ])
    assert.equal(bad.exit, 2)
    problemOf(bad, 'ENGINE_REMOTE_REFUSED')
    const published = doneOf(await world.run(['publish', '--yes', '--json']))
    assert.deepEqual([published['replicated'], published['replicasRemaining']], [0, 0])
    const audited = await world.run(['audit', '--full', '--json'])
    assert.equal(audited.exit, 0, audited.stdout)
    const places = linesOfEvent(audited, 'place').map(({ name, bundles, absent }) => ({ name, bundles, absent }))
    assert.deepEqual(places, [
      { name: 'embedded', bundles: 1, absent: 0 },
      { name: 'oslo', bundles: 1, absent: 0 },
    ])
    assert.deepEqual(await rulesOf(world), ['kept'])
    assert.deepEqual(doneOf(await world.run(['publish', '--json']))['copies'], { elsewhere: 1 })
    await stop()
    const away = await world.run(['audit', '--place', 'oslo', '--json'])
    assert.deepEqual([away.exit, linesOfEvent(away, 'place')[0]?.['unreachable']], [3, true])
    assert.deepEqual(await rulesOf(world), ['kept'], 'who does not answer today has lost nothing by that')
  })
})

describe('the own files', () => {
  it('are a copy that an audit finds rotten', async (t) => {
    const world = await withArchive(t)
    await world.run(['add', world.archive, '--json'])
    await world.run(['publish', '--yes', '--json'])
    const path = linesOfEvent(await world.run(['show', (await idsOf(world))[0] ?? '', '--json']), 'row')
      .map(({ row }) => row as { what: string; role?: string; places?: { path: string }[] })
      .find(({ what, role }) => what === 'file' && role === 'video')?.places?.[0]?.path
    assert.ok(path !== undefined)
    rot(world, path)
    const outcome = await world.run(['audit', '--all', '--since', '30d', '--json'])
    assert.equal(outcome.exit, 4)
    assert.match(String(problemOf(outcome, 'AUDIT_BYTES_WRONG')['hint']), /bring the file back/)
    const later = await world.run(['audit', '--since', '2026-02-31', '--json'])
    assert.equal(later.exit, 2)
  })
})

async function idsOf(world: Archive): Promise<string[]> {
  return linesOfEvent(await world.run(['list', '--json']), 'listed').map(({ id }) => String(id))
}

/** One other byte in a file of which disk and catalogue say that nothing changed. */
function rot(world: Archive, path: string): void {
  const rotten = readFileSync(path)
  rotten[10] = (rotten[10] ?? 0) ^ 1
  writeFileSync(path, rotten)
  const { mtimeNs, ctimeNs } = statSync(path, { bigint: true })
  const db = new DatabaseSync(join(world.home, 'state.sqlite'))
  db.prepare('UPDATE location SET mtime_ns = ?, ctime_ns = ? WHERE path = ?').run(mtimeNs, ctimeNs, path)
  db.close()
}
