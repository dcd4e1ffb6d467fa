import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { describe, it } from 'node:test'
import { cidText, rawCid } from '../../src/model/content-id.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type Archive, linesOfEvent, withArchive } from './harness.ts'

const MIB = 1024 * 1024

interface Found {
  readonly id: string
  readonly root: string
  readonly video: string
}

async function publish(world: Archive): Promise<void> {
  assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
  assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
}

async function find(world: Archive, video: string): Promise<Found> {
  const [match] = linesOfEvent(await world.run(['lookup', `youtube:video:${video}`, '--json']), 'match')
  const files = match?.['files'] as readonly { readonly path: string; readonly cid: string }[] | undefined
  const cid = files?.find(({ path }) => path === 'video.mp4')?.cid
  assert.ok(cid !== undefined, `${video} is published`)
  return { id: String(match?.['id']), root: String(match?.['root']), video: cid }
}

async function status(url: string): Promise<number> {
  const answer = await fetch(url)
  await answer.arrayBuffer()
  return answer.status
}

function cidOf(bytes: Uint8Array): string {
  return cidText(rawCid(createHash('sha256').update(bytes).digest()))
}

describe('a server of a real home', { concurrency: 2 }, () => {
  it('stops serving a bundle the moment it is withdrawn, and says that it is gone', async (context) => {
    const world = await withArchive(context)
    aVideo(world.archive, { id: 'withdrawn01' })
    await publish(world)
    const [gone, stays] = [await find(world, 'withdrawn01'), await find(world, 'goodVideo01')]
    const { url } = await world.serve()
    const places = [gone.root, `${gone.root}/video.mp4`, `${gone.root}?format=car`, gone.video].map(
      (p) => `${url}/ipfs/${p}`,
    )
    assert.deepEqual(await Promise.all(places.map(status)), [406, 200, 200, 200])
    assert.equal((await world.run(['withdraw', gone.id, '--json'])).exit, 0)
    assert.deepEqual(await Promise.all(places.map(status)), [410, 410, 410, 410])
    assert.equal(await status(`${url}/ipfs/${stays.root}/video.mp4`), 200)
    const { origin, size } = (await (await fetch(`${url}/healthz`)).json()) as Record<string, unknown>
    assert.deepEqual({ origin, size }, { origin: 'archive.example/testimony', size: 7 })
  })

  it('cuts a download that is under way when its bundle is withdrawn', async (context) => {
    const world = await withArchive(context)
    const length = 96 * MIB
    aVideo(world.archive, { id: 'longVideo01', media: { mp4: randomBytes(length) } })
    await publish(world)
    const { id, root } = await find(world, 'longVideo01')
    const { url } = await world.serve()
    const request = httpGet(`${url}/ipfs/${root}/video.mp4`)
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    assert.deepEqual([answer.statusCode, Number(answer.headers['content-length'])], [200, length])
    let received = 0
    const closed = new Promise((resolve) => answer.on('close', resolve))
    answer.on('error', () => undefined)
    // Not read yet: the server can be ahead by what the buffers on the way hold, and no more.
    assert.equal((await world.run(['withdraw', id, '--json'])).exit, 0)
    answer.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    await closed
    assert.equal(answer.complete, false)
    assert.ok(received < length, `${received} of ${length} bytes`)
  })

  it('goes on serving content that a withdrawn bundle shares with one that is published', async (context) => {
    const world = await withArchive(context, { id: 'goodVideo01', media: { mp4: 'the same bytes twice' } })
    aVideo(world.archive, { id: 'sameBytes01', media: { mp4: 'the same bytes twice' } })
    await publish(world)
    const [gone, stays] = [await find(world, 'sameBytes01'), await find(world, 'goodVideo01')]
    assert.equal(gone.video, stays.video)
    const { url } = await world.serve()
    await world.run(['withdraw', gone.id, '--json'])
    assert.equal(await status(`${url}/ipfs/${gone.root}/video.mp4`), 410)
    assert.equal(await status(`${url}/ipfs/${stays.root}/video.mp4`), 200)
    assert.equal(await status(`${url}/ipfs/${gone.video}`), 200)
    await world.run(['withdraw', stays.id, '--json'])
    assert.equal(await status(`${url}/ipfs/${gone.video}`), 410)
  })

  it('never serves a file that rotted or changed on the disk, says so once, and serves the others', async (context) => {
    const world = await withArchive(context)
    const rotten = aVideo(world.archive, { id: 'rottenVid01' }).media[0] ?? ''
    const changed = aVideo(world.archive, { id: 'changedVid1' }).media[0] ?? ''
    await publish(world)
    const { url, stop } = await world.serve()
    const { atime, mtime } = statSync(rotten)
    const bytes = readFileSync(rotten)
    bytes[100] = (bytes[100] ?? 0) ^ 1
    writeFileSync(rotten, bytes)
    utimesSync(rotten, atime, mtime)
    writeFileSync(changed, 'another video altogether')
    for (const video of ['rottenVid01', 'changedVid1']) {
      const { root, video: cid } = await find(world, video)
      for (const place of [`${root}/video.mp4`, cid, `${cid}?format=raw`]) {
        const answer = await fetch(`${url}/ipfs/${place}`)
        const text = await answer.text()
        assert.equal(answer.status, 503, place)
        assert.match(text, /^CONTENT_UNAVAILABLE: .*\((BLOCK_DAMAGED|FILE_CHANGING|BLOCK_MISSING)\)\n$/)
        assert.ok(!text.includes(world.path), 'no path of this machine')
      }
      assert.equal(await status(`${url}/ipfs/${root}/bundle.json`), 200, 'the rest of the bundle is sound')
    }
    const good = await find(world, 'goodVideo01')
    assert.equal(await status(`${url}/ipfs/${good.root}/video.mp4`), 200)
    const problems = linesOfEvent(await stop(), 'problem')
    assert.ok(problems.length >= 2 && problems.length <= 4, JSON.stringify(problems))
  })

  it('serves nothing but what is published: no held bundle, no sidecar, no stranger', async (context) => {
    const world = await withArchive(context)
    const held = aVideo(world.archive, {
      id: 'heldVideo01',
      availability: 'private',
      beside: { 'live_chat.json': 'words of others' },
    })
    await publish(world)
    const { url } = await world.serve()
    const good = await find(world, 'goodVideo01')
    const privateFiles = [held.info, ...held.media, ...held.others]
    for (const path of privateFiles) {
      const cid = cidOf(readFileSync(path))
      for (const place of [cid, `${cid}?format=raw`, `${good.root}/${cid}`])
        assert.equal(await status(`${url}/ipfs/${place}`), 404, `${path} ${place}`)
    }
    const heldRoot = linesOfEvent(await world.run(['list', '--json']), 'listed').find(
      ({ state }) => state !== 'published',
    )
    assert.equal(await status(`${url}/ipfs/${heldRoot?.['root']}`), 404)
    for (const place of [cidOf(randomBytes(32)), `${good.root}/info.json`, `${good.root}/state.sqlite`])
      assert.equal(await status(`${url}/ipfs/${place}`), 404)
    for (const place of [
      'manifest/../keys/log.key',
      'manifest/%2e%2e/policy.txt',
      'state.sqlite',
      'keys/log.key',
      'holdfast.toml',
    ])
      assert.equal(await status(`${url}/${place}`), 404)
  })

  it('serves a bundle that is published while it runs', async (context) => {
    const world = await withArchive(context)
    await publish(world)
    const { url } = await world.serve()
    const later = aVideo(world.archive, { id: 'laterVideo1' })
    const cid = cidOf(readFileSync(later.media[0] ?? ''))
    assert.equal(await status(`${url}/ipfs/${cid}`), 404)
    await publish(world)
    assert.equal(await status(`${url}/ipfs/${cid}`), 200)
  })
})
