import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Agent } from 'undici'
import { cidText } from '../../../src/model/content-id.ts'
import { quoted } from '../../../src/replicate/engine-answer.ts'
import { parseEngineUrl } from '../../../src/replicate/engine-url.ts'
import { kuboEngine } from '../../../src/replicate/kubo.ts'
import { withRetry } from '../../../src/replicate/with-retry.ts'
import { type FakeKubo, fakeKubo, type KuboFault } from '../../fakes/kubo-rpc.ts'
import { aMadeBundle, someBytes } from '../../fakes/made-bundle.ts'
import { type EngineWorld, engineContract, FAULTS, type Fault, requestFor } from './contract.ts'

const SECRET = 'k51q-hidden'
const { signal } = new AbortController()

const FAULT_OF: Readonly<Partial<Record<Fault, KuboFault>>> = {
  'names another root': 'wrong-root',
  'refuses in its own words': 'refused',
  'cannot pin what it took': 'no-pin',
  'never answers': 'silent',
  'drops the connection in the middle of the CAR': 'dropped',
  'does not let us in': 'auth',
  'has too much to do': 'busy',
  'answers with a page of HTML': 'html',
  'answers without end': 'endless',
  'leads elsewhere': 'redirect',
  'has a full disk': 'full',
}

interface KuboWorld extends EngineWorld {
  readonly kubo: FakeKubo
}

async function aWorld(): Promise<KuboWorld> {
  const kubo = await fakeKubo(`Bearer ${SECRET}`)
  const dispatcher = new Agent()
  const engine = kuboEngine({
    ...{ name: 'kubo', url: new URL(kubo.url), authorization: `Bearer ${SECRET}`, dispatcher },
    waits: { answerMs: 700, importMs: 700 },
  })
  const faults = Object.entries(FAULT_OF).map(([fault, kind]) => {
    const cause = (): void => {
      kubo.fault = kind
    }
    return [fault, cause]
  })
  return {
    ...{ kubo, engine, secret: SECRET },
    faults: { ...Object.fromEntries(faults), 'is not there': () => kubo[Symbol.asyncDispose]() },
    async change(_root, cid, to) {
      if (to === 'nothing') kubo.blocks.delete(cidText(cid))
      else kubo.blocks.set(cidText(cid), Buffer.from('other bytes'))
    },
    sent: () => kubo.asked.filter((call) => call === 'dag/import').length,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
      await kubo[Symbol.asyncDispose]()
    },
  }
}

engineContract('kubo', aWorld)

describe('the engine kubo', () => {
  const bundle = aMadeBundle(someBytes(9))

  it('pins under the id of the bundle', async () => {
    await using world = await aWorld()
    await world.engine.pin(requestFor(bundle), { signal })
    assert.deepEqual([...world.kubo.pins.values()], ['holdfast 7k3q2m9x4ht'])
  })

  it('names a pin that a killed run left without one, and leaves alone what somebody else named', async () => {
    await using world = await aWorld()
    await world.engine.pin(requestFor(bundle), { signal })
    const [root = ''] = world.kubo.pins.keys()
    for (const [before, after] of [
      ['', 'holdfast 7k3q2m9x4ht'],
      ['keep this', 'keep this'],
    ] as const) {
      world.kubo.pins.set(root, before)
      assert.equal(await world.engine.pin(requestFor(bundle), { signal }), 'pinned')
      assert.deepEqual([...world.kubo.pins.values()], [after])
    }
    assert.equal(world.sent(), 1)
  })

  for (const [fault, kind] of Object.entries(FAULT_OF)) {
    it(`that ${fault} while it is sent a CAR is told as when it does so at once`, async () => {
      await using world = await aWorld()
      world.kubo.fault = kind
      world.kubo.faultAt = 'dag/import'
      const large = requestFor(aMadeBundle())
      await assert.rejects(world.engine.pin(large, { signal }), { code: FAULTS[fault as Fault] })
      assert.equal(await world.engine.status(large.root, signal), 'absent')
    })
  }

  it('obeys an engine that asks to wait, and gives up when it asks for too long', async () => {
    await using world = await aWorld()
    world.kubo.fault = 'busy'
    world.kubo.faultsLeft = 2
    const patient = withRetry(world.engine, { pausesMs: [1, 1] })
    assert.equal(await patient.pin(requestFor(bundle), { signal }), 'pinned')
    world.kubo.faultsLeft = 2
    const hasty = withRetry(world.engine, { pausesMs: [1, 1], maxPauseMs: 0 })
    await assert.rejects(hasty.status(cidText(bundle.promised.root), signal), { code: 'ENGINE_BUSY' })
  })

  it('repeats no password that an answer holds, in whatever form', () => {
    const basic = `Basic ${Buffer.from('user:pass word').toString('base64')}`
    const words = quoted({ authorization: basic }, `no ${basic}\n, user:pass word, or just pass word!\u202e`)
    assert.equal(words, 'no … , …, or just …! ')
  })

  it('is on this computer or behind https, and its address holds no secret', () => {
    for (const good of [
      'http://127.0.0.1:5001',
      'http://[::1]:5001',
      'http://localhost:5001/',
      'https://kubo.example/x',
    ])
      assert.ok(parseEngineUrl(good, false))
    const bad = [
      'http://192.0.2.7:5001',
      'http://localhost.example',
      'ftp://127.0.0.1',
      'x',
      'https://u:p@kubo.example',
    ]
    for (const url of [...bad, 'https://kubo.example/?token=x'])
      assert.throws(() => parseEngineUrl(url, false), { code: 'ENGINE_REMOTE_REFUSED' }, url)
    assert.ok(parseEngineUrl('http://192.0.2.7:5001', true))
  })
})
