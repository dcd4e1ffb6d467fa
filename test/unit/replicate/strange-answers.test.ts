import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { Agent } from 'undici'
import { clusterEngine } from '../../../src/replicate/cluster.ts'
import type { PinEngine } from '../../../src/replicate/engine.ts'
import { ReplicateError } from '../../../src/replicate/errors.ts'
import { kuboEngine } from '../../../src/replicate/kubo.ts'
import { pinningServiceEngine } from '../../../src/replicate/pinning-service.ts'

const ROOT = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const { signal } = new AbortController()

/** What engines answer, each part of it perhaps something else. */
function perhaps<T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) })
}
const word = perhaps(fc.constantFrom('pinned', 'pinning', 'remote', 'pin_error', 'failed', 'queued', ROOT, '', '..'))
const peer = perhaps(fc.record({ status: word, peername: word, error: word }))
const pin = fc.record({
  cid: word,
  peer_map: perhaps(fc.dictionary(fc.string(), peer)),
  Keys: perhaps(fc.dictionary(fc.string(), peer)),
})
const wish = fc.record({
  ...{ requestid: word, status: word, created: word, delegates: perhaps(fc.array(word)), info: perhaps(fc.object()) },
  pin: perhaps(fc.record({ cid: word })),
})
const list = fc.record({ count: perhaps(fc.nat(3)), results: perhaps(fc.array(perhaps(wish), { maxLength: 3 })) })
const body = fc.oneof(
  fc
    .oneof(perhaps(pin), perhaps(list), fc.record({ error: word }), fc.record({ message: word }))
    .map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }),
)
const answer = fc.record({ status: fc.constantFrom(200, 200, 200, 202, 204, 400, 404, 409, 418, 500), body })

describe('engines that answer what nobody expects', () => {
  let now: { readonly status: number; readonly body: string } = { status: 200, body: '' }
  const server = createServer((_request, response) => {
    response.statusCode = now.status
    response.end(now.body)
  })
  const dispatcher = new Agent()
  let engines: readonly PinEngine[] = []
  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const line = { name: 'e', url, dispatcher, authorization: 'Bearer k51q-hidden' }
    engines = [
      kuboEngine(line),
      clusterEngine({ ...line, replication: 0, spread: false, gateways: [{ ...line, peer: '' }] }),
      pinningServiceEngine({ ...line, origins: [], gateway: line }),
    ]
  })
  after(async () => {
    await dispatcher.destroy()
    server.close()
  })

  it('are told as engines at fault, by one harmless line, and as nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(answer, async (given) => {
        now = given
        for (const engine of engines)
          for (const call of ['status', 'remove', 'prepare'] as const) {
            const done = call === 'prepare' ? engine.prepare(signal) : engine[call](ROOT, signal)
            await done.catch((error: unknown) => {
              assert.ok(error instanceof ReplicateError, inspect(error))
              assert.equal(/[\p{Cc}]/u.test(error.message), false)
              assert.ok(error.message.length < 500)
            })
          }
      }),
      { numRuns: 150 },
    )
  })
})
