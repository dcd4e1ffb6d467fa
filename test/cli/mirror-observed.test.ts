import assert from 'node:assert/strict'
import { appendFileSync, cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Metric, parseExposition, sampleOf } from '../fakes/exposition.ts'
import { aMirrorWorld, type MirrorWorld, statusOf, synced } from './mirror-world.ts'
import { SIZE } from './published-world.ts'

/** A mirror whose only source is a copy of the manifest, which this test may spoil, and the publisher's server for content. */
async function aFollower(
  t: TestContext,
): Promise<MirrorWorld & { readonly copy: string; readonly mirrorHome: string }> {
  const world = await aMirrorWorld(t)
  const copy = join(world.path, 'copy')
  cpSync(join(world.home, 'manifest'), copy, { recursive: true })
  const mirrorHome = await world.mirror('mirror', [copy])
  return { ...world, copy, mirrorHome }
}

async function metricsOf(world: MirrorWorld, home: string): Promise<ReadonlyMap<string, Metric>> {
  const server = world.start(['serve', '--listen', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--json'], {
    env: { HOLDFAST_HOME: home },
  })
  const ready = await server.until(({ event }) => event === 'ready')
  const text = await (await fetch(String(ready['metrics']))).text()
  server.process.kill('SIGINT')
  await server.outcome()
  return parseExposition(text)
}

describe('whoever watches a mirror', { concurrency: 2 }, () => {
  it('sees that it is behind, by how much, and since when', async (t) => {
    const world = await aFollower(t)
    assert.equal((await statusOf(world, world.mirrorHome))['lag'], 0)
    const empty = await world.sync(world.mirrorHome)
    assert.equal(empty.exit, 3, 'a directory of statements has no content')
    await world.run(['add', world.another('anotherOne1'), '--access', 'public', '--json'])
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    cpSync(join(world.home, 'manifest'), world.copy, { recursive: true })
    rmSync(join(world.copy, 'tile/entries'), { recursive: true })
    assert.equal((await world.sync(world.mirrorHome)).exit, 3)
    const status = await statusOf(world, world.mirrorHome)
    assert.deepEqual([status['size'], status['lag'], status['readSince']], [SIZE, 2, ''])
    const metrics = await metricsOf(world, world.mirrorHome)
    assert.deepEqual(
      ['lag_statements', 'missing_bundles', 'held_bytes', 'quarantined_files'].map((name) => sampleOf(metrics, name)),
      [2, 4, 0, 0],
    )
    assert.ok(sampleOf(metrics, 'lag_seconds') < 3_600)
  })

  it('sees who cosigned, by keys that the operator knows, whatever stands under the head', async (t) => {
    const world = await aFollower(t)
    // Forty bytes of a cosignature of nobody, under a name that would be an address.
    appendFileSync(join(world.copy, 'checkpoint'), `— evil.example/track ${Buffer.alloc(76, 7).toString('base64')}\n`)
    const publisher = await world.serveHome(world.home)
    await world.at(world.mirrorHome, ['mirror', 'add', 'archive', '--from', world.copy, publisher.url, '--json'])
    await synced(world, world.mirrorHome)
    await publisher.stop()
    const status = await statusOf(world, world.mirrorHome)
    const named = (status['cosignatures'] as { name: string; time: string }[]).map(({ name }) => name.split('/')[1])
    assert.deepEqual(named.sort(), ['holder', 'mirror', 'witness'])
    assert.match(String(status['readSince']), /^20/)
    const metrics = await metricsOf(world, world.mirrorHome)
    const keys = [...(metrics.get('holdfast_cosignature_age_seconds')?.samples.keys() ?? [])]
    assert.deepEqual(keys.map((key) => /\/(\w+)"$/.exec(key)?.[1]).sort(), ['holder', 'mirror', 'witness'])
    assert.ok(sampleOf(metrics, 'held_bytes') > 0)
    const whole = await world.at(world.mirrorHome, ['mirror', 'status'])
    assert.match(whole.stdout, /cosigned by \S+ at 20/)
    assert.doesNotMatch(whole.stdout, /evil/)
  })

  it('of a publisher sees when each place was last read back, and that it is no mirror', async (t) => {
    const world = await aMirrorWorld(t)
    assert.equal((await world.run(['audit', '--json'])).exit, 0)
    const metrics = await metricsOf(world, world.home)
    assert.ok(sampleOf(metrics, 'audit_age_seconds', 'place="embedded"') < 600)
    assert.equal(metrics.get('holdfast_held_bytes')?.samples.size, 0)
  })
})
