import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { type Metric, parseExposition, sampleOf } from '../fakes/exposition.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type Archive, codesOf, linesOfEvent, type Outcome, problemOf, withArchive } from './harness.ts'

interface Observed {
  readonly url: string
  readonly metrics: string
  stop(): Promise<Outcome>
}

async function observe(world: Archive, args: readonly string[]): Promise<Observed> {
  const running = world.start(['serve', '--listen', '127.0.0.1:0', ...args, '--json'])
  const ready = await running.until(({ event }) => event === 'ready')
  return {
    url: String(ready['http']),
    metrics: String(ready['metrics']),
    async stop() {
      running.process.kill('SIGINT')
      return await running.outcome()
    },
  }
}

async function metricsAt(url: string): Promise<ReadonlyMap<string, Metric>> {
  return parseExposition(await (await fetch(url)).text())
}

async function ask(url: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url, { headers })
  await answer.arrayBuffer()
  return answer.status
}

async function published(world: Archive): Promise<void> {
  assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
  assert.equal((await world.run(['publish', '--yes', '--json'])).exit, 0)
}

async function rootOf(world: Archive, video: string): Promise<{ id: string; root: string }> {
  const [match] = linesOfEvent(await world.run(['lookup', `youtube:video:${video}`, '--json']), 'match')
  return { id: String(match?.['id']), root: String(match?.['root']) }
}

/** Other bytes under a file of which disk and catalogue say that nothing changed, as when a disk rots. */
function rot(world: Archive, path: string): () => void {
  const sound = readFileSync(path)
  const rotten = Buffer.from(sound)
  rotten[100] = (rotten[100] ?? 0) ^ 1
  writeFileSync(path, rotten)
  const { mtimeNs, ctimeNs } = statSync(path, { bigint: true })
  const db = new DatabaseSync(join(world.home, 'state.sqlite'))
  db.prepare('UPDATE location SET mtime_ns = ?, ctime_ns = ? WHERE path = ?').run(mtimeNs, ctimeNs, path)
  db.close()
  return () => writeFileSync(path, sound)
}

describe('the metrics of a served home', () => {
  it('follow what is published, withdrawn, read, and found damaged', async (context) => {
    const world = await withArchive(context)
    const { media } = aVideo(world.archive, { id: 'rottenVid01' })
    aVideo(world.archive, { id: 'withdrawn01' })
    aVideo(world.archive, { id: 'heldVideo01', availability: 'private' })
    await published(world)
    const [rotten, gone] = [await rootOf(world, 'rottenVid01'), await rootOf(world, 'withdrawn01')]
    const server = await observe(world, ['--metrics', '127.0.0.1:0'])
    const before = await metricsAt(server.metrics)
    const counts = (metrics: ReadonlyMap<string, Metric>): Record<string, number> =>
      Object.fromEntries(metrics.get('holdfast_bundles')?.samples ?? [])
    const states = { 'state="published"': 3, 'state="held"': 1, 'state="waiting"': 0, 'state="withdrawn"': 0 }
    assert.deepEqual(counts(before), states)
    assert.ok(sampleOf(before, 'head_age_seconds') < 600)
    assert.equal(sampleOf(before, 'manifest_size'), 6)
    assert.equal(sampleOf(before, 'bundles_below_rule'), 0)
    assert.equal(sampleOf(before, 'verify_failures_total'), 0)

    const heal = rot(world, media[0] ?? '')
    const broken = `${server.url}/ipfs/${rotten.root}/video.mp4`
    assert.deepEqual([await ask(broken), await ask(broken)], [503, 503])
    assert.equal(await ask(`${server.url}/ipfs/${rotten.root}?format=raw`), 200)
    assert.equal((await world.run(['withdraw', gone.id, '--json'])).exit, 0)
    assert.equal(await ask(`${server.url}/ipfs/${gone.root}?format=car`), 410)
    const after = await metricsAt(server.metrics)
    assert.deepEqual(counts(after), { ...states, 'state="published"': 2, 'state="withdrawn"': 1 })
    assert.equal(sampleOf(after, 'manifest_size'), 8)
    assert.equal(sampleOf(after, 'requests_total', 'kind="file",status="5xx"'), 2)
    assert.equal(sampleOf(after, 'requests_total', 'kind="raw",status="2xx"'), 1)
    assert.equal(sampleOf(after, 'requests_total', 'kind="car",status="4xx"'), 1)
    assert.ok(sampleOf(after, 'sent_bytes_total', 'kind="raw"') > 100)
    assert.equal(sampleOf(after, 'sent_bytes_total', 'kind="file"'), 0)
    assert.equal(sampleOf(after, 'verify_failures_total'), 2)
    assert.equal(sampleOf(after, 'blocks_failing'), 1)
    assert.equal(sampleOf(after, 'bundles_below_rule'), 1)
    assert.equal(sampleOf(after, 'open_streams'), 0)

    heal()
    assert.equal(await ask(broken), 200, 'its bytes are what they were')
    const healed = await metricsAt(server.metrics)
    assert.deepEqual([sampleOf(healed, 'blocks_failing'), sampleOf(healed, 'bundles_below_rule')], [0, 0])
    assert.equal((await server.stop()).exit, 0)
  })

  it('are at no other address, and at none unless somebody asks for them', async (context) => {
    const world = await withArchive(context)
    const plain = await world.serve()
    assert.equal(await ask(`${plain.url}/metrics`), 404)
    assert.equal(linesOfEvent(await plain.stop(), 'ready')[0]?.['metrics'], undefined)
    const server = await observe(world, ['--metrics', '127.0.0.1:0'])
    assert.equal(await ask(`${server.url}/metrics`), 404)
    assert.equal(await ask(server.metrics), 200)
    await server.stop()
    writeFileSync(join(world.home, 'holdfast.toml'), '[serve]\nallowRemote = true\nmetrics = "0.0.0.0:0"\n')
    const refused = await world.run(['serve', '--listen', '127.0.0.1:0', '--json'])
    assert.equal(refused.exit, 2)
    assert.match(String(problemOf(refused, 'LISTEN_REMOTE_REFUSED')['hint']), /tunnel/)
  })
})

describe('the log of a served home', () => {
  const CANARIES = /canary|127\.0\.0\.1|localhost|::1|bafy|bafk|rottenVid01|video\.mp4|user-agent|mozilla/i

  it('tells of starts, stops, faults and counts, and of nobody who read anything', async (context) => {
    const world = await withArchive(context)
    const { media } = aVideo(world.archive, { id: 'rottenVid01' })
    await published(world)
    const { root } = await rootOf(world, 'rottenVid01')
    const log = join(world.path, 'serve.log')
    rot(world, media[0] ?? '')
    for (let run = 0; run < 2; run += 1) {
      const server = await observe(world, ['--log', log])
      const headers = {
        'user-agent': 'canary Mozilla',
        referer: 'https://canary.example/',
        cookie: 'canary=1',
        'x-forwarded-for': '192.0.2.77',
      }
      for (const path of [
        `ipfs/${root}/video.mp4?filename=canary`,
        `ipfs/${root}/video.mp4`,
        `ipfs/${root}/bundle.json`,
        `ipfs/${root}?format=raw`,
        `ipfs/${root}/canary`,
        'ipfs/canary',
        'manifest/checkpoint',
        'canary?canary=canary',
      ])
        await ask(`${server.url}/${path}`, headers)
      assert.deepEqual(codesOf(await server.stop()), ['BLOCK_DAMAGED'])
    }
    const text = readFileSync(log, 'utf8')
    assert.doesNotMatch(text, CANARIES)
    assert.doesNotMatch(text, /192\.0\.2/)
    assert.ok(!text.includes(world.path), 'no path of this machine')
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const names = ['start', 'problem', 'minute', 'stop']
    assert.deepEqual(
      lines.map(({ event }) => event),
      [...names, ...names],
    )
    const [start, problem, minute, stop] = lines
    const fields = (line: Record<string, unknown> | undefined): string[] => Object.keys(line ?? {}).sort()
    assert.deepEqual(fields(start), ['event', 'level', 'origin', 'size', 'time', 'version'])
    assert.deepEqual(fields(problem), ['code', 'event', 'level', 'time'])
    assert.deepEqual([problem?.['level'], problem?.['code']], ['warn', 'BLOCK_DAMAGED'])
    assert.deepEqual(fields(minute), ['answers', 'bytes', 'event', 'failed', 'kinds', 'level', 'openStreams', 'time'])
    assert.deepEqual([minute?.['answers'], minute?.['failed']], [8, 2])
    assert.deepEqual(minute?.['kinds'], { raw: 1, car: 0, file: 4, manifest: 1, health: 0, other: 2 })
    assert.deepEqual(fields(stop), ['answers', 'bytes', 'event', 'level', 'seconds', 'time'])
    for (const { time } of lines) assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.equal(statSync(log).mode & 0o777, 0o600, 'for its owner alone')
  })

  it('goes to standard error where that is asked for, beside the results on standard output', async (context) => {
    const world = await withArchive(context)
    const server = await observe(world, ['--log', '-'])
    await ask(`${server.url}/canary`)
    const { stdout, stderr } = await server.stop()
    assert.match(stderr, /"event":"start".*\n.*"event":"minute".*\n.*"event":"stop"/)
    assert.doesNotMatch(stderr, CANARIES)
    assert.doesNotMatch(stdout, /"event":"start"/)
  })

  it('is not begun where it cannot be written, and nothing is served then', async (context) => {
    const world = await withArchive(context)
    for (const log of [world.path, join(world.path, 'missing', 'serve.log')]) {
      const refused = await world.run(['serve', '--listen', '127.0.0.1:0', '--log', log, '--json'])
      assert.equal(refused.exit, 2)
      problemOf(refused, 'LOG_UNWRITABLE')
      assert.deepEqual(linesOfEvent(refused, 'ready'), [])
    }
  })

  it('that fills the disk is said once, and the server goes on', async (context) => {
    const world = await withArchive(context)
    const server = await observe(world, ['--log', '/dev/full'])
    assert.equal(await ask(`${server.url}/healthz`), 200)
    const outcome = await server.stop()
    assert.deepEqual([outcome.exit, codesOf(outcome)], [0, ['LOG_UNWRITABLE']])
  })
})
