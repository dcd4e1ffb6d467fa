import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { openWitness } from '../../../src/pipeline/open-witness.ts'
import { createCosigners } from '../../../src/store/cosigner-keys.ts'
import { homePaths } from '../../../src/store/home.ts'
import { openServer } from '../../../src/view/server.ts'
import { LOG, ORIGIN, testSigner } from '../../fakes/manifest-log.ts'
import { FakeServedContent } from '../../fakes/served-content.ts'
import { aWitnessedLog } from '../../fakes/witnessed-log.ts'
import { temporaryDirectory } from '../store/temporary-directory.ts'
import { aHealth, NO_MANIFEST } from './support.ts'

const honest = aWitnessedLog('honest', 6)
const forked = aWitnessedLog('forked', 6)
const LOG_HASH = createHash('sha256').update(ORIGIN).digest('hex')

async function aHome(context: TestContext): Promise<string> {
  const home = await temporaryDirectory(context)
  await createCosigners(homePaths(home), { name: 'm-1', passphrase: undefined })
  return home
}

/** A server that witnesses the test log with the keys of a home. */
async function serving(home: string) {
  const world = { config: { stateDirectory: `${home}/outside` }, askPassphrase: async () => '' }
  const witness = await openWitness(homePaths(home), world, { logs: [LOG.key.text], onProblem: () => undefined })
  const server = await openServer({
    ...{ listen: '127.0.0.1:0', content: new FakeServedContent(), manifest: NO_MANIFEST, health: () => aHealth() },
    ...{ witness, signal: new AbortController().signal },
  })
  const post = async (body: Uint8Array | string) => {
    const answer = await fetch(`${server.url}/witness/add-checkpoint`, { method: 'POST', body: Buffer.from(body) })
    const type = answer.headers.get('content-type')?.split(';')[0]
    return { status: answer.status, type, text: await answer.text() }
  }
  return {
    ...{ url: server.url, post },
    async [Symbol.asyncDispose]() {
      await server.close()
      witness[Symbol.dispose]()
    },
  }
}

describe('POST /witness/add-checkpoint', () => {
  it('gives each answer of the witness protocol', async (t) => {
    await using server = await serving(await aHome(t))
    const { post } = server
    assert.equal((await post('')).status, 400)
    assert.equal((await post('old 0\n\nthis is no note\n')).status, 400)
    assert.equal((await post(aWitnessedLog('x', 0, testSigner('other.example/log')).body(0, 5))).status, 404)
    assert.equal((await post(aWitnessedLog('x', 0, testSigner('thief', ORIGIN)).body(0, 5))).status, 403)
    assert.deepEqual(await post(honest.body(5, 7)), { status: 409, type: 'text/x.tlog.size', text: '0\n' })
    const first = await post(honest.body(0, 7))
    assert.equal(first.status, 200)
    assert.match(first.text, /^— m-1\/witness [A-Za-z0-9+/]{102}==\n$/)
    assert.deepEqual(await post(honest.body(0, 9)), { status: 409, type: 'text/x.tlog.size', text: '7\n' })
    assert.equal((await post(honest.body(9, 7))).status, 400)
    assert.equal((await post(forked.body(7, 9))).status, 422)
    assert.equal((await post(forked.body(7, 7))).status, 422)
    assert.equal((await post(honest.body(7, 300))).status, 200)
    assert.deepEqual(await post(honest.body(7, 7)), { status: 409, type: 'text/x.tlog.size', text: '300\n' })
  })

  it('cosigns one of two histories that come at once, and remembers it over a restart', async (t) => {
    const home = await aHome(t)
    {
      await using server = await serving(home)
      await server.post(honest.body(0, 6))
      const asked = [honest, forked].flatMap((log) => [9, 9, 12].map((size) => server.post(log.body(6, size))))
      const statuses = (await Promise.all(asked)).map(({ status }) => status)
      assert.deepEqual([...new Set(statuses)].sort(), [200, 409])
      assert.equal(statuses.filter((status) => status === 200).length, 1)
    }
    await using again = await serving(home)
    const { status, text } = await again.post(honest.body(0, 20))
    assert.deepEqual([status, text === '9\n' || text === '12\n'], [409, true])
  })

  it('shows the newest head that it cosigned, by the hash of the origin', async (t) => {
    await using server = await serving(await aHome(t))
    const shown = async () => await fetch(`${server.url}/witness/${LOG_HASH}/checkpoint`)
    assert.equal((await shown()).status, 404)
    const { text: line } = await server.post(honest.body(0, 7))
    assert.equal(await (await shown()).text(), `${Buffer.from(honest.note(7))}${line}`)
    assert.equal((await fetch(`${server.url}/witness/${'0'.repeat(64)}/checkpoint`)).status, 404)
    assert.equal((await fetch(`${server.url}/witness/x/checkpoint`)).status, 404)
  })

  it('bounds what it reads, and takes bodies nowhere else', async (t) => {
    await using server = await serving(await aHome(t))
    const { post, url } = server
    assert.equal((await post(Buffer.alloc(200_000, 65))).status, 413)
    const elsewhere = await fetch(`${url}/manifest/checkpoint`, { method: 'POST', body: 'x' })
    assert.equal(elsewhere.status, 413)
    assert.equal((await fetch(`${url}/manifest/cosignature`, { method: 'POST', body: 'x' })).status, 413)
    assert.equal((await fetch(`${url}/witness/add-checkpoint`)).status, 404)
    const { hostname, port } = new URL(url)
    const endless = connect(Number(port), hostname)
    endless.on('error', () => undefined)
    endless.write('POST /witness/add-checkpoint HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n')
    const answer = textOf(endless)
    for (let sent = 0; sent < 300 && endless.writable; sent += 1) endless.write(`1000\r\n${'A'.repeat(4096)}\r\n`)
    assert.match(await answer, /^HTTP\/1\.1 413 /)
    assert.equal((await post(honest.body(0, 7))).status, 200)
  })
})
