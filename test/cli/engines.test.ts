import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type FakeKubo, fakeKubo } from '../fakes/kubo-rpc.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type Archive, codesOf, doneOf, linesOfEvent, problemOf, withArchive } from './harness.ts'

const SECRET = 'k51q-hidden-from-all'

/** An archive of two videos, published. */
async function aPublishedArchive(context: Parameters<typeof withArchive>[0]): Promise<Archive> {
  const world = await withArchive(context)
  aVideo(world.archive, { id: 'largeVideo1', media: { mp4: randomBytes(2 * 1_048_576 + 17) } })
  assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
  assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
  return world
}

async function withKubo(world: Archive, kubo: FakeKubo): Promise<void> {
  const file = join(world.path, 'token')
  writeFileSync(file, `bearer:${SECRET}\n`)
  const add = ['engine', 'add', 'kubo', '--url', kubo.url, '--token-file', file, '--operator', 'Us', '--country', 'NO']
  assert.equal((await world.run([...add, '--json'])).exit, 0)
}

function everythingIn(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('\n')
}

describe('engines', () => {
  it('that are added later get what was published before, and tell what they have', async (t) => {
    const world = await aPublishedArchive(t)
    await using kubo = await fakeKubo(`Bearer ${SECRET}`)
    await withKubo(world, kubo)
    const usb = join(world.path, 'usb')
    assert.equal((await world.run(['engine', 'add', 'car', '--dir', usb, '--name', 'usb', '--json'])).exit, 0)
    assert.equal((await world.run(['engine', 'check', 'kubo', '--json'])).exit, 0)
    const published = await world.run(['publish', '--json'])
    assert.equal(published.exit, 0, published.stderr)
    const { replicated, replicasRemaining } = doneOf(published)
    assert.deepEqual([replicated, replicasRemaining, kubo.pins.size], [4, 0, 2])
    const told = linesOfEvent(published, 'replicated').map(({ engine, state }) => `${engine} ${state}`)
    assert.deepEqual(told.toSorted(), ['kubo pinned', 'kubo pinned', 'usb pinned', 'usb pinned'])
    for (const { replicas } of linesOfEvent(await world.run(['list', '--json']), 'listed'))
      assert.deepEqual(replicas, [
        { engine: 'kubo', state: 'pinned' },
        { engine: 'usb', state: 'pinned' },
      ])
    const [first] = linesOfEvent(await world.run(['engine', 'list', '--json']), 'engine')
    assert.deepEqual([first?.['name'], first?.['pinned'], first?.['due'], first?.['country']], ['kubo', 2, 0, 'NO'])
    const asked = kubo.asked.length
    assert.equal(doneOf(await world.run(['publish', '--json']))['replicated'], 0)
    assert.equal(kubo.asked.length, asked, 'what is there is not asked for again')
    assert.equal(everythingIn(join(world.home, 'manifest')).includes('kubo'), false, 'no log tells of engines')
  })

  it('that are away, full or of another mind neither stop the record nor each other', async (t) => {
    const world = await aPublishedArchive(t)
    await using kubo = await fakeKubo(`Bearer ${SECRET}`)
    await withKubo(world, kubo)
    const [usb, drawer] = [join(world.path, 'usb'), join(world.path, 'drawer')]
    await world.run(['engine', 'add', 'car', '--dir', usb, '--json'])
    renameSync(usb, drawer)
    aVideo(world.archive, { id: 'laterVideo1' })
    await world.run(['add', world.archive, '--json'])
    const outcome = await world.run(['publish', '--yes', '--json'])
    assert.equal(outcome.exit, 3)
    problemOf(outcome, 'ENGINE_UNREACHABLE')
    assert.deepEqual([doneOf(outcome)['published'], doneOf(outcome)['replicated']], [1, 3])
    assert.equal(existsSync(usb), false, 'nothing is written where the disk is not')
    renameSync(drawer, usb)
    kubo.fault = 'auth'
    const again = await world.run(['publish', '--json'])
    assert.deepEqual([again.exit, doneOf(again)['replicated']], [0, 3], 'kubo has all and is not asked')
    const text = `${outcome.stdout}${outcome.stderr}${again.stdout}`
    assert.equal(text.includes(SECRET), false)
  })

  it('are asked what they have by a home whose notes were lost, and not sent it again', async (t) => {
    const world = await aPublishedArchive(t)
    await using kubo = await fakeKubo(`Bearer ${SECRET}`)
    await withKubo(world, kubo)
    const usb = join(world.path, 'usb')
    await world.run(['engine', 'add', 'car', '--dir', usb, '--json'])
    assert.equal(doneOf(await world.run(['publish', '--json']))['replicated'], 4)
    const cars = (): string[] =>
      readdirSync(usb, { recursive: true })
        .map((name) => join(usb, String(name)))
        .filter((path) => path.endsWith('.car'))
        .map((path) => `${path} ${statSync(path, { bigint: true }).mtimeNs}`)
    const before = cars()
    for (const name of readdirSync(world.home)) if (name.startsWith('state.sqlite')) rmSync(join(world.home, name))
    assert.equal((await world.run(['manifest', 'recover', '--from', join(world.home, 'manifest'), '--json'])).exit, 0)
    assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
    kubo.asked.length = 0
    const again = await world.run(['publish', '--yes', '--json'])
    assert.equal(again.exit, 0, again.stdout)
    assert.deepEqual([doneOf(again)['replicated'], doneOf(again)['copies']], [4, { elsewhere: 2 }])
    assert.deepEqual(kubo.asked, ['version', 'pin/ls', 'pin/ls'], 'one short question a bundle')
    assert.deepEqual(cars(), before)
  })

  it('are unpinned by withdraw, or by the next publish where they were away', async (t) => {
    const world = await aPublishedArchive(t)
    await using kubo = await fakeKubo(`Bearer ${SECRET}`)
    await withKubo(world, kubo)
    await world.run(['publish', '--json'])
    const ids = linesOfEvent(await world.run(['list', '--json']), 'listed').map(({ id }) => String(id))
    const [first = '', second = ''] = ids
    const gone = await world.run(['withdraw', first, '--json'])
    assert.deepEqual([gone.exit, doneOf(gone)['unpinned'], kubo.pins.size], [0, 1, 1])
    kubo.fault = 'auth'
    const away = await world.run(['withdraw', second, '--json'])
    assert.deepEqual([away.exit, doneOf(away)['withdrawn'], kubo.pins.size], [3, 1, 1])
    assert.deepEqual(codesOf(away), ['ENGINE_AUTH_REFUSED'])
    kubo.fault = undefined
    assert.deepEqual([doneOf(await world.run(['publish', '--json']))['unpinned'], kubo.pins.size], [1, 0])
  })

  it('are not added without the secret that is named, and leave that of another as it was', async (t) => {
    const world = await aPublishedArchive(t)
    const file = join(world.path, 'token')
    writeFileSync(file, 'short\n')
    const add = ['engine', 'add', 'kubo', '--token-file', file, '--json']
    const without = await world.run(add)
    assert.deepEqual([without.exit, codesOf(without)], [2, ['KEY_MISSING']])
    assert.equal((await world.run(['publish', '--json'])).exit, 0, 'nothing was added')
    writeFileSync(file, `bearer:${SECRET}\n`)
    assert.equal((await world.run(add)).exit, 0)
    writeFileSync(file, 'bearer:another-secret\n')
    assert.deepEqual(codesOf(await world.run(add)), ['ENGINE_EXISTS'])
    assert.equal(readFileSync(join(world.home, 'keys/engine-kubo.token'), 'utf8'), `bearer:${SECRET}`)
  })

  it('refuse a name twice, an address in the clear, and a name that nobody has', async (t) => {
    const world = await withArchive(t)
    const add = (...args: readonly string[]) => world.run(['engine', 'add', 'kubo', ...args, '--json'])
    assert.equal((await add()).exit, 0)
    const before = readFileSync(join(world.home, 'engines.toml'), 'utf8')
    const remote = await add('--name', 'far', '--url', 'http://192.0.2.7:5001')
    for (const [outcome, code] of [
      [await add(), 'ENGINE_EXISTS'],
      [await add('--name', 'Embedded!'), 'CONFIG_INVALID'],
      [await add('--name', 'embedded'), 'CONFIG_INVALID'],
      [remote, 'ENGINE_REMOTE_REFUSED'],
      [await world.run(['engine', 'check', 'usb', '--json']), 'ENGINE_UNKNOWN'],
    ] as const) {
      assert.equal(outcome.exit, 2, code)
      problemOf(outcome, code)
    }
    assert.equal(readFileSync(join(world.home, 'engines.toml'), 'utf8'), before)
  })
})

describe('audit', () => {
  it('exits with 4 for a wrong byte, and publish mends it; with 3 for a place that is away', async (t) => {
    const world = await aPublishedArchive(t)
    const usb = join(world.path, 'usb')
    await world.run(['engine', 'add', 'car', '--dir', usb, '--json'])
    await world.run(['publish', '--json'])
    const good = await world.run(['audit', '--all', '--json'])
    assert.equal(good.exit, 0, good.stderr)
    assert.deepEqual(
      linesOfEvent(good, 'place').map(({ name, bundles, bad }) => [name, bundles, bad]),
      [
        ['embedded', 2, 0],
        ['car', 2, 0],
      ],
    )
    const [car = ''] = readdirSync(usb, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.car'))
    const bytes = readFileSync(join(usb, car))
    const last = bytes.length - 1
    bytes[last] = (bytes[last] ?? 0) ^ 1
    writeFileSync(join(usb, car), bytes)
    const bad = await world.run(['audit', '--all', '--json'])
    assert.equal(bad.exit, 4)
    problemOf(bad, 'AUDIT_BYTES_WRONG')
    assert.deepEqual([doneOf(bad)['bad'], doneOf(bad)['missing']], [1, 0])
    assert.equal(doneOf(await world.run(['publish', '--json']))['replicated'], 1)
    assert.equal((await world.run(['audit', '--all', '--json'])).exit, 0)
    const text = (await world.run(['list'])).stdout
    assert.match(text, /car: pinned, proven at \d{4}-\d\d-\d\dT[\d:]+Z \(\d+ blocks\)/)
    renameSync(usb, `${usb} in a drawer`)
    const away = await world.run(['audit', '--sample', '2', '--json'])
    assert.equal(away.exit, 3)
    assert.deepEqual(
      linesOfEvent(away, 'place').map(({ name, unreachable }) => [name, unreachable]),
      [
        ['embedded', false],
        ['car', true],
      ],
    )
  })
})
