import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it, type TestContext } from 'node:test'
import { parseCid } from '../../../src/model/content-id.ts'
import { mirrorPlace } from '../../../src/pipeline/engines/mirror-place.ts'
import { closeNetwork, configureNetwork } from '../../../src/read/network.ts'

const ROOT = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const { signal } = new AbortController()

before(() => configureNetwork({ proxyUrl: undefined, idleMs: 2_000, graceMs: 2_000 }))
after(closeNetwork)

async function serving(context: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a mirror of somebody else as a place', () => {
  it('is asked for one raw block at a time, below its address', async (t) => {
    const asked: string[] = []
    const url = await serving(t, (request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end('bytes')
    })
    const place = mirrorPlace('oslo', `${url}/archive/`)
    assert.equal(Buffer.from((await place.readBlock(ROOT, parseCid(ROOT), signal)) ?? []).toString(), 'bytes')
    assert.equal(await place.status(ROOT, signal), 'pinned')
    assert.deepEqual(new Set(asked), new Set([`GET /archive/ipfs/${ROOT}?format=raw`]))
    await place.prepare(signal)
    assert.equal(asked.at(-1), 'GET /archive/ipfs/bafkqaaa?format=raw')
  })

  it('does not have what it does not find, withdrew, or would have to fetch', async (t) => {
    for (const status of [404, 410, 412, 451]) {
      const url = await serving(t, (_request, response) => response.writeHead(status).end())
      assert.equal(await mirrorPlace('oslo', url).status(ROOT, signal), 'absent', `${status}`)
    }
    const url = await serving(t, (_request, response) =>
      response.writeHead(503).end('CONTENT_UNAVAILABLE: it is gone\n'),
    )
    assert.equal(await mirrorPlace('oslo', url).status(ROOT, signal), 'absent', 'its own files are gone or damaged')
  })

  it('that fails, leads elsewhere or is away is unreachable, and one that sends too much gives other bytes', async (t) => {
    const cases: readonly (readonly [RequestListener, string])[] = [
      [(_request, response) => response.writeHead(500).end(), 'ENGINE_UNREACHABLE'],
      [(_request, response) => response.writeHead(302, { location: 'http://192.0.2.1/' }).end(), 'ENGINE_UNREACHABLE'],
      [(request) => request.socket.destroy(), 'ENGINE_UNREACHABLE'],
      [(_request, response) => response.end(Buffer.alloc(2_097_153)), 'ENGINE_BYTES_DIFFER'],
    ]
    for (const [listener, code] of cases) {
      const place = mirrorPlace('oslo', await serving(t, listener))
      await assert.rejects(place.prepare(signal), { name: 'ReplicateError', code })
      await assert.rejects(place.readBlock(ROOT, parseCid(ROOT), signal), { name: 'ReplicateError', code })
    }
  })

  it('is sent nothing, and has an address without a secret', async () => {
    const place = mirrorPlace('oslo', 'https://mirror.example')
    assert.equal(place.isReadOnly, true)
    const refused = { name: 'ReplicateError', code: 'ENGINE_REFUSED' }
    await assert.rejects(place.remove(ROOT, signal), refused)
    for (const url of ['https://u:p@mirror.example', 'ftp://mirror.example', 'mirror', 'https://mirror.example/?a=b'])
      assert.throws(() => mirrorPlace('oslo', url), { code: 'ENGINE_REMOTE_REFUSED' }, url)
    assert.throws(() => mirrorPlace('oslo', 'http://abcdefghij234567.onion'), { code: 'ONION_NEEDS_PROXY' })
  })
})
