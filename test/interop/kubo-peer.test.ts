import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseCid } from '../../src/model/content-id.ts'
import { codesOf, doneOf, type Line, linesOfEvent } from '../cli/harness.ts'
import { aMirrorWorld, statusOf, synced } from '../cli/mirror-world.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aKubo, changeBlock, kubo } from './kubo.ts'

describe('a mirror whose one source of content is a real Kubo', { skip: kubo.skip }, () => {
  it('fills itself from it over Bitswap, and names what that does not have', async (context) => {
    const world = await aMirrorWorld(context)
    const own = join(world.path, 'own')
    aVideo(own, { id: 'largeVideo1', media: { mp4: randomBytes(9 * 1_048_576 + 17) } })
    assert.equal((await world.at(world.home, ['add', own, '--json'])).exit, 0)
    assert.equal((await world.at(world.home, ['publish', '--yes', '--json'])).exit, 0)
    const listed = linesOfEvent(await world.at(world.home, ['list', '--json']), 'listed')
    const roots = listed.map(({ root }) => String(root))
    writeFileSync(join(world.home, 'holdfast.toml'), '[p2p]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n')
    const server = world.start(['serve', '--p2p', '--listen', '127.0.0.1:0', '--json'])
    const { p2p } = await server.until(({ event }) => event === 'ready')
    const node = await aKubo(context)
    await node.listening()
    await node.run(['swarm', 'connect', (p2p as { readonly multiaddrs: readonly string[] }).multiaddrs[0] ?? ''])
    await node.run(['pin', 'add', '--progress=false', ...roots.map((root) => `/ipfs/${root}`)])
    server.process.kill('SIGTERM')
    assert.equal((await server.outcome()).exit, 0)
    const address = (await node.run(['id', '-f', '<addrs>'])).stdout.trim().split('\n')[0] ?? ''
    const mirror = await world.mirror('mirror', [join(world.home, 'manifest')], ['--peer', address])
    const done = await synced(world, mirror)
    assert.deepEqual([done['held'], done['missing'], done['problems']], [roots.length, 0, 0])
    const checked = await world.at(mirror, ['mirror', 'check', '--json'])
    assert.deepEqual([checked.exit, codesOf(checked)], [0, []], checked.stdout)
    const [, peer] = (await statusOf(world, mirror))['sources'] as readonly Line[]
    assert.deepEqual([peer?.['name'], peer?.['code'], peer?.['strikes']], [address, '', 0])

    changeBlock(node, parseCid(roots[0] ?? ''), 'nothing')
    const other = await world.mirror('other', [join(world.home, 'manifest')], ['--peer', address])
    const outcome = await world.sync(other)
    assert.deepEqual([outcome.exit, doneOf(outcome)['missing']], [3, 1])
    assert.deepEqual(codesOf(outcome), ['SOURCES_EXHAUSTED'])
  })
})
