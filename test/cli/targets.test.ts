import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { openDaemon } from '../../src/lbry-sdk-client/index.ts'
import { aLbryDaemon, type LbryFault, type StatefulLbryDaemon, sendJson } from '../fakes/lbry-daemon.ts'
import { anOdysee } from '../fakes/odysee.ts'
import { parrot } from '../fakes/odysee-faults.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type Archive, aWorld, doneOf, linesOfEvent, type Outcome, type World, withArchive } from './harness.ts'

const TOKEN = 'marker-token-1f8e2a7c'

async function aDaemon(context: TestContext): Promise<StatefulLbryDaemon> {
  const daemon = await aLbryDaemon()
  context.after(() => daemon[Symbol.asyncDispose]())
  daemon.wallet.fund('1.0', 3)
  await using client = openDaemon({ url: daemon.url })
  await client.call('channel_create', { name: '@archive', bid: '0.01', blocking: true })
  daemon.wallet.mine(1)
  return daemon
}

/** A home with a public bundle that is not published yet, and a target. */
async function withTarget(context: TestContext, daemon: StatefulLbryDaemon): Promise<Archive> {
  const world = await withArchive(context)
  await world.run(['add', world.archive, '--access', 'public', '--json'])
  const added = await world.run(['target', 'add', 'lbry', '--channel', '@archive', '--url', daemon.url, '--json'])
  assert.equal(added.exit, 0)
  return world
}

function publish(world: World, ...more: readonly string[]): Promise<Outcome> {
  return world.run(['publish', '--to', 'lbry', '--yes', '--json', ...more])
}

function mediaOf({ archive }: Archive): string {
  return join(archive, readdirSync(archive).find((name) => name.endsWith('.mp4')) ?? '')
}

function codes(outcome: Outcome): unknown[] {
  return linesOfEvent(outcome, 'problem').map(({ code }) => code)
}

/** Every file below, as text. */
function allText(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n')
}

describe('target add', () => {
  it('writes a section that people can edit, and does not overwrite one', async (t) => {
    const world = aWorld(t)
    await world.init()
    const add = ['target', 'add', 'lbry', '--channel', '@archive', '--json']
    assert.equal((await world.run(add)).exit, 0)
    const path = join(world.home, 'targets.toml')
    writeFileSync(path, `${readFileSync(path, 'utf8')}# mine\n`)
    const again = await world.run(add)
    assert.deepEqual([again.exit, codes(again)], [2, ['TARGET_EXISTS']])
    await world.run(['target', 'add', 'odysee', '--channel', '@archive', '--json'])
    assert.match(readFileSync(path, 'utf8'), /\[lbry\][\s\S]*# mine[\s\S]*\[odysee\]/)
    const listed = linesOfEvent(await world.run(['target', 'list', '--json']), 'row')
    assert.equal(listed.length, 2)
  })

  const wrong: Readonly<Record<string, readonly string[]>> = {
    'a channel without @': ['--channel', 'archive'],
    'a bid that is no amount of LBC': ['--channel', '@a', '--bid', '1'],
    'an address that is none': ['--channel', '@a', '--url', 'daemon'],
    'a thumbnail that is not https': ['--channel', '@a', '--thumbnail', 'http://a.example/{id}.jpg'],
  }
  for (const [what, args] of Object.entries(wrong)) {
    it(`refuses ${what}`, async (t) => {
      const world = aWorld(t)
      await world.init()
      const outcome = await world.run(['target', 'add', 'lbry', ...args, '--json'])
      assert.deepEqual([outcome.exit, codes(outcome)], [2, ['CONFIG_INVALID']])
    })
  }

  it('refuses a daemon on another computer when it is used, unless told otherwise', async (t) => {
    const world = aWorld(t)
    await world.init()
    await world.run(['target', 'add', 'lbry', '--channel', '@a', '--url', 'http://192.0.2.1:5279', '--json'])
    const outcome = await world.run(['target', 'check', 'lbry', '--json'])
    assert.equal(outcome.exit, 2, outcome.stdout)
  })

  it('keeps the token of a home with a passphrase under that passphrase', async (t) => {
    const world = aWorld(t)
    const env = { HOLDFAST_PASSPHRASE: 'five words that nobody guesses' }
    await world.run(['init', '--origin', 'archive.example/t', '--json'], { env })
    const file = join(world.path, 'token.txt')
    writeFileSync(file, `${TOKEN}\n`)
    const add = ['target', 'add', 'odysee', '--channel', '@a', '--token-file', file, '--json']
    const refused = await world.run(add, { env: { HOLDFAST_PASSPHRASE: 'five other words entirely' } })
    assert.deepEqual([refused.exit, codes(refused)], [2, ['WRONG_PASSPHRASE']])
    assert.equal((await world.run(add, { env })).exit, 0)
    assert.doesNotMatch(allText(world.home), new RegExp(TOKEN))
    assert.match(readFileSync(join(world.home, 'keys', 'odysee.token'), 'utf8'), /BEGIN AGE ENCRYPTED FILE/)
  })
})

describe('publish --to', () => {
  it('shows names, LBC and bytes in a dry run, and does nothing', async (t) => {
    const daemon = await aDaemon(t)
    const world = await withTarget(t, daemon)
    const outcome = await world.run(['publish', '--to', 'lbry', '--dry-run', '--json'])
    assert.equal(outcome.exit, 0)
    const [would] = linesOfEvent(outcome, 'wouldCopy')
    assert.match(String(would?.['name']), /^testimony-goodvideo01-[0-9a-z]{11}$/)
    const [target] = linesOfEvent(outcome, 'target')
    assert.deepEqual([target?.['items'], target?.['bytes']], [1, would?.['bytes']])
    assert.ok(Number(target?.['lbc']) > 0.002)
    assert.ok(daemon.asked.every(({ method }) => method !== 'stream_create'))
  })

  it('brings a bundle there once, by a public name, and says so', async (t) => {
    const daemon = await aDaemon(t)
    const world = await withTarget(t, daemon)
    const outcome = await publish(world)
    assert.equal(outcome.exit, 0, outcome.stdout)
    const [copied] = linesOfEvent(outcome, 'copied')
    assert.deepEqual([copied?.['target'], copied?.['status'], copied?.['equality']], ['lbry', 'copied', 'asserted'])
    const done = doneOf(outcome)
    assert.deepEqual([done['copied'], done['adopted'], done['waiting'], done['remaining']], [1, 0, 0, 0])
    assert.doesNotMatch(JSON.stringify(daemon.wallet.claims().map(({ value }) => value)), /goodVideo01\]/)
    assert.deepEqual(readdirSync(join(world.home, 'links')), [])
    assert.equal(doneOf(await publish(world))['copied'], 0)
    assert.equal(daemon.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 1)
  })

  it('goes on without a target that is away: exit 3, and the list says what waits and why', async (t) => {
    const daemon = await aLbryDaemon()
    const world = await withTarget(t, daemon)
    await daemon[Symbol.asyncDispose]()
    const outcome = await publish(world)
    assert.equal(outcome.exit, 3)
    const done = doneOf(outcome)
    assert.deepEqual([done['published'], done['waiting'], done['remaining']], [1, 1, 1])
    const [listed] = linesOfEvent(await world.run(['list', '--json']), 'listed')
    assert.equal(listed?.['state'], 'published')
    assert.match(JSON.stringify(listed?.['copies']), /"state":"waiting","code":"TARGET_UNREACHABLE"/)
    assert.equal((await world.run(['manifest', 'verify', '--json'])).exit, 0)
  })

  it('wakes somebody when the daemon publishes other bytes', async (t) => {
    const daemon = await aDaemon(t)
    const world = await withTarget(t, daemon)
    const path = mediaOf(world)
    // Between the last look of ours and the read of the daemon.
    const replaced: LbryFault = async (answer, run) => {
      daemon.fault('stream_create', replaced)
      if (daemon.asked.at(-1)?.params['preview'] !== true) writeFileSync(path, 'something else entirely')
      sendJson(answer, await run())
    }
    daemon.fault('stream_create', replaced)
    const outcome = await publish(world)
    assert.equal(outcome.exit, 4, outcome.stdout)
    assert.ok(codes(outcome).includes('PUBLISHED_BYTES_DIFFER'))
    const [match] = linesOfEvent(
      await world.run(['lookup', String(linesOfEvent(outcome, 'copied')[0]?.['id']), '--json']),
      'match',
    )
    assert.match(JSON.stringify(match?.['copies']), /"equality":"differs"/)
  })

  it('names a target that the home does not have', async (t) => {
    const world = await withArchive(t)
    const outcome = await world.run(['publish', '--to', 'peertube', '--yes', '--json'])
    assert.deepEqual([outcome.exit, codes(outcome)], [2, ['TARGET_UNKNOWN']])
  })

  it('asks before it spends', async (t) => {
    const daemon = await aDaemon(t)
    const world = await withTarget(t, daemon)
    const outcome = await world.run(['publish', '--to', 'lbry', '--json'])
    assert.deepEqual([outcome.exit, codes(outcome)], [2, ['NEEDS_YES']])
  })

  it('abandons the claim of what is withdrawn, and comes back to it when the daemon was away', async (t) => {
    const daemon = await aDaemon(t)
    const world = await withTarget(t, daemon)
    aVideo(world.archive, { id: 'otherVideo1' })
    await world.run(['add', world.archive, '--access', 'public', '--json'])
    const ids = linesOfEvent(await publish(world), 'copied').map(({ id }) => String(id))
    const first = await world.run(['withdraw', ids[0] ?? '', '--json'])
    assert.deepEqual([first.exit, doneOf(first)['takenBack']], [0, 1])
    Object.assign(daemon.wallet, { encrypted: true, locked: true })
    const second = await world.run(['withdraw', ids[1] ?? '', '--json'])
    assert.deepEqual([second.exit, doneOf(second)['withdrawn']], [3, 1])
    assert.deepEqual(codes(second), ['TARGET_LOCKED'])
    daemon.wallet.locked = false
    assert.equal(doneOf(await publish(world))['takenBack'], 1)
    assert.equal(daemon.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 0)
  })
})

describe('adopt', () => {
  it('tells which of a channel are our bytes, and records them', async (t) => {
    const daemon = await aDaemon(t)
    const world = await withTarget(t, daemon)
    await world.run(['publish', '--yes', '--json'])
    const file = mediaOf(world)
    await using client = openDaemon({ url: daemon.url })
    const [channel] = (await client.call('channel_list', {})).items
    const shared = { bid: '0.002', channel_id: channel?.claim_id ?? '', blocking: true }
    const description = 'Synchronised\n...\nhttps://www.youtube.com/watch?v=goodVideo01'
    await client.call('stream_create', { ...shared, name: 'synced', file_path: file, description })
    daemon.wallet.mine(2)
    const looked = await world.run(['adopt', '--dry-run', '--json'])
    assert.deepEqual([looked.exit, doneOf(looked)['same']], [0, 1], looked.stdout)
    const outcome = await world.run(['adopt', '--json'])
    assert.equal(linesOfEvent(outcome, 'adoption')[0]?.['same'], true)
    assert.equal(doneOf(await publish(world))['copied'], 0)
    assert.equal(daemon.wallet.claims().filter(({ valueType }) => valueType === 'stream').length, 1)
  })
})

describe('the token of Odysee', () => {
  it('shows in nothing that is printed or kept in the clear, whatever the service says', async (t) => {
    const odysee = await anOdysee()
    t.after(() => odysee[Symbol.asyncDispose]())
    odysee.state.wallet.fund('1.0', 3)
    odysee.state.addUser(TOKEN)
    await odysee.state.addChannel('@archive')
    const world = await withArchive(t)
    const file = join(world.path, 'token.txt')
    writeFileSync(file, `${TOKEN}\n`)
    const env = { HOLDFAST_ODYSEE_TOKEN: TOKEN }
    await world.run(['add', world.archive, '--access', 'public', '--json'])
    await world.run(['target', 'add', 'odysee', '--channel', '@archive', '--url', odysee.url, '--json'], { env })
    const run = (): Promise<Outcome> => world.run(['publish', '--to', 'odysee', '--yes', '--json'], { env })
    for (const call of ['account', 'channel_list', 'leave', 'create', 'poll']) {
      odysee.fault(call, parrot, parrot, parrot, parrot)
      const { stdout, stderr } = await run()
      assert.doesNotMatch(stdout + stderr, new RegExp(TOKEN))
      odysee.calm()
    }
    const outcome = await run()
    assert.doesNotMatch(outcome.stdout + outcome.stderr, new RegExp(TOKEN))
    assert.doesNotMatch(allText(world.home), new RegExp(TOKEN))
  })
})
