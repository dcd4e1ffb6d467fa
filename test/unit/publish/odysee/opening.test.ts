import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Agent, type Dispatcher } from 'undici'
import { parseGivenUrl, parseServiceUrl, parseUploadUrl } from '../../../../src/publish/odysee/service-url.ts'
import { openOdyseeTarget } from '../../../../src/publish/odysee/target.ts'
import type { OdyseeFault } from '../../../fakes/odysee.ts'
import { endless, htmlPage, otherJson, redirect, status, tooMany } from '../../../fakes/odysee-faults.ts'
import { aLedger, anOdyseeWorld, aStep, CHANNEL, TOKEN } from './an-odysee-world.ts'
import { assertNoSecret, runOnce } from './drive.ts'

const signal = new AbortController().signal
const UPLOAD = `/v1/uploads/${'a'.repeat(32)}`

describe('the address of a service that gets a token', () => {
  for (const url of [
    'https://odysee.example',
    'https://127.0.0.1:1',
    'http://127.0.0.1:8080/x/',
    'http://[::1]:1',
    'http://localhost:1',
  ])
    it(`may be ${url}`, () => assert.ok(parseServiceUrl(url)))
  for (const url of [
    'http://odysee.example',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'ftp://odysee.example',
    'https://user:secret@odysee.example',
    'https://odysee.example/?a=1',
    'odysee.example',
    '',
  ])
    it(`must not be ${JSON.stringify(url)}`, () => {
      assert.throws(() => parseServiceUrl(url), { name: 'PublishError', code: 'TARGET_UNSUITABLE' })
    })

  it('that Odysee has itself is https, all of it', () => {
    const target = openOdyseeTarget({ channel: CHANNEL, token: () => Promise.reject(new Error('not to be asked')) })
    assert.equal(target.name, 'odysee')
    assert.equal(target.channel, CHANNEL)
    assert.equal(target.spent(), '0.0')
  })
})

describe('an address for uploads that a service gives', () => {
  const far = new URL('https://odysee.example/api')
  const near = new URL('http://127.0.0.1:8080/api')
  it('may be another host over https, or relative', () => {
    assert.equal(parseUploadUrl(`https://uploads.example${UPLOAD}`, far), `https://uploads.example${UPLOAD}`)
    assert.equal(parseUploadUrl(UPLOAD, far), `https://odysee.example${UPLOAD}`)
    assert.equal(parseUploadUrl(`http://127.0.0.1:9${UPLOAD}`, near), `http://127.0.0.1:9${UPLOAD}`)
  })
  for (const url of [
    'http://uploads.example/v1/',
    'http://127.0.0.1:5279/',
    'https://127.0.0.1:5279/',
    'https://a:b@uploads.example/',
    'file:///etc/passwd',
    `https://x.example/${'y'.repeat(3_000)}`,
  ])
    it(`is not taken when it is ${url.slice(0, 40)}`, () => {
      assert.throws(() => parseGivenUrl(url, far), { code: 'TARGET_ANSWER_UNKNOWN' })
    })
  it('is not taken when no claim could be made from it', () => {
    for (const path of ['/v1/uploads/short', '/v1/uploads/', `/v1/uploads/${'ä'.repeat(32)}?x`])
      assert.throws(() => parseUploadUrl(`https://uploads.example${path}`, far), { code: 'TARGET_ANSWER_UNKNOWN' })
  })
})

describe('getting ready', () => {
  it('finds the channel by name or id, whatever the case of its letters', async () => {
    await using world = await anOdyseeWorld()
    const id = world.state.wallet.claims().find(({ valueType }) => valueType === 'channel')?.claimId ?? ''
    for (const channel of [CHANNEL, CHANNEL.toUpperCase(), id]) {
      const target = world.open({ channel })
      await target.prepare(signal)
      assert.equal(target.channel, CHANNEL)
    }
  })

  it('says that the channel is missing, or that there are two', async () => {
    await using world = await anOdyseeWorld()
    await assert.rejects(world.open({ channel: '@other' }).prepare(signal), { code: 'CHANNEL_MISSING' })
    await world.state.methods.answer('channel_create', { name: CHANNEL, bid: '0.01', allow_duplicate_name: true })
    await assert.rejects(world.open().prepare(signal), (error: Error) => {
      assert.equal('code' in error && error.code, 'CHANNEL_AMBIGUOUS')
      assert.match('hint' in error ? String(error.hint) : '', /[0-9a-f]{40}, [0-9a-f]{40}/)
      return true
    })
  })

  it('looks through all pages of channels', async () => {
    await using world = await anOdyseeWorld()
    world.state.wallet.fund('2.0')
    for (let i = 0; i < 55; i += 1) await world.state.addChannel(`@more${i}`)
    await world.open({ channel: CHANNEL }).prepare(signal)
    await world.open({ channel: '@more54' }).prepare(signal)
  })

  const refused: Readonly<Record<string, string>> = {
    'of nobody': 'unknown-token-1',
    'with a line break': `${TOKEN}\nx: y`,
    'with a space': `${TOKEN} `,
    'that is empty': '',
    'with letters that no header has': 'tökén-12345',
  }
  for (const [name, token] of Object.entries(refused)) {
    it(`refuses a token ${name}, and never repeats it`, async () => {
      await using world = await anOdyseeWorld()
      for (const more of [{}, { accountsUrl: world.odysee.url }, { tokenKind: 'bearer' as const }]) {
        const target = world.open({ token: () => Promise.resolve(token), ...more })
        const error: unknown = await target.prepare(signal).catch((caught: unknown) => caught)
        assert.ok(error instanceof Error && 'code' in error)
        assert.equal(error.code, 'TARGET_TOKEN_REFUSED')
        assertNoSecret(error)
        if (token !== '') assert.doesNotMatch(error.message, new RegExp(token.slice(0, 6)))
      }
    })
  }

  it('refuses the token of an account without a confirmed address', async () => {
    await using world = await anOdyseeWorld()
    world.state.addUser('unconfirmed-token', false)
    const token = (): Promise<string> => Promise.resolve('unconfirmed-token')
    await assert.rejects(world.open({ token, accountsUrl: world.odysee.url }).prepare(signal), {
      code: 'TARGET_TOKEN_REFUSED',
      message: /confirmed e-mail/,
    })
    await assert.rejects(world.open({ token }).prepare(signal), { code: 'TARGET_TOKEN_REFUSED' })
  })

  it('goes on without the accounts service, which is not the one that publishes', async () => {
    await using world = await anOdyseeWorld()
    const changed: OdyseeFault = (answer) =>
      void answer
        .writeHead(400, { 'content-type': 'application/json' })
        .end('{"success":false,"error":"no such action"}')
    for (const fault of [htmlPage, changed, otherJson, status(404)]) {
      world.odysee.fault('account', fault)
      await world.open({ accountsUrl: world.odysee.url }).prepare(signal)
    }
    await world.open({ accountsUrl: 'http://127.0.0.1:1' }).prepare(signal)
  })

  it('asks for the token once, and takes a bearer token where it is told so', async () => {
    await using world = await anOdyseeWorld()
    let asked = 0
    const target = world.open({
      tokenKind: 'bearer',
      token: () => {
        asked += 1
        return Promise.resolve(TOKEN)
      },
    })
    await target.prepare(signal)
    await target.publish(await world.anOffer(), aStep(aLedger()))
    assert.equal(asked, 1)
    assert.deepEqual([...world.state.madeClaims().values()], [1])
  })

  it('reads no answer without an end, and follows none that leads elsewhere', async () => {
    await using world = await anOdyseeWorld()
    await using elsewhere = await anOdyseeWorld()
    world.odysee.fault('channel_list', endless)
    await assert.rejects(world.open().prepare(signal), { code: 'TARGET_ANSWER_UNKNOWN', message: /larger than/ })
    world.odysee.fault('channel_list', redirect(`${elsewhere.odysee.url}/api/v1/proxy`))
    await assert.rejects(world.open().prepare(signal), { code: 'TARGET_ANSWER_UNKNOWN', message: /elsewhere/ })
    assert.equal(elsewhere.odysee.asked.length, 0)
  })

  it('waits as long as it is asked to, and not longer than it has patience', async () => {
    await using world = await anOdyseeWorld()
    world.odysee.fault('channel_list', tooMany(0), status(503))
    await world.open().prepare(signal)
    world.odysee.fault('channel_list', tooMany(7_200))
    const ended = await runOnce(world, await world.anOffer(), aLedger())
    assert.equal(ended.status, 'threw')
    assert.ok('error' in ended && ended.error instanceof Error)
    assert.match(ended.error.message, /HTTP 429; it asks to wait 7200 s/)
  })
})

describe('the way out', () => {
  it('is the dispatcher for all that is sent, uploads too, and it stays open', async () => {
    await using world = await anOdyseeWorld()
    // Nothing but the dispatcher knows where this is: a request past it would fail.
    world.state.publicOrigin = 'https://odysee.invalid'
    const agent = new Agent()
    let sent = 0
    const rewrite: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
      sent += 1
      assert.equal(String(options.origin), 'https://odysee.invalid')
      return dispatch({ ...options, origin: world.odysee.url }, handler)
    }
    const dispatcher = agent.compose(rewrite)
    const url = 'https://odysee.invalid'
    const target = world.open({ url, accountsUrl: url, dispatcher })
    await target.prepare(signal)
    const outcome = await target.publish(await world.anOffer(), aStep(aLedger()))
    assert.equal(outcome.status, 'copied')
    assert.equal(sent, world.odysee.asked.length)
    await target[Symbol.asyncDispose]()
    assert.equal(agent.closed, false)
    await agent.close()
  })
})
