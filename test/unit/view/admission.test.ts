import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import { Hono } from 'hono'
import { admission } from '../../../src/view/admission.ts'
import { ViewError } from '../../../src/view/errors.ts'

class FakeOutgoing extends EventEmitter {
  destroyed = false
}

/** An app whose answers are under way until their `outgoing` closes. */
function anApp(limits: { answers: number; answersPerAddress: number }) {
  const app = new Hono()
  app.use(admission(limits))
  app.get('/', (c) => c.text('content'))
  app.onError(
    (error) => new Response(null, { status: error instanceof ViewError && error.code === 'SERVER_BUSY' ? 503 : 500 }),
  )
  return async (remoteAddress: string): Promise<{ status: number; outgoing: FakeOutgoing }> => {
    const outgoing = new FakeOutgoing()
    const { status } = await app.request('/', {}, { incoming: { socket: { remoteAddress } }, outgoing })
    return { status, outgoing }
  }
}

describe('answers under way', () => {
  it('are bounded for one address, so that it cannot take all', async () => {
    const ask = anApp({ answers: 10, answersPerAddress: 2 })
    const first = await ask('192.0.2.1')
    assert.equal((await ask('::ffff:192.0.2.1')).status, 200, 'the same address, written as IPv6')
    assert.equal((await ask('192.0.2.1')).status, 503)
    assert.equal((await ask('192.0.2.2')).status, 200)
    first.outgoing.emit('close')
    first.outgoing.emit('close')
    assert.equal((await ask('192.0.2.1')).status, 200)
    assert.equal((await ask('192.0.2.1')).status, 503, 'a second close frees nothing')
  })

  it('are bounded together for loopback, where a proxy may speak for many', async () => {
    const ask = anApp({ answers: 3, answersPerAddress: 1 })
    for (let i = 0; i < 3; i += 1) assert.equal((await ask('127.0.0.1')).status, 200)
    assert.equal((await ask('127.0.0.1')).status, 503)
    assert.equal((await ask('192.0.2.2')).status, 503)
  })

  it('end at once when the connection was gone before they began', async () => {
    const app = new Hono()
    app.use(admission({ answers: 1, answersPerAddress: 1 }))
    app.get('/', (c) => c.text('content'))
    const outgoing = Object.assign(new FakeOutgoing(), { destroyed: true })
    for (let i = 0; i < 3; i += 1) assert.equal((await app.request('/', {}, { outgoing })).status, 200)
  })
})
