import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { formatSignedNote, parseSignedNote } from '../../src/manifest/note.ts'
import { cosign } from '../../src/manifest/signer.ts'
import { openCosigner } from '../../src/store/cosigner-keys.ts'
import { homePaths } from '../../src/store/home.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type Archive, aWorld, codesOf, doneOf, linesOfEvent, type World, withArchive } from './harness.ts'

interface WitnessHome {
  readonly world: World
  readonly name: string
  readonly vkey: string
  /** Starts it again at the port that it had; a free one at first. */
  start(): Promise<string>
  kill(): Promise<void>
}

/** Replaces a setting of holdfast.toml. */
function configure(home: string, setting: string, value: string): void {
  const path = join(home, 'holdfast.toml')
  const text = readFileSync(path, 'utf8')
  assert.ok(text.includes(`\n${setting} = `), setting)
  writeFileSync(
    path,
    text.replace(RegExp(`\n${setting} = .*`), () => `\n${setting} = ${value}`),
  )
}

async function aWitness(context: TestContext, name: string, logs: readonly string[]): Promise<WitnessHome> {
  const world = aWorld(context)
  await world.init()
  const made = await world.run(['key', 'make', '--name', name, '--no-passphrase', '--json'])
  assert.equal(made.exit, 0, made.stderr)
  configure(world.home, 'logs', JSON.stringify(logs))
  let listen = '127.0.0.1:0'
  let running: ReturnType<World['start']> | undefined
  return {
    ...{ world, name, vkey: String(doneOf(made)['witness']) },
    async start() {
      running = world.start(['serve', '--listen', listen, '--json'])
      const ready = await running.until(({ event }) => event === 'ready')
      assert.equal(ready['witness'], doneOf(made)['witness'])
      listen = new URL(String(ready['http'])).host
      return `http://${listen}/witness`
    },
    async kill() {
      running?.process.kill('SIGKILL')
      await running?.outcome().catch(() => undefined)
    },
  }
}

async function vkeyOf(world: World): Promise<string> {
  return String(doneOf(await world.run(['manifest', 'show', '--json']))['vkey'])
}

/** A publisher with one bundle to publish, and two witnesses of which both are needed. */
async function aPublisher(context: TestContext) {
  const archive = await withArchive(context)
  const logs = [await vkeyOf(archive)]
  const witnesses = [await aWitness(context, 'm-1', logs), await aWitness(context, 'm-2', logs)]
  const places: { url: string; vkey: string }[] = []
  for (const witness of witnesses) places.push({ url: await witness.start(), vkey: witness.vkey })
  const table = places.map(({ url, vkey }) => `{ url = "${url}", vkey = "${vkey}" }`)
  configure(archive.home, 'witnesses', `[${table.join(', ')}]`)
  const lines = witnesses.map(({ name, vkey }) => `witness ${name} ${vkey}`)
  const policy = ['log', ...logs].join(' ')
  writeFileSync(join(archive.home, 'policy.txt'), [policy, ...lines, 'group g all m-1 m-2', 'quorum g', ''].join('\n'))
  const added = await archive.run(['add', archive.archive, '--access', 'public', '--json'])
  assert.equal(added.exit, 0, added.stderr)
  return { archive, witnesses, publish: () => archive.run(['publish', '--yes', '--json']), read: reader(archive) }
}

function reader({ home }: Archive): (name: string) => string {
  return (name) => readFileSync(join(home, 'manifest', name), 'utf8')
}

function textOf(note: string): string {
  return parseSignedNote(Buffer.from(note)).text
}

describe('a publisher with witnesses', () => {
  it('shows heads that both have cosigned, and a stranger with the policy accepts them', async (t) => {
    const { archive, publish, read } = await aPublisher(t)
    const published = await publish()
    assert.equal(published.exit, 0, published.stderr)
    assert.deepEqual(codesOf(published), [])
    const shown = doneOf(await archive.run(['manifest', 'show', '--json']))['witnessed']
    assert.ok(Array.isArray(shown))
    assert.deepEqual(shown.map((line) => String(line).replace(/\d/g, '0')).sort(), [
      'm-0/witness 0000-00-00T00:00:00Z',
      'm-0/witness 0000-00-00T00:00:00Z',
    ])
    const server = await archive.serve()
    const health: unknown = await (await fetch(`${server.url}/healthz`)).json()
    assert.ok(typeof health === 'object' && health !== null && 'headAge' in health)
    assert.ok(Number(health.headAge) >= 0 && Number(health.headAge) < 600)
    await server.stop()
    assert.match(read('checkpoint'), /— m-1\/witness .*\n— m-2\/witness .*\n$/)
    const policy = join(archive.home, 'policy.txt')
    const stranger = aWorld(t)
    const verified = await stranger.run([
      'manifest',
      'verify',
      archive.home,
      '--policy',
      policy,
      '--max-age',
      '600',
      '--json',
    ])
    assert.equal(verified.exit, 0, verified.stderr)
    const old = await stranger.run(['manifest', 'verify', archive.home, '--policy', policy, '--max-age', '0', '--json'])
    assert.deepEqual([old.exit, codesOf(old)], [4, ['HEAD_TOO_OLD']])
    aVideo(archive.archive, { id: 'secondOne01' })
    await archive.run(['add', archive.archive, '--access', 'public', '--json'])
    const again = await publish()
    assert.deepEqual([again.exit, codesOf(again)], [0, []])
  })

  it('waits when one of them is gone, goes on with the same head, and stops serving what is withdrawn all the same', async (t) => {
    const { archive, witnesses, publish, read } = await aPublisher(t)
    const before = read('checkpoint')
    await witnesses[1]?.kill()
    const waiting = await publish()
    assert.equal(waiting.exit, 3, waiting.stderr)
    assert.deepEqual(codesOf(waiting), ['WITNESS_SILENT', 'QUORUM_PENDING'])
    assert.equal(linesOfEvent(waiting, 'published').length, 1)
    assert.equal(read('checkpoint'), before)
    const text = textOf(read('pending/checkpoint'))
    await witnesses[1]?.start()
    const done = await publish()
    assert.equal(done.exit, 0, done.stderr)
    assert.equal(textOf(read('checkpoint')), text)
    assert.equal(existsSync(join(archive.home, 'manifest/pending/checkpoint')), false)
    await witnesses[1]?.kill()
    const [bundle] = linesOfEvent(waiting, 'published')
    const withdrawn = await archive.run(['withdraw', String(bundle?.['id']), '--json'])
    assert.deepEqual([withdrawn.exit, codesOf(withdrawn)], [3, ['WITNESS_SILENT', 'QUORUM_PENDING']])
    assert.equal(linesOfEvent(withdrawn, 'withdrawn').length, 1)
    const server = await archive.serve()
    assert.equal((await fetch(`${server.url}/ipfs/${bundle?.['root']}/bundle.json`)).status, 410)
    await server.stop()
    await witnesses[1]?.start()
    assert.equal((await publish()).exit, 0)
  })

  it('hears from them that its home is an old backup, though nothing on its computer says so', async (t) => {
    const { archive, publish } = await aPublisher(t)
    const backup = join(archive.path, 'backup')
    for (const name of ['home', 'state']) cpSync(join(archive.path, name), join(backup, name), { recursive: true })
    assert.equal((await publish()).exit, 0)
    for (const name of ['home', 'state']) {
      rmSync(join(archive.path, name), { recursive: true })
      cpSync(join(backup, name), join(archive.path, name), { recursive: true })
    }
    const restored = await publish()
    assert.deepEqual([restored.exit, codesOf(restored)], [4, ['HEAD_BEHIND']])
  })

  it('takes a cosignature that is brought to its server, and no other', async (t) => {
    const { archive, witnesses, publish, read } = await aPublisher(t)
    await witnesses[1]?.kill()
    assert.equal((await publish()).exit, 3)
    const server = await archive.serve()
    const bring = async (note: Uint8Array | string) => {
      const answer = await fetch(`${server.url}/manifest/cosignature`, { method: 'POST', body: Buffer.from(note) })
      return [answer.status, (await answer.text()).split(':')[0]?.trim()]
    }
    const candidate = Buffer.from(await (await fetch(`${server.url}/manifest/pending/checkpoint`)).arrayBuffer())
    const { text, signatures } = parseSignedNote(candidate)
    const { signer } = await openCosigner(homePaths(witnesses[1]?.world.home ?? ''), 'witness', async () => '')
    const mirror = await openCosigner(homePaths(witnesses[1]?.world.home ?? ''), 'mirror', async () => '')
    const now = Math.floor(Date.now() / 1000)
    assert.deepEqual(await bring('nonsense'), [400, 'COSIGNATURE_REFUSED'])
    assert.deepEqual(await bring(candidate.subarray(0, -2)), [400, 'COSIGNATURE_REFUSED'])
    assert.deepEqual(await bring(formatSignedNote(text, [cosign(text, mirror.signer, now)])), [
      403,
      'COSIGNATURE_REFUSED',
    ])
    const other = text.replace(/\n\d+\n/u, '\n1\n')
    assert.deepEqual(await bring(formatSignedNote(other, [cosign(other, signer, now)])), [409, 'COSIGNATURE_REFUSED'])
    const line = cosign(text, signer, now)
    const both = [cosign(text, signer, now - 5), line].map((each) =>
      bring(formatSignedNote(text, [...signatures, each])),
    )
    assert.deepEqual(
      (await Promise.all(both)).map(([status]) => status),
      [200, 200],
    )
    assert.deepEqual(await bring(formatSignedNote(text, [line])), [200, 'known'])
    assert.match(read('pending/checkpoint'), /— m-1\/witness .*\n— m-2\/witness .*\n$/)
    await server.stop()
    const done = await publish()
    assert.equal(done.exit, 0, done.stderr)
    assert.equal(textOf(read('checkpoint')), text)
    assert.ok(read('checkpoint').includes(line.line))
  })
})

describe('cosigning by hand', () => {
  it('brings the cosignature to a server that waits, and into a directory, and signs no older copy', async (t) => {
    const { archive, witnesses, publish, read } = await aPublisher(t)
    const hand = witnesses[1]
    assert.ok(hand !== undefined)
    await hand.kill()
    const older = join(archive.path, 'older')
    cpSync(join(archive.home, 'manifest'), older, { recursive: true })
    assert.equal((await publish()).exit, 3)
    const policy = join(archive.home, 'policy.txt')
    const server = await archive.serve()
    const byHand = (manifest: string) =>
      hand.world.run(['cosign', '--manifest', manifest, '--policy', policy, '--json'])
    const cosigned = await byHand(server.url)
    assert.deepEqual([cosigned.exit, codesOf(cosigned)], [0, []], cosigned.stderr)
    const [line] = linesOfEvent(cosigned, 'cosigned')
    assert.equal(line?.['name'], 'm-2/witness')
    assert.ok(read('pending/checkpoint').includes(String(line?.['line'])))
    assert.equal((await publish()).exit, 0)
    const refused = await byHand(older)
    assert.deepEqual([refused.exit, codesOf(refused)], [4, ['COSIGN_REFUSED']])
    aVideo(archive.archive, { id: 'secondOne01' })
    await archive.run(['add', archive.archive, '--access', 'public', '--json'])
    assert.equal((await publish()).exit, 3)
    const disk = await byHand(archive.home)
    assert.deepEqual([disk.exit, doneOf(disk)['delivered']], [0, true], disk.stderr)
    assert.equal((await publish()).exit, 0)
    await server.stop()
  })

  it('keeps two histories of one log as evidence', async (t) => {
    const { archive, witnesses, publish } = await aPublisher(t)
    const policy = join(archive.home, 'policy.txt')
    const [twin, outside] = [join(archive.path, 'twin'), join(archive.path, 'twin-state')]
    cpSync(archive.home, twin, { recursive: true })
    cpSync(join(archive.path, 'state'), outside, { recursive: true })
    await publish()
    for (const witness of witnesses) await witness.kill()
    const env = { HOLDFAST_HOME: twin, XDG_STATE_HOME: outside }
    // Statements have whole seconds: two homes that say the same in one second have the same head.
    await wait(1_100)
    assert.equal((await archive.run(['publish', '--yes', '--json'], { env })).exit, 3)
    for (const { world } of witnesses) {
      const refused = await world.run(['cosign', '--manifest', twin, '--policy', policy, '--json'])
      assert.equal(refused.exit, 4)
      assert.deepEqual(codesOf(refused), ['COSIGN_LOG_FORKED', 'COSIGN_REFUSED'])
      const [file = ''] = readdirSync(join(world.home, 'evidence'))
      const proven = await world.run(['verify', join(world.home, 'evidence', file), '--policy', policy, '--json'])
      assert.equal(linesOfEvent(proven, 'fork').length, 1, proven.stdout)
    }
  })
})

describe('a witness that is killed again and again', () => {
  it('never signs two heads of one size, and never goes back', async (t) => {
    const { archive, witnesses, publish, read } = await aPublisher(t)
    const [witness] = witnesses
    assert.ok(witness !== undefined)
    const hash = createHash('sha256').update('archive.example/testimony').digest('hex')
    let last = 0
    for (let round = 0; round < 3; round += 1) {
      aVideo(archive.archive, { id: `roundNumber${round}` })
      await archive.run(['add', archive.archive, '--access', 'public', '--json'])
      const publishing = publish()
      const killing = setTimeout(() => void witness.kill(), 600 + round * 300)
      const { exit } = await publishing
      clearTimeout(killing)
      assert.ok(exit === 0 || exit === 3)
      await witness.kill()
      const url: string = await witness.start()
      const done = await publish()
      assert.equal(done.exit, 0, done.stderr)
      const cosigned: string = await (await fetch(`${url}/${hash}/checkpoint`)).text()
      assert.equal(textOf(cosigned), textOf(read('checkpoint')))
      const size = Number(textOf(cosigned).split('\n')[1])
      assert.ok(size > last)
      last = size
    }
  })
})

describe('key make', () => {
  it('makes three keys once, and show tells them without a passphrase', async (t) => {
    const world = aWorld(t)
    await world.init()
    const none = await world.run(['key', 'show', '--json'])
    assert.deepEqual([none.exit, codesOf(none)], [2, ['KEY_MISSING']])
    const env = { HOLDFAST_PASSPHRASE: 'correct horse battery' }
    const made = await world.run(['key', 'make', '--json'], { env })
    assert.equal(made.exit, 0, made.stderr)
    const { witness, mirror, holder } = doneOf(made)
    const [, name = ''] = /^(m-[1-9a-z]{5})\/witness\+[0-9a-f]{8}\+B/u.exec(String(witness)) ?? []
    assert.ok(String(mirror).startsWith(`${name}/mirror+`) && String(holder).startsWith(`${name}/holder+`))
    assert.match(readFileSync(join(world.home, 'keys/witness.key'), 'utf8'), /^-----BEGIN AGE ENCRYPTED FILE-----/)
    const shown = doneOf(await world.run(['key', 'show', '--json']))
    assert.deepEqual([shown['witness'], shown['mirror'], shown['holder']], [witness, mirror, holder])
    const again = await world.run(['key', 'make', '--json'], { env })
    assert.deepEqual([again.exit, codesOf(again)], [2, ['KEY_EXISTS']])
    configure(world.home, 'logs', JSON.stringify([await vkeyOf(world)]))
    const wrong = await world.run(['serve', '--listen', '127.0.0.1:0', '--json'], {
      env: { HOLDFAST_PASSPHRASE: 'wrong wrong' },
    })
    assert.deepEqual([wrong.exit, codesOf(wrong)], [2, ['WRONG_PASSPHRASE']])
    const bad = await world.run(['key', 'make', '--name', 'two words', '--json'])
    assert.deepEqual([bad.exit, codesOf(bad)], [2, ['USAGE']])
  })
})
