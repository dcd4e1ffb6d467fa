import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { CarReader } from '@ipld/car/reader'
import { distinctBytes, type FakeImport, FakeServedContent } from '../fakes/served-content.ts'
import { serveContent } from './fake-gateway.ts'
import { aKubo, kubo } from './kubo.ts'

const MIB = 1_048_576
const CAR = 'application/vnd.ipld.car; version=1; order=dfs; dups=y'
/** Bytes of the one large file: four chunks and a bit. */
const LARGE = 4 * MIB + 17

type Headers = Readonly<Record<string, string>>

/** The same content behind two gateways. */
interface Both {
  readonly plain: FakeImport
  readonly sharded: FakeImport
  /** Our answer and Kubo's to one request. @param ask - what follows `/ipfs/`. */
  answers(ask: string, headers: Headers): Promise<readonly [Answer, Answer]>
}

/** What an answer comes to, as far as two gateways can be held to each other. */
interface Answer {
  readonly status: number
  /** CIDs of a CAR in their order. */
  readonly blocks?: readonly string[]
  readonly sha256?: string
  readonly contentRange?: string | null
}

async function bothGateways(context: TestContext): Promise<Both> {
  const content = new FakeServedContent()
  const plain = await content.addDirectory({
    ...{ 'small.vtt': Buffer.from('WEBVTT'), 'empty.txt': new Uint8Array(0), 'a/b/c.txt': Buffer.from('deep') },
    'video.mp4': distinctBytes(LARGE),
  })
  // Some of the files are the same, so that blocks stand twice.
  const many = Array.from({ length: 700 }, (_, n) => [`айғақ ${n}.txt`, Buffer.from(`${n % 650}`)] as const)
  const files = { ...Object.fromEntries(many), 'video.mp4': distinctBytes(2 * MIB, 7) }
  const sharded = await content.addDirectory(files, { shardAbove: 1 })
  const server = await serveContent(content)
  context.after(() => server.close())
  const node = await aKubo(context)
  for (const { root } of [plain, sharded]) {
    const car = await fetch(`${server.url}/ipfs/${root}?format=car`)
    await node.run(['dag', 'import', '--offline', '--pin-roots'], new Uint8Array(await car.arrayBuffer()))
  }
  const gateways = [server.url, await node.gateway()] as const
  const ask = (url: string, what: string, headers: Headers) => answerOf(`${url}/ipfs/${what}`, headers)
  return {
    ...{ plain, sharded },
    answers: (what, headers) => Promise.all([ask(gateways[0], what, headers), ask(gateways[1], what, headers)]),
  }
}

async function answerOf(url: string, headers: Headers): Promise<Answer> {
  const answer = await fetch(url, { headers, redirect: 'manual' })
  const body = new Uint8Array(await answer.arrayBuffer())
  const { status } = answer
  if (status >= 300) return { status }
  if (headers['accept'] !== CAR)
    return { status, contentRange: answer.headers.get('content-range'), sha256: hash('sha256', body) }
  const car = await CarReader.fromBytes(body)
  const blocks: string[] = []
  for await (const cid of car.cids()) blocks.push(`${cid}`)
  return { status, blocks }
}

function pathsOf({ plain, sharded }: Both): string[] {
  const below = ['', '/video.mp4', '/small.vtt', '/empty.txt', '/a', '/a/b/c.txt'].map((path) => `${plain.root}${path}`)
  return [...below, `${plain.file('video.mp4')}`, `${sharded.root}`, `${sharded.root}/${encodeURI('айғақ 77.txt')}`]
}

describe('answers of our gateway beside those of Kubo', { skip: kubo.skip, concurrency: 1 }, () => {
  it('hold the same blocks in the same order, for every scope, down plain and sharded directories', async (context) => {
    const both = await bothGateways(context)
    for (const path of pathsOf(both)) {
      for (const scope of ['', '?dag-scope=block', '?dag-scope=entity', '?dag-scope=all']) {
        const [ours, theirs] = await both.answers(path + scope, { accept: CAR })
        assert.deepEqual(ours, theirs, path + scope)
        assert.ok(ours.blocks !== undefined && ours.blocks.length > 0)
      }
    }
  })

  it('hold the blocks of a part of a file and no others, whichever end it is counted from', async (context) => {
    const both = await bothGateways(context)
    const { plain, sharded } = both
    const within = ['0:*', '0:0', '0:-1', '1:1048575', '1048575:1048576', '1048576:1048576', '2097152:*', '0:99999999']
    const fromEnd = ['-1:*', '-17:-1', '-18:*', '-5:-2', '-99999999:*', '-99999999:0', `${LARGE - 1}:*`]
    const asks = [...within, ...fromEnd].map(
      (bytes) => `${plain.root}/video.mp4?dag-scope=entity&entity-bytes=${bytes}`,
    )
    const nothingToCut = [plain.root, sharded.root, `${plain.root}/small.vtt`, `${plain.root}/empty.txt`]
    for (const path of nothingToCut) asks.push(`${path}?dag-scope=entity&entity-bytes=0:*`)
    for (const ask of asks) {
      const [ours, theirs] = await both.answers(ask, { accept: CAR })
      assert.deepEqual(ours, theirs, ask)
      assert.ok(ours.blocks !== undefined && ours.blocks.length > 0, ask)
    }
  })

  it('hold the same bytes of a file, whole and for ranges of it', async (context) => {
    const both = await bothGateways(context)
    for (const name of ['video.mp4', 'small.vtt']) {
      const path = `${both.plain.root}/${name}`
      for (const range of ['0-0', '0-', '-1', '2-4', '0-99999999', `${LARGE}-`]) {
        const [ours, theirs] = await both.answers(path, { range: `bytes=${range}` })
        assert.deepEqual(ours, theirs, `${name} ${range}`)
        assert.equal(ours.status, range === `${LARGE}-` ? 416 : 206)
      }
      const [ours, theirs] = await both.answers(path, {})
      assert.deepEqual(ours, theirs)
      const raw = { accept: 'application/vnd.ipld.raw' }
      assert.deepEqual(...(await both.answers(`${both.plain.file(name)}`, raw)))
    }
  })

  // Each is allowed by trustless-gateway; a difference that goes away, or a new one, is worth a look.
  it('differ only where the specification leaves the choice', async (context) => {
    const both = await bothGateways(context)
    const { root } = both.plain
    const statuses = async (ask: string): Promise<readonly number[]> =>
      (await both.answers(ask, { accept: CAR })).map(({ status }) => status)
    // A name that is not there: said at once, or a CAR as far as the path goes.
    for (const path of [`${root}/missing`, `${root}/small.vtt/below`, `${both.sharded.root}/missing`])
      assert.deepEqual(await statuses(path), [404, 200], path)
    // Wholly outside of the file: refused where it is known upfront, or the root block.
    const video = `${root}/video.mp4?dag-scope=entity&entity-bytes=`
    assert.deepEqual(await statuses(`${video}${LARGE}:*`), [400, 200])
    // An empty range: the root block, as the specification says; Kubo refuses it.
    assert.deepEqual(await statuses(`${video}5:2`), [200, 400])
    for (const nonsense of ['*:1', '1:', 'a:b', '']) assert.deepEqual(await statuses(video + nonsense), [400, 400])
  })
})
