import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { base32 } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import { parseCid } from '../../../src/model/content-id.ts'
import { ipnsNameText } from '../../../src/model/ipns-name.ts'
import type { ReadName } from '../../../src/view/ports.ts'
import { openServer } from '../../../src/view/server.ts'
import { FakeServedContent } from '../../fakes/served-content.ts'
import { aHealth, NO_MANIFEST } from './support.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i)
const NAME = ipnsNameText(KEY)
const ROOT = parseCid('bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354')
const BYTES = new TextEncoder().encode('a record')
const TYPE = 'application/vnd.ipfs.ipns-record'

async function serving(context: TestContext, leftMs = 86_400_000): Promise<string> {
  const readName: ReadName = (key) =>
    Buffer.compare(key, KEY) === 0
      ? { bytes: BYTES, root: ROOT, ttlSeconds: 300, validUntilMs: Date.now() + leftMs }
      : undefined
  const server = await openServer({
    ...{ listen: '127.0.0.1:0', content: new FakeServedContent(), manifest: NO_MANIFEST, health: () => aHealth() },
    ...{ readName, signal: new AbortController().signal },
  })
  context.after(() => server.close())
  return server.url
}

function maxAge(answer: Response): number {
  return Number(/^public, max-age=(\d+)$/.exec(answer.headers.get('cache-control') ?? '')?.[1])
}

describe('the routes of names', () => {
  it('give the record on both, under each spelling of the name, to be kept as long as it says', async (context) => {
    const url = await serving(context)
    const cid = CID.parse(NAME, base36)
    const spellings = [NAME, cid.toString(base32), base58btc.baseEncode(cid.multihash.bytes)]
    assert.match(spellings.join(), /^k51[^,]+,bafz[^,]+,12D3Koo\w+$/)
    for (const name of spellings) {
      for (const path of [`/ipns/${name}?format=ipns-record`, `/routing/v1/ipns/${name}`]) {
        const answer = await fetch(url + path)
        assert.equal(answer.status, 200, path)
        assert.equal(answer.headers.get('content-type'), TYPE)
        assert.equal(maxAge(answer), 300)
        const lasts = Date.parse(answer.headers.get('expires') ?? '') - Date.now()
        assert.ok(lasts > 200_000 && lasts <= 301_000, `${lasts}`)
        assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), BYTES)
        const again = await fetch(url + path, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } })
        assert.equal(again.status, 304)
      }
    }
    const asked = await fetch(`${url}/ipns/${NAME}`, { headers: { accept: TYPE } })
    assert.equal(asked.headers.get('content-type'), TYPE)
    assert.match(asked.headers.get('content-disposition') ?? '', /^attachment; filename="k51\w+\.ipns-record"$/)
    assert.equal((await fetch(`${url}/ipns/${NAME}?format=ipns-record`, { method: 'HEAD' })).status, 200)
  })

  it('never say longer than the record holds', async (context) => {
    const url = await serving(context, 20_500)
    assert.equal(maxAge(await fetch(`${url}/routing/v1/ipns/${NAME}`)), 20)
  })

  it('lead whoever does not ask for the record to what it names, path and query kept', async (context) => {
    const url = await serving(context)
    for (const below of ['', '/', '/manifest/checkpoint', '/a%20b/c?format=raw']) {
      const answer = await fetch(`${url}/ipns/${NAME}${below}`, { redirect: 'manual' })
      assert.deepEqual([answer.status, answer.headers.get('location')], [307, `/ipfs/${ROOT}${below}`])
      assert.equal(maxAge(answer), 300)
    }
  })

  it('answer 404 to every other name, for a minute on the route of routers', async (context) => {
    const url = await serving(context)
    const other = ipnsNameText(new Uint8Array(32).fill(9))
    for (const name of [other, 'archive.example', `${ROOT}`, '', `${NAME}x`, 'k51'.padEnd(5_00, 'a')]) {
      assert.equal((await fetch(`${url}/ipns/${name}?format=ipns-record`)).status, 404, name)
      const routed = await fetch(`${url}/routing/v1/ipns/${name}`)
      assert.deepEqual([routed.status, maxAge(routed)], [404, 60], name)
    }
    assert.equal((await fetch(`${url}/ipns/${NAME}/path?format=ipns-record`)).status, 400)
    assert.equal((await fetch(`${url}/routing/v1/ipns/${NAME}/more`)).status, 404)
    assert.equal((await fetch(`${url}/routing/v1/providers/${ROOT}`)).status, 404)
  })

  it('tell who takes other types only which one there is, and take nothing from strangers', async (context) => {
    const url = await serving(context)
    const json = await fetch(`${url}/routing/v1/ipns/${NAME}`, { headers: { accept: 'application/json' } })
    assert.equal(json.status, 406)
    assert.match(await json.text(), new RegExp(TYPE))
    const put = await fetch(`${url}/routing/v1/ipns/${NAME}`, { method: 'PUT', body: BYTES })
    assert.ok(put.status === 405 || put.status === 413, `${put.status}`)
  })
})
