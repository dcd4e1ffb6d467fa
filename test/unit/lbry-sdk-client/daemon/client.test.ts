import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { LookupFunction } from 'node:net'
import { describe, it } from 'node:test'
import { Agent } from 'undici'
import { type DaemonOptions, type LbryDaemon, openDaemon } from '../../../../src/lbry-sdk-client/daemon/client.ts'
import {
  type CallEffect,
  LbryDaemonError,
  type LbryDaemonErrorCode,
} from '../../../../src/lbry-sdk-client/daemon/errors.ts'
import { readiness } from '../../../../src/lbry-sdk-client/daemon/readiness.ts'
import { listening } from '../../../fakes/fake-gateway.ts'
import { aLbryDaemon, type LbryFault, type StatefulLbryDaemon } from '../../../fakes/lbry-daemon.ts'
import * as faults from '../../../fakes/lbry-faults.ts'

const FILE = '/media/video one.mp4'
const STREAM = { name: 'first-video', bid: '0.01', file_path: FILE, blocking: true } as const

async function aWorld(): Promise<AsyncDisposable & { readonly fake: StatefulLbryDaemon; readonly daemon: LbryDaemon }> {
  const fake = await aLbryDaemon()
  fake.wallet.fund('10.0')
  fake.methods.streams.virtualFiles.set(FILE, Buffer.from('a film'))
  const daemon = openDaemon({ url: fake.url })
  return {
    fake,
    daemon,
    async [Symbol.asyncDispose]() {
      await daemon[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  }
}

async function refused(
  call: Promise<unknown>,
  code: LbryDaemonErrorCode,
  effect: CallEffect = 'none',
): Promise<LbryDaemonError> {
  const error = await call.then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof LbryDaemonError, String(error))
  assert.deepEqual([error.code, error.effect], [code, effect], error.message)
  return error
}

describe('a call', () => {
  it('publishes, lists and resolves what the daemon has, typed', async () => {
    await using world = await aWorld()
    const { daemon, fake } = world
    assert.deepEqual(readiness(await daemon.call('status', {})), { ready: true, waitsFor: [] })
    const channel = await daemon.call('channel_create', { name: '@archive', bid: '0.01', blocking: true })
    const channelId = channel.outputs[0]?.claim_id
    assert.ok(channelId !== undefined)
    const made = await daemon.call('stream_create', { ...STREAM, channel_id: channelId, tags: ['A Tag', 'a tag'] })
    assert.equal(made.outputs[0]?.value?.source?.size, '6')
    assert.equal(made.outputs[0]?.signing_channel?.claim_id, channelId)
    fake.wallet.mine(1)
    const found = await daemon.call('resolve', { urls: ['lbry://first-video', 'nothing', 'bad url?'] })
    assert.deepEqual(
      [...found].map(([url, one]) => [url, one.found ? one.output.canonical_url : one.reason]),
      [
        ['bad url?', 'INVALID'],
        ['lbry://first-video', `lbry://@archive#${channelId[0]}/first-video#${made.outputs[0]?.claim_id?.[0]}`],
        ['nothing', 'NOT_FOUND'],
      ],
    )
    const files = await daemon.call('file_list', { claim_name: 'first-video' })
    assert.equal(files.items[0]?.claim_id, made.outputs[0]?.claim_id)
    assert.equal(await daemon.call('transaction_show', { txid: '0'.repeat(64) }), undefined)
    assert.equal((await daemon.call('transaction_show', { txid: made.txid }))?.hex, made.hex)
    assert.equal(await daemon.call('utxo_release', {}), undefined)
  })

  it('sends nothing when an input is wrong', async () => {
    await using world = await aWorld()
    await refused(world.daemon.call('stream_create', { ...STREAM, bid: '1' }), 'LBRY_INPUT_INVALID')
    for (const method of ['__proto__', 'constructor', 'settings_set'] as unknown as 'version'[])
      await refused(world.daemon.call(method, {}), 'LBRY_INPUT_INVALID')
    assert.equal(world.fake.asked.length, 0)
  })

  it('keeps its connection for the next one', async () => {
    await using world = await aWorld()
    for (let i = 0; i < 5; i += 1) await world.daemon.call('version', {})
    assert.ok(world.fake.connections() <= 2)
  })

  it('is sent once, whatever happens to it', async () => {
    await using world = await aWorld()
    world.fake.fault('stream_create', faults.droppedBefore)
    await refused(world.daemon.call('stream_create', STREAM), 'LBRY_CONNECTION_LOST', 'unknown')
    world.fake.fault('version', faults.droppedBefore)
    await refused(world.daemon.call('version', {}), 'LBRY_CONNECTION_LOST')
    assert.deepEqual(
      world.fake.asked.map(({ method }) => method),
      ['stream_create', 'version'],
    )
  })

  it('that makes a transaction says whether it may have been made', async () => {
    const cases: readonly (readonly [LbryFault, LbryDaemonErrorCode, CallEffect])[] = [
      [faults.droppedAfter, 'LBRY_CONNECTION_LOST', 'unknown'],
      [faults.cutInTheMiddle, 'LBRY_CONNECTION_LOST', 'unknown'],
      [faults.notJson, 'LBRY_REPLY_MALFORMED', 'unknown'],
      [faults.neither, 'LBRY_REPLY_MALFORMED', 'unknown'],
      [faults.wrongType, 'LBRY_REPLY_MALFORMED', 'happened'],
      [faults.htmlPage, 'LBRY_HTTP_REFUSED', 'unknown'],
      [faults.inTrouble, 'LBRY_HTTP_REFUSED', 'unknown'],
      [faults.redirect('http://127.0.0.1:9/'), 'LBRY_HTTP_REFUSED', 'none'],
      [faults.endless, 'LBRY_REPLY_TOO_LARGE', 'unknown'],
      [faults.saysHuge, 'LBRY_REPLY_TOO_LARGE', 'unknown'],
      [
        faults.raises('TimeoutError', 'Timed out waiting for transaction. 00ff'),
        'LBRY_CONFIRMATION_TIMEOUT',
        'happened',
      ],
      [faults.raises('CancelledError', ''), 'LBRY_DAEMON_FAILED', 'unknown'],
      [faults.raises('RPCError', "(1, 'txn-already-known')"), 'LBRY_HUB_FAILED', 'unknown'],
      [faults.raises('RPCError', "(-32603, 'internal')"), 'LBRY_HUB_FAILED', 'unknown'],
      [
        faults.raises('RPCError', "(1, 'the transaction was rejected by network rules.\\n\\n66: dust')"),
        'LBRY_BROADCAST_REFUSED',
        'none',
      ],
      [faults.raises('InsufficientFundsError', 'Not enough funds.'), 'LBRY_FUNDS_UNAVAILABLE', 'none'],
      [
        faults.raises('PrivateKeyNotFoundError', "Couldn't find private key for id 'X'."),
        'LBRY_CHANNEL_KEY_MISSING',
        'none',
      ],
      [faults.goError(501, 'Wallet commands are not implemented for now.'), 'LBRY_NOT_IMPLEMENTED', 'none'],
      [faults.goError(-32700, 'Cannot parse invalid JSON data.', 400), 'LBRY_PARAMS_REFUSED', 'none'],
      [faults.goError(-32601, 'Unknown JSON-RPC method.', 400), 'LBRY_METHOD_UNKNOWN', 'none'],
      [faults.goStub('stream_create'), 'LBRY_NOT_IMPLEMENTED', 'none'],
    ]
    await using world = await aWorld()
    for (const [fault, code, effect] of cases) {
      world.fake.fault('stream_create', fault)
      await refused(
        world.daemon.call('stream_create', { ...STREAM, name: `n${code}-${effect}`.toLowerCase() }),
        code,
        effect,
      )
      world.fake.fault('stream_create', fault)
      // A preview sends nothing, so nothing can be unsure.
      const preview = world.daemon.call('stream_create', { ...STREAM, preview: true, name: 'p' })
      await assert.rejects(preview, { name: 'LbryDaemonError', effect: 'none' })
    }
    // The client is as good as new after all of them.
    await world.daemon.call('stream_create', { ...STREAM, name: 'last' })
  })

  it('tells the paths, secrets and transactions of the daemon to nobody', async () => {
    await using world = await aWorld()
    const hex = '01'.repeat(300)
    const texts = [
      `File does not exist: ${FILE}`,
      "[Errno 28] No space left on device: '/var/lib/a b/blobs'",
      `(1, 'rejected\\n\\n[${hex}]')`,
      'Path: /opt/x y/z',
    ]
    for (const text of texts) {
      world.fake.fault('stream_create', faults.raises('OSError', text))
      const error = await world.daemon.call('stream_create', STREAM).catch((reason: unknown) => reason)
      assert.ok(error instanceof LbryDaemonError)
      assert.doesNotMatch(
        `${error.message} ${error.said} ${JSON.stringify(error)} ${error.stack}`,
        /media|var\/lib|y\/z|secret|010101/,
      )
    }
    const password = 'correct horse battery'
    world.fake.fault('wallet_unlock', faults.raises('ValueError', `bad password ${password}`))
    const error = await world.daemon.call('wallet_unlock', { password }).catch((reason: unknown) => reason)
    assert.ok(error instanceof LbryDaemonError)
    assert.doesNotMatch(`${error.message}${error.stack}`, /horse/)
  })

  it('ends when its time is over or its caller has had enough, and a spending one says that it may have happened', async () => {
    await using world = await aWorld()
    const { daemon, fake } = world
    fake.fault('*', faults.silent, faults.silent, faults.silent)
    await refused(daemon.call('version', {}, { timeoutMs: 20 }), 'LBRY_TIMEOUT')
    await refused(daemon.call('stream_create', STREAM, { timeoutMs: 50 }), 'LBRY_TIMEOUT', 'unknown')
    const { signal, abort } = ((controller) => ({ signal: controller.signal, abort: () => controller.abort() }))(
      new AbortController(),
    )
    setTimeout(abort, 20)
    await refused(daemon.call('channel_create', { name: '@a', bid: '0.01' }, { signal }), 'LBRY_ABORTED', 'unknown')
    const before = fake.asked.length
    await refused(daemon.call('channel_create', { name: '@b', bid: '0.01' }, { signal }), 'LBRY_ABORTED')
    assert.equal(fake.asked.length, before)
    assert.equal((await daemon.call('channel_list', {})).total_items, 1)
  })

  it('waits as long as it takes within its time', async () => {
    await using world = await aWorld()
    world.fake.fault('version', faults.slow(150))
    assert.equal((await world.daemon.call('version', {})).version, '0.113.0')
  })

  it('to a daemon that is not there was not sent', async () => {
    const gone = await aLbryDaemon()
    await gone[Symbol.asyncDispose]()
    await using daemon = openDaemon({ url: gone.url })
    const error = await refused(daemon.call('stream_create', STREAM), 'LBRY_UNREACHABLE')
    assert.equal(error.retryable, true)
  })

  it('follows no redirect', async () => {
    await using other = await aLbryDaemon()
    await using world = await aWorld()
    world.fake.fault('wallet_unlock', faults.redirect(other.url))
    await refused(world.daemon.call('wallet_unlock', { password: 'pass' }), 'LBRY_HTTP_REFUSED')
    assert.equal(other.asked.length, 0)
  })
})

describe('the address of a daemon', () => {
  it('is on this machine', () => {
    for (const url of [
      'http://127.0.0.1:5279',
      'http://127.8.9.1',
      'http://[::1]:5279/lbryapi',
      'http://localhost:5279',
      'http://lbry.localhost:1',
      'http://[::ffff:127.0.0.1]:1',
    ])
      assert.doesNotThrow(() => openDaemon({ url }), url)
  })

  it('is refused anywhere else, unless that is allowed', () => {
    for (const url of [
      'http://10.0.0.7:5279',
      'http://0.0.0.0:5279',
      'http://[::]:5279',
      'http://daemon.example',
      'http://localhost.example',
      'http://127.0.0.1.example',
      'http://[fe80::1]',
      'http://2130706434.example',
    ]) {
      assert.throws(() => openDaemon({ url }), { code: 'LBRY_REMOTE_REFUSED' }, url)
      assert.doesNotThrow(() => openDaemon({ url, allowRemote: true }), url)
    }
  })

  it('has no user, query or other scheme', () => {
    for (const url of [
      '',
      'localhost:5279',
      'ftp://127.0.0.1',
      'http://u:p@127.0.0.1',
      'http://127.0.0.1/?a',
      'http://127.0.0.1/#a',
      'file:///etc/passwd',
    ])
      assert.throws(() => openDaemon({ url }), { code: 'LBRY_URL_INVALID' }, url)
  })

  it('is refused when its name leads elsewhere, at each connection and before one is made', async () => {
    let leads = ['127.0.0.1']
    const lookup: LookupFunction = (_, options, done) => {
      const found = leads.map((address) => ({ address, family: 4 }))
      if (options.all === true) done(null, found)
      else done(null, found[0]?.address ?? '', 4)
    }
    await using fake = await aLbryDaemon()
    const url = fake.url.replace('127.0.0.1', 'localhost')
    for (const answers of [['127.0.0.1'], ['192.0.2.1'], ['127.0.0.1', '192.0.2.1'], []]) {
      leads = answers
      await using daemon = openDaemon({ url, lookup })
      if (answers.length === 1 && answers[0] === '127.0.0.1') await daemon.call('version', {})
      else await refused(daemon.call('wallet_unlock', { password: 'pass' }), 'LBRY_REMOTE_REFUSED')
    }
    assert.equal(fake.asked.length, 1)
  })

  it('cannot be got around with a dispatcher, and a remote one is the caller’s to close', async () => {
    await using dispatcher = { agent: new Agent(), [Symbol.asyncDispose]: () => dispatcher.agent.destroy() }
    const options: DaemonOptions = { dispatcher: dispatcher.agent }
    assert.throws(() => openDaemon(options), { code: 'LBRY_REMOTE_REFUSED' })
    await using fake = await aLbryDaemon()
    const daemon = openDaemon({ ...options, url: fake.url, allowRemote: true })
    await daemon.call('version', {})
    await daemon[Symbol.asyncDispose]()
    assert.equal(dispatcher.agent.destroyed, false)
  })

  it('of a web server that is no daemon is told apart from one', async () => {
    const server = createServer(
      (_, answer) => void answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    )
    const url = await listening(server)
    await using daemon = openDaemon({ url })
    await refused(daemon.call('version', {}), 'LBRY_HTTP_REFUSED')
    server.closeAllConnections()
    server.close()
  })
})

describe('a list', () => {
  async function withStreams(count: number): Promise<Awaited<ReturnType<typeof aWorld>>> {
    const world = await aWorld()
    for (let i = 0; i < count; i += 1) await world.daemon.call('stream_create', { ...STREAM, name: `s-${i}` })
    return world
  }

  it('gives each item once, over all pages', async () => {
    await using world = await withStreams(7)
    for (const extra of [{ page_size: 3 }, { page_size: 7 }, { page_size: 2, no_totals: true }, {}]) {
      const names: (string | undefined)[] = []
      for await (const item of world.daemon.list('stream_list', extra)) names.push(item.name)
      assert.deepEqual(names.sort(), ['s-0', 's-1', 's-2', 's-3', 's-4', 's-5', 's-6'])
    }
  })

  it('ends with an error when it changes while it is read', async () => {
    await using world = await withStreams(4)
    const items = world.daemon.list('stream_list', { page_size: 2 })
    await items.next()
    await items.next()
    await world.daemon.call('stream_abandon', { claim_id: world.fake.wallet.claims()[0]?.claimId ?? '' })
    await refused(items.next(), 'LBRY_LIST_CHANGED')
  })

  it('does not go on for ever with a daemon that gives the same page again', async () => {
    await using world = await aWorld()
    const page = JSON.stringify({
      jsonrpc: '2.0',
      result: { items: ['ab'.repeat(48)], page: 1, page_size: 1, total_items: 9, total_pages: 9 },
    })
    const same: LbryFault = (answer) => void answer.writeHead(200, { 'content-type': 'application/json' }).end(page)
    world.fake.fault('blob_list', same, same, same)
    const items = world.daemon.list('blob_list', { sd_hash: 'ab'.repeat(48) })
    assert.equal((await items.next()).value, 'ab'.repeat(48))
    await refused(items.next(), 'LBRY_REPLY_MALFORMED')
  })

  it('of a daemon without a wallet is an error, never an empty list', async () => {
    await using world = await aWorld()
    const bare: LbryFault = (answer) =>
      void answer.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","result":[]}')
    world.fake.fault('stream_list', bare)
    await refused(world.daemon.list('stream_list', {}).next(), 'LBRY_REPLY_MALFORMED')
  })
})
