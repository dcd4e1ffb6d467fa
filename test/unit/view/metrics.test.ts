import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import type { Problem } from '../../../src/model/errors.ts'
import { exposition } from '../../../src/view/metrics.ts'
import { openMetricsServer } from '../../../src/view/metrics-server.ts'
import type { Gauges } from '../../../src/view/ports.ts'
import { createTally } from '../../../src/view/tally.ts'
import { type Metric, parseExposition, sampleOf } from '../../fakes/exposition.ts'
import { distinctBytes } from '../../fakes/served-content.ts'
import { aWorld, manifestOf, type World } from './support.ts'

const MIB = 2 ** 20
const GAUGES: Gauges = {
  headAgeSeconds: 61,
  manifestSize: 7,
  bundles: { published: 3, held: 2, waiting: 1, withdrawn: 4 },
  files: { damaged: 5, changing: 6, missing: 8 },
  failingBlocks: 9,
  belowRule: 2,
}

async function metricsOf(
  { tally }: Pick<World, 'tally'>,
  gauges: Gauges = GAUGES,
): Promise<ReadonlyMap<string, Metric>> {
  return parseExposition(await exposition(tally, () => gauges).text())
}

describe('the metrics', () => {
  it('count answers by kind and status class, and the bytes that really went', async () => {
    const world = aWorld({ manifest: manifestOf({ checkpoint: distinctBytes(100) }) })
    const { root, file, all } = await world.content.addDirectory({
      'video.mp4': distinctBytes(2 * MIB),
      a: distinctBytes(10),
    })
    for (const path of [
      `/ipfs/${file('a')}?format=raw`,
      `/ipfs/${file('a')}?format=raw`,
      `/ipfs/${root}/video.mp4`,
      `/ipfs/${root}/nothing`,
      `/ipfs/${root}?format=tar`,
      '/manifest/checkpoint',
      '/manifest/nothing',
      '/healthz',
      '/nowhere',
    ])
      await (await world.get(path)).arrayBuffer()
    await (await world.get(`/ipfs/${root}/video.mp4`, { range: 'bytes=1-5' })).arrayBuffer()
    await world.get(`/ipfs/${file('a')}?format=raw`, { 'if-none-match': '*' })
    await world.get(`/ipfs/${root}/video.mp4`, {}, 'HEAD')
    const car = await (await world.get(`/ipfs/${root}?format=car`)).arrayBuffer()
    const left = await world.get(`/ipfs/${root}/video.mp4`)
    await left.body?.cancel()
    world.content.setStanding('withdrawn', all)
    await world.get(`/ipfs/${root}?format=car`)
    const metrics = await metricsOf(world)
    const requests = Object.fromEntries(metrics.get('holdfast_requests_total')?.samples ?? [])
    assert.deepEqual(Object.fromEntries(Object.entries(requests).filter(([, count]) => count > 0)), {
      'kind="raw",status="2xx"': 2,
      'kind="raw",status="3xx"': 1,
      'kind="car",status="2xx"': 1,
      'kind="car",status="4xx"': 1,
      'kind="file",status="2xx"': 4,
      'kind="file",status="4xx"': 1,
      'kind="manifest",status="2xx"': 1,
      'kind="manifest",status="4xx"': 1,
      'kind="health",status="2xx"': 1,
      'kind="other",status="4xx"': 2,
    })
    assert.equal(Object.keys(requests).length, 24, 'every set of labels, whether it occurred or not, and no other')
    assert.equal(sampleOf(metrics, 'sent_bytes_total', 'kind="raw"'), 20)
    assert.equal(sampleOf(metrics, 'sent_bytes_total', 'kind="car"'), car.byteLength)
    assert.equal(sampleOf(metrics, 'sent_bytes_total', 'kind="manifest"'), 100)
    const files = sampleOf(metrics, 'sent_bytes_total', 'kind="file"')
    assert.ok(files >= 2 * MIB + 5 && files < 4 * MIB + 5, `who left did not get all: ${files}`)
  })

  it('count faults of this machine by code, and answers that were cut', async () => {
    const world = aWorld()
    const { root, all } = await world.content.addDirectory({ a: distinctBytes(2 * MIB) })
    const { file } = await world.content.addDirectory({ b: distinctBytes(9), c: distinctBytes(8) })
    const [, second] = all
    assert.ok(second)
    world.content.breakBlock(second, 'BLOCK_DAMAGED')
    world.content.breakBlock(file('b'), 'FILE_CHANGING')
    await assert.rejects((await world.get(`/ipfs/${root}/a`)).arrayBuffer())
    await world.get(`/ipfs/${file('b')}`)
    world.content.beforeRead = async () => {
      throw new TypeError('a fault of the program')
    }
    await world.get(`/ipfs/${file('c')}`)
    const metrics = await metricsOf(world)
    assert.deepEqual(Object.fromEntries(metrics.get('holdfast_read_faults_total')?.samples ?? []), {
      'code="BLOCK_DAMAGED"': 1,
      'code="BLOCK_MISSING"': 0,
      'code="FILE_CHANGING"': 1,
      'code="other"': 1,
    })
    assert.equal(sampleOf(metrics, 'verify_failures_total'), 1)
    assert.equal(sampleOf(metrics, 'answers_cut_total'), 1)
  })

  it('tell what the home says, each time anew, and nothing of the process or its host', async () => {
    const tally = createTally()
    let gauges: Gauges = GAUGES
    const { text } = exposition(tally, () => gauges)
    const end = tally.begin()
    const metrics = parseExposition(await text())
    assert.equal(sampleOf(metrics, 'open_streams'), 1)
    assert.equal(sampleOf(metrics, 'head_age_seconds'), 61)
    assert.equal(sampleOf(metrics, 'manifest_size'), 7)
    assert.equal(sampleOf(metrics, 'bundles', 'state="withdrawn"'), 4)
    assert.equal(sampleOf(metrics, 'files_unsound', 'state="damaged"'), 5)
    assert.equal(sampleOf(metrics, 'blocks_failing'), 9)
    assert.equal(sampleOf(metrics, 'bundles_below_rule'), 2)
    assert.ok([...metrics.keys()].every((name) => name.startsWith('holdfast_')))
    assert.ok([...metrics.values()].every(({ type, help }) => /^(counter|gauge)$/.test(type) && help.length > 10))
    const { headAgeSeconds: _, ...headless } = GAUGES
    gauges = headless
    end()
    const later = parseExposition(await text())
    assert.equal(later.get('holdfast_head_age_seconds')?.samples.size, 0, 'no head has no age, and not the age 0')
    assert.equal(sampleOf(later, 'open_streams'), 0)
  })

  it('of a mirror tell what it holds and how far behind it is; of keys and places their names', async () => {
    let gauges: Gauges = {
      ...GAUGES,
      cosignatures: [{ key: 'm-7k3q2/witness', seconds: 5 }],
      audits: [{ place: 'disk in the office', seconds: 7 }],
      mirror: {
        ...{ heldBytes: 11, missingBundles: 12, missingBytes: 13, lagStatements: 14, lagSeconds: 15 },
        ...{ quarantinedFiles: 16, waitingWithdrawals: 17, unreadSeconds: 18 },
      },
    }
    const { text } = exposition(createTally(), () => gauges)
    const metrics = parseExposition(await text())
    assert.equal(sampleOf(metrics, 'cosignature_age_seconds', 'key="m-7k3q2/witness"'), 5)
    assert.equal(sampleOf(metrics, 'audit_age_seconds', 'place="disk in the office"'), 7)
    const mirrored = ['held_bytes', 'missing_bundles', 'missing_bytes', 'lag_statements', 'lag_seconds'].concat(
      ...['quarantined_files', 'waiting_withdrawals', 'unread_seconds'],
    )
    assert.deepEqual(
      mirrored.map((name) => sampleOf(metrics, name)),
      [11, 12, 13, 14, 15, 16, 17, 18],
    )
    gauges = GAUGES
    const later = parseExposition(await text())
    for (const name of [...mirrored, 'cosignature_age_seconds', 'audit_age_seconds'])
      assert.equal(later.get(`holdfast_${name}`)?.samples.size, 0, name)
  })

  it('have labels out of closed lists, whatever is asked for', async () => {
    const world = aWorld()
    const { root } = await world.content.addDirectory({ 'canary-name': distinctBytes(9) })
    for (const path of [
      `/ipfs/${root}/canary-name?format=canary`,
      `/ipfs/${root}/canary-name`,
      '/canary',
      '/manifest/canary',
    ])
      await world.get(path, { 'user-agent': 'canary', host: 'canary.example', accept: 'canary/canary' })
    const text = await exposition(world.tally, () => GAUGES).text()
    assert.doesNotMatch(text, /canary|bafy|localhost|127\.0\.0\.1/)
    const labels = new Set([...parseExposition(text).values()].flatMap(({ samples }) => [...samples.keys()]))
    assert.ok(labels.size < 60, `${labels.size}`)
  })
})

describe('the address of the metrics', () => {
  const opening = async (listen: string): ReturnType<typeof openMetricsServer> =>
    await openMetricsServer({
      listen,
      tally: createTally(),
      gauges: () => GAUGES,
      onProblem: () => undefined,
      signal: new AbortController().signal,
    })

  it('is of this machine alone, whatever else is allowed', async () => {
    for (const listen of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0'])
      await assert.rejects(opening(listen), { code: 'LISTEN_REMOTE_REFUSED' }, listen)
    await assert.rejects(opening('metrics.example:0'), { code: 'LISTEN_INVALID' })
  })

  it('gives metrics to who names it rightly, to no page of somewhere else, and nothing but metrics', async () => {
    await using server = await opening('127.0.0.1:0')
    const answer = await fetch(`${server.url}/metrics`)
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin')
    assert.equal(sampleOf(parseExposition(await answer.text()), 'manifest_size'), 7)
    for (const [path, status] of [
      ['/', 404],
      ['/healthz', 404],
      ['/metrics/', 404],
    ] as const)
      assert.equal((await fetch(`${server.url}${path}`)).status, status, path)
    assert.equal((await fetch(`${server.url}/metrics`, { method: 'POST', body: 'x' })).status, 413)
    const rebound = request(`${server.url}/metrics`, { headers: { host: 'rebound.example' }, agent: false }).end()
    const [{ statusCode }] = await once(rebound, 'response')
    assert.equal(statusCode, 421)
    rebound.destroy()
  })

  it('says to the operator, and not to who asks, why there are none', async () => {
    const problems: Problem[] = []
    await using server = await openMetricsServer({
      listen: '127.0.0.1:0',
      tally: createTally(),
      gauges: () => {
        throw new Error('/home/secret/state.sqlite is gone')
      },
      onProblem: (problem) => problems.push(problem),
      signal: new AbortController().signal,
    })
    const answer = await fetch(`${server.url}/metrics`)
    assert.equal(answer.status, 500)
    assert.doesNotMatch(await answer.text(), /secret/)
    assert.match(problems[0]?.message ?? '', /secret/)
  })
})
