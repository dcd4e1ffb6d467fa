import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { httpGet } from '../../../src/read/http-get.ts'
import { closeNetwork, configureNetwork } from '../../../src/read/network.ts'
import { aGateway, type FakeGateway, honest } from '../../fakes/fake-gateway.ts'
import { anHttpProxy, aSocksProxy } from '../../fakes/fake-proxies.ts'

const signal = new AbortController().signal
const LIMITS = { maxBytes: 1_000, signal }
const block = new TextEncoder().encode('a block')

afterEach(closeNetwork)

async function aTarget(): Promise<FakeGateway> {
  return aGateway(new Map([['bafy', block]]), honest)
}

describe('a configured proxy', () => {
  it('of the kind http gets plain requests whole, with its login, and resolves the names itself', async () => {
    await using target = await aTarget()
    await using proxy = await anHttpProxy(() => `${target.url}/ipfs/bafy`)
    const proxyUrl = new URL(proxy.url)
    proxyUrl.username = 'reader'
    proxyUrl.password = 'p@ss'
    configureNetwork({ proxyUrl: proxyUrl.href })
    const answer = await httpGet('http://archive.invalid/ipfs/bafy?format=raw', LIMITS)
    assert.deepEqual(answer.body, Buffer.from(block))
    assert.deepEqual(proxy.asked, ['http://archive.invalid/ipfs/bafy?format=raw'])
    assert.deepEqual(proxy.credentials, [`Basic ${Buffer.from('reader:p@ss').toString('base64')}`])
  })

  it('of the kind http is asked to tunnel to https, and when it refuses nothing goes direct', async () => {
    const dialled: number[] = []
    const direct = createTcpServer(() => void dialled.push(1))
    direct.listen(0, '127.0.0.1')
    await once(direct, 'listening')
    const address = direct.address()
    assert.ok(typeof address === 'object' && address !== null)
    await using target = await aTarget()
    await using proxy = await anHttpProxy(() => target.url)
    configureNetwork({ proxyUrl: proxy.url, idleMs: 500, graceMs: 2_000 })
    await assert.rejects(httpGet(`https://127.0.0.1:${address.port}/ipfs/bafy`, LIMITS), { code: 'SOURCE_UNREACHABLE' })
    assert.deepEqual(proxy.asked, [`CONNECT 127.0.0.1:${address.port}`])
    assert.deepEqual([dialled, target.asked], [[], []])
    direct.close()
    await once(direct, 'close')
  })

  for (const scheme of ['socks5', 'socks5h']) {
    it(`of the kind ${scheme} gets every connection by name, with its login`, async () => {
      await using target = await aTarget()
      await using proxy = await aSocksProxy(target.url, 'yes')
      configureNetwork({ proxyUrl: proxy.url.replace('socks5://', `${scheme}://reader:secret@`) })
      for (let i = 0; i < 3; i += 1) {
        const { body } = await httpGet('http://archive.invalid:8480/ipfs/bafy', LIMITS)
        assert.deepEqual(body, Buffer.from(block))
      }
      assert.equal(target.asked.length, 3)
      assert.deepEqual(new Set(proxy.asked), new Set(['name archive.invalid:8480']))
      assert.match(proxy.credentials[0] ?? '', /^reader:.?secret$/)
    })
  }

  it('that is not there, or says nothing, fails the request and lets nothing go direct', async () => {
    await using target = await aTarget()
    const silent = createTcpServer((socket) => void socket.on('error', () => undefined).resume())
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    assert.ok(typeof address === 'object' && address !== null)
    for (const proxyUrl of [
      'http://127.0.0.1:9',
      'socks5://127.0.0.1:9',
      `http://127.0.0.1:${address.port}`,
      `socks5://127.0.0.1:${address.port}`,
    ]) {
      configureNetwork({ proxyUrl, idleMs: 200, graceMs: 400 })
      await assert.rejects(httpGet(`${target.url}/ipfs/bafy`, LIMITS), { code: 'SOURCE_UNREACHABLE' }, proxyUrl)
      await closeNetwork()
    }
    assert.deepEqual(target.asked, [])
    silent.close()
  })
})

describe('the network', () => {
  it('is not used before anybody said how', async () => {
    // Another query is another module, which nobody has configured.
    const { networkSettings } = await import(new URL('../../../src/read/network.ts?fresh', import.meta.url).href)
    assert.throws(() => networkSettings(), TypeError)
  })

  it('takes a new configuration for the next request', async () => {
    await using target = await aTarget()
    configureNetwork({ proxyUrl: 'http://127.0.0.1:9', idleMs: 200 })
    await assert.rejects(httpGet(`${target.url}/ipfs/bafy`, LIMITS), { code: 'SOURCE_UNREACHABLE' })
    configureNetwork({ proxyUrl: undefined })
    assert.equal((await httpGet(`${target.url}/ipfs/bafy`, LIMITS)).status, 200)
  })
})
