import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { doneOf, linesOfEvent, problemOf, withArchive } from '../cli/harness.ts'
import { aClusterPeer, cluster } from './cluster.ts'
import { kubo } from './kubo.ts'

const skip = kubo.skip === false ? cluster.skip : kubo.skip
const TOO_LONG = { timeout: 80_000 }

describe("a real Cluster's Pinning Service API as an engine", { skip }, () => {
  it('fetches from serve --p2p, holds it, gives it back, and forgets what is withdrawn', TOO_LONG, async (t) => {
    const [world, peer] = await Promise.all([withArchive(t), aClusterPeer(t)])
    assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    writeFileSync(join(world.home, 'holdfast.toml'), '[p2p]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n')
    const serving = world.start(['serve', '--p2p', '--listen', '127.0.0.1:0', '--json'])
    const ready = await serving.until(({ event }) => event === 'ready')
    const { multiaddrs } = ready['p2p'] as { readonly multiaddrs: readonly string[] }
    const add = ['engine', 'add', 'psa', '--url', peer.pinningService, '--gateway', peer.kubo.gateway, '--json']
    assert.equal((await world.run([...add, '--origin', ...multiaddrs])).exit, 0)
    assert.equal((await world.run(['engine', 'check', 'psa', '--json'])).exit, 0)
    let published = await world.run(['publish', '--json'])
    assert.equal(linesOfEvent(published, 'replicated')[0]?.['state'], 'accepted', published.stdout)
    while (doneOf(published)['replicasRemaining'] !== 0) {
      await passed(500)
      published = await world.run(['publish', '--json'])
    }
    const audited = await world.run(['audit', '--all', '--place', 'psa', '--json'])
    assert.equal(audited.exit, 0, audited.stdout)
    assert.ok(Number(doneOf(audited)['checked']) > 3)

    const [first] = linesOfEvent(await world.run(['list', '--json']), 'listed')
    const gone = await world.run(['withdraw', String(first?.['id']), '--json'])
    assert.equal(doneOf(gone)['unpinned'], 1)
    const listed = await fetch(`${peer.pinningService}/pins?status=queued,pinning,pinned,failed`)
    assert.equal((JSON.parse(await listed.text()) as { count: number }).count, 0)
    await peer.kill()
    const away = await world.run(['audit', '--place', 'psa', '--json'])
    assert.equal(away.exit, 3)
    problemOf(away, 'ENGINE_UNREACHABLE')
  })
})
