import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { codesOf, doneOf } from './harness.ts'
import { aMirrorWorld, logHome, synced } from './mirror-world.ts'

function configure(home: string, setting: string, value: string): void {
  const path = join(home, 'holdfast.toml')
  const text = readFileSync(path, 'utf8')
  assert.ok(text.includes(`\n${setting} = []`), setting)
  writeFileSync(
    path,
    text.replace(`\n${setting} = []`, () => `\n${setting} = ${value}`),
  )
}

describe('a mirror that nobody can reach', () => {
  it('signs what waits at the publisher, then what it holds, and brings both', async (t) => {
    const world = await aMirrorWorld(t)
    const publisher = world.home
    const server = await world.serveHome(publisher)
    const mirror = await world.mirror('mirror', [server.url])
    const first = await synced(world, mirror)
    assert.equal(first['cosigned'], 3, 'the mirror, the witness and the holder key')
    const own = () => readFileSync(join(logHome(mirror), 'manifest/checkpoint'), 'utf8')
    assert.match(own(), /\/mirror \S+\n/)
    assert.match(own(), /\/witness \S+\n/)
    assert.match(own(), /\/holder \S+\n/)
    assert.equal((await synced(world, mirror))['cosigned'], 0, 'once a day is enough')
    await server.stop()

    const keys = doneOf(await world.at(mirror, ['key', 'show', '--json']))
    const policy = readFileSync(world.policy, 'utf8').replace('quorum none', `witness m ${keys['witness']}\nquorum m`)
    writeFileSync(world.policy, policy)
    configure(publisher, 'cosigners', JSON.stringify([keys['mirror'], keys['holder']]))
    await world.at(publisher, ['add', world.another('anotherOne1'), '--access', 'public', '--json'])
    const waiting = await world.at(publisher, ['publish', '--yes', '--json'])
    assert.deepEqual([waiting.exit, codesOf(waiting)], [3, ['QUORUM_PENDING']])
    const again = await world.serveHome(publisher)
    await world.at(mirror, ['mirror', 'add', 'archive', '--from', again.url, '--json'])
    assert.equal((await synced(world, mirror))['cosigned'], 1, 'as a witness alone: its statements are not here yet')
    const published = await world.at(publisher, ['publish', '--yes', '--json'])
    assert.deepEqual([published.exit, codesOf(published)], [0, []])
    const last = await synced(world, mirror)
    assert.equal(last['size'], doneOf(published)['manifestSize'])
    assert.equal(last['cosigned'], 2, 'as a mirror and a holder')
    const shown = readFileSync(join(publisher, 'manifest/checkpoint'), 'utf8')
    assert.match(shown, /\/witness \S+\n.*\/mirror \S+\n.*\/holder \S+\n$/)
    await again.stop()

    // What a holder signs is its claim to have everything, until an audit has read it there.
    const add = ['engine', 'add', 'mirror', '--name', 'theirs', '--url', 'http://127.0.0.1:9', '--holder']
    assert.equal((await world.at(publisher, [...add, String(keys['mirror']), '--json'])).exit, 2, 'no key of a holder')
    assert.equal((await world.at(publisher, [...add, String(keys['holder']), '--json'])).exit, 0)
    const drilled = doneOf(await world.at(publisher, ['drill', '--without', 'embedded', '--json']))
    assert.deepEqual([drilled['lost'], drilled['maybeLost']], [0, drilled['bundles']])
  })
})
