import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { codesOf, doneOf, linesOfEvent, type Outcome, problemOf } from './harness.ts'
import { aMirrorWorld, LOG_NAME, logHome, type MirrorWorld, statusOf, synced } from './mirror-world.ts'
import { EXTRA_ID, OLD_SIZE, SIZE } from './published-world.ts'

const LINK = `https://youtu.be/${EXTRA_ID}`

/** What a mirror of a part says that it holds, as its readers get and check it. */
async function checkNote(world: MirrorWorld, home: string, roots: number): Promise<void> {
  const { originSha256, size } = await statusOf(world, home)
  const server = await world.serveHome(home)
  const fileOf = async (name: string): Promise<string> => {
    const answer = await fetch(`${server.url}/mirror/${originSha256}/holdings/${name}`)
    assert.equal(answer.status, 200, name)
    const path = join(world.path, `held-${name}`)
    writeFileSync(path, Buffer.from(await answer.arrayBuffer()))
    return path
  }
  const note = await fileOf('note')
  const list = await fileOf(readFileSync(note, 'utf8').split('\n')[5] ?? '')
  const holder = String(doneOf(await world.at(home, ['key', 'show', '--json']))['holder'])
  const verify = (...more: readonly string[]): Promise<Outcome> =>
    world.at(home, ['verify', note, '--policy', world.policy, ...more, '--json'])
  const proven = await verify('--holder', holder, '--file', list)
  const [line] = linesOfEvent(proven, 'holdings')
  assert.deepEqual([proven.exit, line?.['size'], line?.['roots']], [0, size, roots], proven.stdout)
  assert.deepEqual(codesOf(await verify()), ['USAGE'])
  const wrong = await verify('--holder', holder, '--file', note)
  assert.deepEqual([wrong.exit, codesOf(wrong)], [4, ['HOLDINGS_LIST_DIFFERS']])
  const url = `${server.url}/mirror/${originSha256}/holdings`
  for (const path of [`${url}/${'0'.repeat(64)}`, `${url}/..%2fstate.sqlite`, `${server.url}/holdings/note`])
    assert.equal((await fetch(path)).status, 404)
  await server.stop()
}

describe('mirrors', { concurrency: 2 }, () => {
  it('take over from a publisher that is gone: others look up, fetch, verify, and mirror from them', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const one = await world.mirror('one', [publisher.url])
    const two = await world.mirror('two', [publisher.url])
    for (const home of [one, two]) {
      const done = await synced(world, home)
      assert.deepEqual([done['size'], done['held'], done['fetched'], done['problems']], [SIZE, 4, 4, 0])
    }
    const policy = join(world.path, 'policy.txt')
    cpSync(world.policy, policy)
    const receipt = join(world.path, 'receipt')
    const index = await world.at(world.home, ['prove', LINK, '-o', receipt, '--json'])
    assert.equal(index.exit, 0)
    await publisher.stop()
    rmSync(world.home, { recursive: true })
    rmSync(join(world.path, 'older'), { recursive: true })
    const [first, second] = [await world.serveHome(one), await world.serveHome(two)]
    const journalist = join(world.path, 'journalist')
    const at = ['--manifest', first.url, '--policy', policy, '--json']
    const found = await world.at(journalist, ['lookup', LINK, ...at])
    assert.equal(linesOfEvent(found, 'match').length, 1)
    const got = await world.at(journalist, ['get', LINK, ...at, '-o', join(world.path, 'got')])
    assert.deepEqual([got.exit, doneOf(got)['bundles']], [0, 1], got.stdout)
    const [file] = linesOfEvent(got, 'file').filter((line) => String(line['path']).endsWith('video.mp4'))
    const check = ['verify', receipt, '--policy', policy, '--file', String(file?.['path']), '--json']
    assert.equal((await world.at(journalist, check)).exit, 0)
    const whole = await world.at(journalist, ['manifest', 'verify', second.url, '--policy', policy, '--json'])
    assert.deepEqual([whole.exit, doneOf(whole)['size'], doneOf(whole)['heads']], [0, SIZE, 3], whole.stdout)
    const absent = await world.at(journalist, ['lookup', 'https://youtu.be/neverThere0', ...at])
    assert.deepEqual([absent.exit, codesOf(absent)], [1, ['NOT_IN_MANIFEST']])
    cpSync(policy, world.policy, { recursive: true })
    const three = await world.mirror('three', [first.url, second.url])
    const filled = await synced(world, three)
    assert.deepEqual([filled['size'], filled['held'], filled['problems']], [SIZE, 4, 0])
    const sources = (await statusOf(world, three))['sources'] as { bytes: number }[]
    assert.ok(
      sources.every(({ bytes }) => bytes > 0),
      'blocks came from both',
    )
  })

  it('stop serving what is withdrawn within one poll, keep its bytes in quarantine, and serve the rest', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url])
    await synced(world, mirror)
    const server = await world.serveHome(mirror)
    const [match] = linesOfEvent(await world.at(world.home, ['lookup', LINK, '--json']), 'match')
    const files = match?.['files'] as { cid: string }[]
    const [root, video] = [String(match?.['root']), String(files[0]?.cid)]
    const other = linesOfEvent(await world.at(world.home, ['list', '--json']), 'listed').find(
      (line) => line['root'] !== root,
    )
    const statusAt = async (cid: string): Promise<number> =>
      (await fetch(`${server.url}/ipfs/${cid}?format=raw`)).status
    assert.deepEqual([await statusAt(root), await statusAt(video)], [200, 200])
    assert.equal((await world.at(world.home, ['withdraw', String(match?.['id']), '--json'])).exit, 0)
    const done = await synced(world, mirror)
    assert.deepEqual([done['held'], done['quarantined'], done['waiting']], [3, 2, 0])
    assert.deepEqual([await statusAt(root), await statusAt(video)], [410, 410])
    assert.equal(await statusAt(String(other?.['root'])), 200)
    assert.ok(existsSync(join(logHome(mirror), 'quarantine', video)), 'the bytes are not destroyed')
    assert.ok(!existsSync(join(logHome(mirror), 'content', video.slice(-2), video)))
    const late = await world.mirror('late', [server.url, publisher.url])
    assert.deepEqual([(await synced(world, late))['held'], (await statusOf(world, late))['missing']], [3, 0])
  })

  it('follow what is new, take versions in, and have nothing to do when nothing is', async (context) => {
    const world = await aMirrorWorld(context)
    const older = await world.serveHome(world.older)
    const mirror = await world.mirror('mirror', [older.url])
    assert.equal((await synced(world, mirror))['size'], OLD_SIZE)
    await older.stop()
    const publisher = await world.serveHome(world.home)
    assert.equal((await world.at(mirror, ['mirror', 'add', LOG_NAME, '--from', publisher.url, '--json'])).exit, 0)
    const next = await synced(world, mirror)
    assert.deepEqual([next['size'], next['fetched'], next['held']], [SIZE, 1, 4])
    const again = await synced(world, mirror)
    assert.deepEqual([again['size'], again['fetched'], again['bytes']], [SIZE, 0, 0])
    const whole = await world.at(logHome(mirror), ['manifest', 'verify', '--json'])
    assert.equal(whole.exit, 0, whole.stdout)
    const listed = linesOfEvent(await world.at(logHome(mirror), ['list', '--json']), 'listed')
    assert.deepEqual(
      listed.map((line) => line['state']),
      Array(4).fill('published'),
    )
  })

  it('hold what their rules and their budget have room for, and say what they do not', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const choosy = await world.mirror('choosy', [publisher.url], ['--include', `key=youtube:video:${EXTRA_ID}`])
    const chosen = await synced(world, choosy)
    assert.deepEqual([chosen['held'], chosen['missing'], chosen['size']], [1, 0, SIZE])
    assert.equal((await world.at(choosy, ['mirror', 'add', LOG_NAME, '--include', 'max=1GB', '--json'])).exit, 0)
    assert.equal((await synced(world, choosy))['held'], 4)
    await checkNote(world, choosy, 4)
    const poor = await world.mirror('poor', [publisher.url], ['--budget', '3000', '--order', 'smallest'])
    const some = await world.sync(poor)
    assert.deepEqual([some.exit, doneOf(some)['held'], doneOf(some)['missing']], [0, 2, 2])
    problemOf(some, 'BUDGET_REACHED')
  })

  it('say what is wrong in a word: homes, names, policies, rules, sources', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url])
    const add = ['mirror', 'add', LOG_NAME, '--json']
    const cases: readonly (readonly [home: string, args: readonly string[], exit: number, code: string])[] = [
      [world.home, ['mirror', 'sync'], 2, 'HOME_NOT_MIRROR'],
      [mirror, ['publish', '--yes'], 2, 'HOME_IS_MIRROR'],
      [logHome(mirror), ['add', world.archive], 2, 'HOME_IS_MIRROR'],
      [mirror, ['mirror', 'sync', 'nobody'], 2, 'MIRROR_UNKNOWN'],
      [mirror, ['mirror', 'run', 'nobody'], 2, 'MIRROR_UNKNOWN'],
      [world.home, ['mirror', 'run'], 2, 'HOME_NOT_MIRROR'],
      [mirror, ['mirror', 'add', 'Über', '--from', publisher.url, '--policy', world.policy], 2, 'MIRROR_NAME_INVALID'],
      [mirror, ['mirror', 'add', 'second', '--from', publisher.url, '--policy', world.policy], 2, 'MIRROR_NAME_TAKEN'],
      [mirror, [...add, '--include', 'colour=red'], 2, 'RULE_MALFORMED'],
      [mirror, [...add, '--budget', 'much'], 2, 'USAGE'],
      [mirror, [...add, '--from', 'ftp://archive.example'], 2, 'USAGE'],
      [mirror, [...add, '--from', 'https://name:secret@archive.example'], 2, 'USAGE'],
      [join(world.path, 'nothing'), ['mirror', 'sync'], 2, 'HOME_MISSING'],
      [mirror, ['init', '--mirror', '--no-passphrase'], 2, 'HOME_EXISTS'],
    ]
    for (const [home, args, exit, code] of cases) {
      const outcome = await world.at(home, args.includes('--json') ? args : [...args, '--json'])
      assert.deepEqual([outcome.exit, codesOf(outcome)], [exit, [code]], args.join(' '))
      assert.ok(!outcome.stdout.includes('secret'))
    }
  })

  it('believe no key that the policy does not name, and no policy of another log', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url])
    const other = join(world.path, 'other')
    const init = ['init', '--origin', 'archive.example/testimony', '--no-passphrase', '--json']
    const made = await world.at(other, init)
    const strangers = ['mirror', 'add', LOG_NAME, '--policy', String(doneOf(made)['vkey']), '--json']
    assert.equal((await world.at(mirror, strangers)).exit, 0)
    const refused = await world.sync(mirror)
    assert.deepEqual([refused.exit, new Set(codesOf(refused))], [4, new Set(['SIGNATURE_MISSING'])])
    assert.equal(doneOf(refused)['size'], 0)
    assert.equal((await world.at(mirror, ['mirror', 'add', LOG_NAME, '--policy', world.policy, '--json'])).exit, 0)
    assert.equal((await synced(world, mirror))['held'], 4)
    const elsewhere = await world.at(join(world.path, 'third'), [
      ...init.slice(0, 2),
      'other.example/log',
      ...init.slice(3),
    ])
    const moved = await world.at(mirror, [...strangers.slice(0, 4), String(doneOf(elsewhere)['vkey']), '--json'])
    assert.deepEqual([moved.exit, codesOf(moved)], [2, ['MIRROR_ORIGIN_DIFFERS']])
    assert.equal((await synced(world, mirror))['held'], 4)
  })

  it('follow several publishers, each under a path of its own, with all their blocks under one', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url])
    const other = join(world.path, 'other')
    aVideo(join(world.path, 'others'), { id: 'otherVideo1' })
    const init = await world.at(other, ['init', '--origin', 'other.example/log', '--no-passphrase', '--json'])
    await world.at(other, ['add', join(world.path, 'others'), '--json'])
    assert.equal((await world.at(other, ['publish', '--yes', '--json'])).exit, 0)
    const vkey = String(doneOf(init)['vkey'])
    const second = await world.serveHome(other)
    const add = ['mirror', 'add', 'zz-other', '--from', second.url, '--policy', vkey, '--json']
    assert.equal((await world.at(mirror, add)).exit, 0)
    assert.equal((await synced(world, mirror))['held'], 5)
    const server = await world.serveHome(mirror)
    const status = linesOfEvent(await world.at(mirror, ['mirror', 'status', '--json']), 'mirror')
    const hex = String(status.find((line) => line['name'] === 'zz-other')?.['originSha256'])
    const link = 'https://youtu.be/otherVideo1'
    const place = ['--manifest', `${server.url}/mirror/${hex}`, '--policy', vkey, '--json']
    const got = await world.at(mirror, ['get', link, ...place, '-o', join(world.path, 'got')])
    assert.deepEqual([got.exit, doneOf(got)['bundles']], [0, 1], got.stdout)
    const [match] = linesOfEvent(await world.at(mirror, ['lookup', link, ...place]), 'match')
    assert.equal((await fetch(`${server.url}/ipfs/${match?.['root']}?format=raw`)).status, 200)
    assert.equal((await fetch(`${server.url}/mirror/${'0'.repeat(64)}/manifest/checkpoint`)).status, 404)
    assert.equal((await fetch(`${server.url}/mirror/${hex}/manifest/../../../mirror.toml`)).status, 404)
  })

  it('give nothing out of a file that rotted', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url])
    await synced(world, mirror)
    const content = join(logHome(mirror), 'content')
    const [path = ''] = readdirSync(content, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\/bafk/.test(name),
    )
    const bytes = readFileSync(join(content, path))
    writeFileSync(join(content, path), Buffer.alloc(bytes.length, 1))
    const server = await world.serveHome(mirror)
    const answer = await fetch(`${server.url}/ipfs/${path.split('/')[1]}?format=raw`)
    assert.equal(answer.status, 503)
  })
})
