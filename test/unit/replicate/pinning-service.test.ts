import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Agent } from 'undici'
import { cidText, parseCid } from '../../../src/model/content-id.ts'
import type { PinEngine } from '../../../src/replicate/engine.ts'
import { type PinningService, pinningServiceEngine } from '../../../src/replicate/pinning-service.ts'
import { withRetry } from '../../../src/replicate/with-retry.ts'
import { aMadeBundle, type MadeBundle, someBytes } from '../../fakes/made-bundle.ts'
import { type FakeService, fakePinningService, type ServiceFault, wishFor } from '../../fakes/pinning-service.ts'
import { ALL_FAULTS, type EngineWorld, engineContract, type Fault, requestFor } from './contract.ts'

const SECRET = 'a-hidden-token'
const ORIGIN = '/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWOurs'
const { signal } = new AbortController()

const FAULT_OF: Readonly<Partial<Record<Fault, ServiceFault>>> = {
  'names another root': 'wrong-root',
  'refuses in its own words': 'refused',
  'cannot pin what it took': 'no-pin',
  'never answers': 'silent',
  'does not let us in': 'auth',
  'has too much to do': 'busy',
  'answers with a page of HTML': 'html',
  'answers without end': 'endless',
  'leads elsewhere': 'redirect',
  'has a full disk': 'full',
}

interface ServiceWorld extends EngineWorld {
  readonly service: FakeService
  at(settings: Partial<PinningService>): PinEngine
}

async function aWorld(bundle: MadeBundle): Promise<ServiceWorld> {
  const root = cidText(bundle.promised.root)
  const service = await fakePinningService(SECRET, (wanted) => (wanted === root ? bundle.made.blocks : new Map()))
  const dispatcher = new Agent()
  const waits = { answerMs: 700, importMs: 700 }
  const settings: PinningService = {
    ...{ name: 'psa', url: new URL(service.url), authorization: `Bearer ${SECRET}`, dispatcher, waits },
    gateway: { name: 'the gateway of psa', url: new URL(service.gateway), dispatcher, waits },
    origins: [ORIGIN],
  }
  const at = (other: Partial<PinningService>): PinEngine => pinningServiceEngine({ ...settings, ...other })
  const faults = Object.entries(FAULT_OF).map(([fault, kind]) => {
    const cause = (): void => {
      service.fault = kind
    }
    return [fault, cause]
  })
  return {
    ...{ service, at, engine: at({}), secret: SECRET },
    faults: { ...Object.fromEntries(faults), 'is not there': () => service[Symbol.asyncDispose]() },
    async change(_root, cid, to) {
      if (to === 'nothing') service.blocks.delete(cidText(cid))
      else service.blocks.set(cidText(cid), Buffer.from('other bytes'))
    },
    // It fetches by itself.
    sent: () => undefined,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
      await service[Symbol.asyncDispose]()
    },
  }
}

engineContract(
  'psa',
  aWorld,
  ALL_FAULTS.filter((fault) => fault !== 'drops the connection in the middle of the CAR'),
)

describe('the engine psa', () => {
  const bundle = aMadeBundle(someBytes(9))
  const request = requestFor(bundle)
  const leaf = parseCid([...bundle.made.blocks.keys()][0] ?? '')
  const postsOf = ({ service }: ServiceWorld): number => service.asked.filter((call) => call === 'POST /pins').length

  it('names the bundle and where to fetch it, tells who will, and asks once however often it runs', async () => {
    await using world = await aWorld(bundle)
    world.service.becomes = 'queued'
    const delegates: (readonly string[])[] = []
    const options = { signal, onDelegates: (addresses: readonly string[]) => void delegates.push(addresses) }
    assert.equal(await world.engine.pin(request, options), 'accepted')
    const [wish] = world.service.wishes
    assert.deepEqual(wish?.pin, { cid: request.root, name: 'holdfast 7k3q2m9x4ht', origins: [ORIGIN] })
    assert.equal(await world.engine.pin(request, options), 'accepted')
    assert.deepEqual(delegates, [wish?.delegates, wish?.delegates])
    assert.equal(await world.engine.status(request.root, signal), 'accepted')
    if (wish !== undefined) wish.status = 'pinned'
    assert.equal(await world.engine.pin(request, options), 'pinned')
    assert.equal(postsOf(world), 1)
  })

  it('says why the service could not fetch it, asks again, and leaves no failed request behind', async () => {
    await using world = await aWorld(bundle)
    world.service.wishes = [
      wishFor({ cid: request.root }, undefined, 'failed'),
      wishFor({ cid: request.root }, undefined, 'failed'),
    ]
    world.service.becomes = 'queued'
    await assert.rejects(world.engine.status(request.root, signal), { code: 'ENGINE_REFUSED' })
    await assert.rejects(world.engine.pin(request, { signal }), {
      code: 'ENGINE_REFUSED',
      message: 'psa could not fetch it: nobody has it',
    })
    assert.deepEqual(
      world.service.wishes.map(({ status }) => status),
      ['queued'],
    )
    assert.equal(await world.engine.pin(request, { signal }), 'accepted')
  })

  it('finds every request of a CID over pages, of any status, and removes them all', async () => {
    await using world = await aWorld(bundle)
    const pin = { cid: request.root }
    world.service.wishes = (['pinned', 'failed', 'queued', 'pinned', 'pinning'] as const).map((status) =>
      wishFor(pin, undefined, status),
    )
    const other = wishFor({ cid: cidText(leaf) })
    world.service.wishes.push(other)
    world.service.pageLimit = 2
    await world.engine.remove(request.root, signal)
    assert.deepEqual(world.service.wishes, [other])
    const deleted = world.service.asked.filter((call) => /^DELETE \/pins\/wish%2F\d+$/.test(call))
    assert.equal(new Set(deleted).size, 5)
  })

  it('asks for ten roots with one request, and leaves those out that failed or that nobody asked for', async () => {
    await using world = await aWorld(bundle)
    const roots = [1, 2, 3, 4, 5].map((n) => cidText(aMadeBundle(someBytes(n)).promised.root))
    const [pinned = '', queued = '', failed = '', both = ''] = roots
    world.service.wishes = [
      wishFor({ cid: pinned }),
      wishFor({ cid: queued }, undefined, 'queued'),
      wishFor({ cid: failed }, undefined, 'failed'),
      wishFor({ cid: both }),
      wishFor({ cid: both }, undefined, 'pinning'),
    ]
    const states = await world.engine.statuses?.(roots, signal)
    assert.deepEqual(
      new Map(states),
      new Map([
        [pinned, 'pinned'],
        [queued, 'accepted'],
        [both, 'pinned'],
      ]),
    )
    assert.equal(world.service.asked.length, 1)
  })

  it('asks anew for what was read back wrong, once, and takes the old requests back after that', async () => {
    await using world = await aWorld(bundle)
    await world.engine.pin(request, { signal })
    const [old] = world.service.wishes
    world.service.becomes = 'queued'
    assert.equal(await world.engine.pin({ ...request, again: true }, { signal }), 'accepted')
    assert.equal(await world.engine.pin({ ...request, again: true }, { signal }), 'accepted')
    assert.equal(world.service.wishes.length, 1)
    assert.notEqual(world.service.wishes[0], old)
    assert.equal(postsOf(world), 2)
    assert.ok(
      world.service.asked.lastIndexOf('POST /pins') < world.service.asked.findIndex((c) => c.startsWith('DELETE')),
    )
  })

  it('obeys a service that asks to wait', async () => {
    await using world = await aWorld(bundle)
    world.service.fault = 'busy'
    world.service.faultsLeft = 2
    assert.equal(await withRetry(world.engine, { pausesMs: [1, 1] }).pin(request, { signal }), 'pinned')
  })

  it('sends its token to no gateway, and without one says that nothing can be read back', async () => {
    await using world = await aWorld(bundle)
    await world.engine.pin(request, { signal })
    assert.ok(await world.engine.readBlock(request.root, leaf, signal))
    assert.deepEqual(world.service.toGateway, [undefined])
    const blind = world.at({ gateway: undefined })
    assert.equal(blind.isUnreadable, true)
    await assert.rejects(blind.readBlock(request.root, leaf, signal), { code: 'ENGINE_UNREADABLE' })
  })

  it('takes no request id that leads elsewhere, and no list of other pins', async () => {
    await using world = await aWorld(bundle)
    world.service.wishes = [{ ...wishFor({ cid: request.root }), requestid: '..' }]
    await assert.rejects(world.engine.remove(request.root, signal), { code: 'ENGINE_ANSWER_UNKNOWN' })
    const elsewhere = world.at({ url: new URL(`${world.service.gateway}/nothing`) })
    await assert.rejects(elsewhere.prepare(signal), { code: 'ENGINE_REFUSED' })
  })
})
