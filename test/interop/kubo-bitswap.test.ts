import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { linesOfEvent, withArchive } from '../cli/harness.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aKubo, kubo } from './kubo.ts'

interface Match {
  readonly id: string
  readonly root: string
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[]
}

describe('a real Kubo that is connected to serve --p2p', { skip: kubo.skip }, () => {
  it('pins a bundle over Bitswap and reads its bytes, and cannot have one that is withdrawn', async (context) => {
    const world = await withArchive(context)
    aVideo(world.archive, { id: 'largeVideo1', media: { mp4: randomBytes(5 * 1_048_576 + 17) } })
    aVideo(world.archive, { id: 'withdrawn01' })
    assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
    assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
    const find = async (video: string): Promise<Match> => {
      const [match] = linesOfEvent(await world.run(['lookup', `youtube:video:${video}`, '--json']), 'match')
      assert.ok(match !== undefined)
      return { id: String(match['id']), root: String(match['root']), files: match['files'] as Match['files'] }
    }
    const [stays, gone] = [await find('largeVideo1'), await find('withdrawn01')]
    writeFileSync(join(world.home, 'holdfast.toml'), '[p2p]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n')
    const server = world.start(['serve', '--p2p', '--listen', '127.0.0.1:0', '--json'])
    const ready = await server.until(({ event }) => event === 'ready')
    const { peerId, multiaddrs } = ready['p2p'] as { readonly peerId: string; readonly multiaddrs: readonly string[] }
    assert.equal((await world.run(['withdraw', gone.id, '--json'])).exit, 0)

    const node = await aKubo(context)
    await node.online()
    await node.run(['swarm', 'connect', multiaddrs[0] ?? ''])
    const peers = await node.run(['swarm', 'peers'])
    assert.ok(peers.stdout.includes(peerId), 'Kubo stays connected to us')
    assert.equal(peers.stdout.trim().split('\n').length, 1, 'and to nobody else')
    await node.run(['pin', 'add', '--progress=false', `/ipfs/${stays.root}`])
    const pinned = await node.run(['pin', 'ls', '--type=recursive', '-q', stays.root])
    assert.equal(pinned.stdout.trim(), stays.root)
    for (const { path, sha256 } of stays.files) {
      const out = join(world.path, 'from-kubo')
      await node.run(['get', '-o', out, `/ipfs/${stays.root}/${path}`])
      assert.equal(hash('sha256', readFileSync(out)), sha256, path)
    }
    await assert.rejects(node.run(['block', 'get', '--timeout=3s', gone.root]), 'a withdrawn root is not had')
    server.process.kill('SIGTERM')
    assert.equal((await server.outcome()).exit, 0)
  })
})
