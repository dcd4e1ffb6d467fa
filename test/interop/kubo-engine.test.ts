import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Agent } from 'undici'
import { cidText, parseCid } from '../../src/model/content-id.ts'
import type { PinBlock, PinEngine } from '../../src/replicate/engine.ts'
import { kuboEngine } from '../../src/replicate/kubo.ts'
import { problemOf, withArchive } from '../cli/harness.ts'
import { aMadeBundle, someBytes } from '../fakes/made-bundle.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type EngineWorld, engineContract, requestFor } from '../unit/replicate/contract.ts'
import { aKubo, changeBlock, kubo } from './kubo.ts'

const MIB = 1_048_576
const { signal } = new AbortController()

function engineAt(context: TestContext, url: string): PinEngine {
  const dispatcher = new Agent()
  context.after(() => dispatcher.destroy())
  return kuboEngine({ name: 'kubo', url: new URL(url), dispatcher })
}

async function aWorld(context: TestContext): Promise<EngineWorld> {
  const node = await aKubo(context)
  const { url, kill } = await node.rpc()
  let sent = 0
  const engine = engineAt(context, url)
  return {
    engine: { ...engine, pin: (request, options) => engine.pin(counting(request), options) },
    faults: { 'is not there': kill },
    change: async (_root, cid, to) => changeBlock(node, cid, to),
    sent: () => sent,
    async [Symbol.asyncDispose]() {},
  }
  function counting(request: Parameters<PinEngine['pin']>[0]): typeof request {
    const blocks: typeof request.blocks = (stop) => {
      sent += 1
      return request.blocks(stop)
    }
    return { ...request, blocks }
  }
}

if (kubo.skip === false) engineContract('kubo, the real one', (_bundle, context) => aWorld(context), ['is not there'])

describe('a real Kubo as an engine', { skip: kubo.skip }, () => {
  const bundle = aMadeBundle(someBytes(40 * MIB + 5))
  const request = requestFor(bundle)

  it('lists the pin under the id of the bundle, and another Kubo of the same data reads the video', async (context) => {
    const node = await aKubo(context)
    const { url, kill } = await node.rpc()
    assert.equal(await engineAt(context, url).pin(request, { signal }), 'pinned')
    await kill()
    const { stdout } = await node.run(['pin', 'ls', '--offline', '--type=recursive', '--names'])
    assert.match(stdout, new RegExp(`^${request.root} recursive holdfast 7k3q2m9x4ht$`, 'm'))
    await node.run(['get', '--offline', '-o', join(node.repository, 'video'), `/ipfs/${request.root}/video.mp4`])
  })

  it('that is killed in the middle of a CAR has pinned nothing, and the next run pins it', async (context) => {
    const node = await aKubo(context)
    const first = await node.rpc()
    const killing = { ...request, blocks: (stop: AbortSignal) => killedAt(request.blocks(stop), 20, first.kill) }
    await assert.rejects(engineAt(context, first.url).pin(killing, { signal }), { code: 'ENGINE_UNREACHABLE' })
    const { url } = await node.rpc()
    const engine = engineAt(context, url)
    assert.equal(await engine.status(request.root, signal), 'absent')
    assert.equal(await engine.pin(request, { signal }), 'pinned')
  })

  it('with a disk that is full says so, pins nothing, and goes on answering', async (context) => {
    const disk = mkdtempSync(join(tmpdir(), 'holdfast-small-'))
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'holdfast-test', disk])
    if (mounted.status !== 0) return context.skip('this user may not mount a file system')
    const node = await aKubo(context, disk)
    // After Kubo is stopped.
    context.after(() => {
      spawnSync('umount', [disk])
      rmSync(disk, { recursive: true })
    })
    const { url } = await node.rpc()
    const engine = engineAt(context, url)
    await assert.rejects(engine.pin(request, { signal }), { code: 'ENGINE_FULL' })
    assert.equal(await engine.status(request.root, signal), 'absent')
  })

  it('that keeps a damaged block is found out by audit, and mended by publish', async (context) => {
    const node = await aKubo(context)
    const { url } = await node.rpc()
    const world = await withArchive(context)
    aVideo(world.archive, { id: 'largeVideo1', media: { mp4: randomBytes(2 * MIB + 17) } })
    const run = (...args: readonly string[]) => world.run([...args, '--json'])
    await run('add', world.archive)
    await run('engine', 'add', 'kubo', '--url', url)
    assert.equal((await run('publish', '--yes')).exit, 0)
    const { stdout: listed } = await node.run(['pin', 'ls', '--offline', '--type=recursive', '--names', '-q'])
    const blocks = await node.run(['refs', '--offline', '-r', ...listed.trim().split('\n')])
    const leaf = blocks.stdout.split('\n').find((line) => line.startsWith('bafkrei')) ?? ''
    changeBlock(node, parseCid(leaf), 'other bytes')
    const bad = await run('audit', '--all', '--place', 'kubo')
    assert.equal(bad.exit, 4)
    assert.ok(String(problemOf(bad, 'AUDIT_BYTES_WRONG')['message']).includes(leaf))
    assert.equal((await run('publish')).exit, 0)
    assert.equal((await run('audit', '--all', '--place', 'kubo')).exit, 0)
  })

  it('that lost a block of what it pinned still calls it pinned: only reading back tells', async (context) => {
    const node = await aKubo(context)
    const { url } = await node.rpc()
    const engine = engineAt(context, url)
    await engine.pin(request, { signal })
    const leaf = parseCid([...bundle.made.blocks.keys()][0] ?? '')
    changeBlock(node, leaf, 'nothing')
    assert.equal(await engine.status(request.root, signal), 'pinned')
    assert.equal(await engine.readBlock(cidText(bundle.promised.root), leaf, signal), undefined)
  })
})

async function* killedAt(
  blocks: AsyncIterable<PinBlock>,
  after: number,
  kill: () => Promise<void>,
): AsyncGenerator<PinBlock> {
  let n = 0
  for await (const block of blocks) {
    if (n === after) await kill()
    n += 1
    yield block
  }
}
