import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ownNames } from '../../../src/view/host-names.ts'
import { isLoopback, parseListen, urlOf } from '../../../src/view/listen.ts'
import { aHealth, aWorld } from './support.ts'

describe('an address to listen on', () => {
  it('is an address and a port', () => {
    assert.deepEqual(parseListen('127.0.0.1:0', false), { host: '127.0.0.1', port: 0 })
    assert.deepEqual(parseListen('[::1]:65535', false), { host: '::1', port: 65_535 })
    assert.deepEqual(parseListen('LocalHost:80', false), { host: '127.0.0.1', port: 80 })
    assert.equal(urlOf({ host: '::', port: 8080 }), 'http://[::1]:8080')
  })

  for (const text of [
    '',
    '8080',
    ':8080',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:080',
    '127.0.0.1:-1',
    'archive.example:80',
    '::1:80',
    '[127.0.0.1:80',
    '127.1:80',
    '127.0.0.1:80/x',
    ' 127.0.0.1:80',
  ]) {
    it(`is refused as ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseListen(text, true), { name: 'ViewError', code: 'LISTEN_INVALID' })
    })
  }

  it('is of this machine alone unless the caller says otherwise', () => {
    for (const text of ['0.0.0.0:0', '[::]:0', '192.168.1.2:0', '[fe80::1]:0', '[::ffff:192.168.1.2]:0']) {
      assert.throws(() => parseListen(text, false), { code: 'LISTEN_REMOTE_REFUSED' }, text)
      assert.equal(parseListen(text, true).port, 0)
    }
  })

  it('is loopback in all its forms', () => {
    for (const address of ['127.0.0.1', '127.255.0.3', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])
      assert.ok(isLoopback(address), address)
    for (const address of ['128.0.0.1', '::2', '::', 'localhost', '', '::ffff:10.0.0.1'])
      assert.ok(!isLoopback(address), address)
  })
})

describe('the names of a server', () => {
  it('are those of loopback, its address and the configured ones', () => {
    const own = ownNames('192.168.1.2', ['Archive.Example', 'fd00::7'])
    for (const host of [
      'localhost',
      'LOCALHOST:8080',
      'localhost.',
      '127.0.0.1:1',
      '127.8.8.8',
      '[::1]:8080',
      '192.168.1.2',
      'archive.example:443',
      'ARCHIVE.EXAMPLE.',
      '[fd00::7]',
      '[fd00:0::7]:80',
      '2130706433',
    ])
      assert.ok(own(host), host)
    for (const host of [
      '',
      'evil.example',
      'localhost.evil.example',
      'evil.localhost',
      '127.0.0.1.evil.example',
      'archive.example.evil.example',
      '192.168.1.3',
      'user@localhost',
      'localhost/..',
      'localhost#',
      'localhost?',
      'localhost:99999',
      'a b',
      'localhost\t',
      '[::2]',
      'x'.repeat(300),
    ])
      assert.ok(!own(host), host)
  })

  it('are all addresses behind a wildcard, but no names', () => {
    const own = ownNames('0.0.0.0', [])
    for (const host of ['10.0.0.1:80', '[fd00::1]', '127.0.0.1']) assert.ok(own(host), host)
    for (const host of ['evil.example', '10.0.0.1.evil.example']) assert.ok(!own(host), host)
  })
})

describe('a request', () => {
  it('in the name of another host is refused before anything is looked up', async () => {
    const { app, get } = aWorld()
    const rebound = await app.request('http://evil.example/healthz')
    assert.equal(rebound.status, 421)
    assert.equal((await get('/healthz', { host: 'evil.example:8080' })).status, 421)
    assert.equal((await get('/healthz', { host: '127.0.0.1:8080' })).status, 200)
  })

  it('has a method that reads', async () => {
    const { get } = aWorld()
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const response = await get('/healthz', {}, method)
      assert.equal(response.status, 405, method)
      assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS')
    }
  })

  it('may ask what it may do', async () => {
    const { get } = aWorld()
    const response = await get(
      '/ipfs/anything',
      {
        origin: 'https://app.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'range',
      },
      'OPTIONS',
    )
    assert.equal(response.status, 204)
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    assert.match(response.headers.get('access-control-allow-headers') ?? '', /Range/)
    assert.equal(response.headers.get('access-control-allow-credentials'), null)
  })

  it('has no body', async () => {
    const { get } = aWorld()
    for (const headers of [{ 'content-length': '5' }, { 'transfer-encoding': 'chunked' }]) {
      const response = await get('/healthz', headers)
      assert.equal(response.status, 413)
      assert.equal(response.headers.get('connection'), 'close')
    }
  })

  it('has an address of bounded length', async () => {
    const { get } = aWorld()
    assert.equal((await get(`/ipfs/${'a'.repeat(5_000)}`)).status, 414)
  })

  it('gets nosniff and no referrer on every answer, also on refusals', async () => {
    const { get } = aWorld()
    for (const path of ['/', '/healthz', '/nothing', '/ipfs/x', '/manifest/x']) {
      const { headers } = await get(path)
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
      assert.equal(headers.get('referrer-policy'), 'no-referrer', path)
      assert.equal(headers.get('set-cookie'), null)
    }
  })
})

describe('the health of a server', () => {
  it('is told in one object', async () => {
    const { get } = aWorld({ health: () => aHealth({ headAge: 60, problems: ['BLOCK_DAMAGED'] }) })
    const response = await get('/healthz')
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.deepEqual(await response.json(), {
      ok: true,
      origin: 'archive.example/testimony',
      size: 7,
      headAge: 60,
      problems: ['BLOCK_DAMAGED'],
    })
  })

  it('is a 503 when it is bad, and a 500 without detail when it cannot be told', async () => {
    assert.equal((await aWorld({ health: () => aHealth({ ok: false }) }).get('/healthz')).status, 503)
    const broken = aWorld({
      health: () => {
        throw new Error('/home/secret/state.sqlite is locked')
      },
    })
    const response = await broken.get('/healthz')
    assert.equal(response.status, 500)
    assert.doesNotMatch(await response.text(), /secret/)
    assert.equal(broken.problems.length, 1)
  })

  it('holds nothing that the port did not declare', async () => {
    const leaky = { ...aHealth(), home: '/home/secret' }
    assert.doesNotMatch(await (await aWorld({ health: () => leaky }).get('/healthz')).text(), /secret/)
  })

  it('cannot be read by a page of somewhere else', async () => {
    assert.equal(
      (await aWorld().get('/healthz', { origin: 'https://evil.example' })).headers.get('access-control-allow-origin'),
      null,
    )
  })
})
