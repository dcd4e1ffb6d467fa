import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readCar } from '../../../src/address/car.ts'
import { AddressError } from '../../../src/address/errors.ts'
import { walkDag } from '../../../src/address/walk-dag.ts'
import { cidText, parseCid } from '../../../src/model/content-id.ts'
import { gatewaySource } from '../../../src/read/block-pool.ts'
import { getBundle } from '../../../src/read/get-bundle.ts'
import { closeNetwork, configureNetwork } from '../../../src/read/network.ts'
import { aGateway, listening } from '../../fakes/fake-gateway.ts'
import { aMadeBundle, MadeBlocks, someBytes } from '../../fakes/made-bundle.ts'
import { aWorld, bytesOf } from '../view/support.ts'
import { flips, otherLengths, Tally } from './every-byte.ts'

const signal = new AbortController().signal

before(() => configureNetwork({ proxyUrl: undefined, idleMs: 200, graceMs: 400 }))
after(() => closeNetwork())

/** What a reader makes of a CAR: every block of what was asked for, or an error. */
async function readAll(car: Uint8Array, root: string): Promise<string> {
  async function* inOne(): AsyncGenerator<Uint8Array> {
    yield car
  }
  const { roots, blocks } = await readCar(inOne(), { signal, maxBytes: 2 ** 20 })
  if (roots.length !== 1 || roots[0] === undefined || cidText(roots[0]) !== root)
    throw new AddressError('CAR_INVALID', 'this CAR is of another root')
  const held = new Map<string, Uint8Array>()
  for await (const { cid, bytes } of blocks) held.set(cidText(cid), bytes)
  const source = { readBlock: async (cid: Parameters<typeof cidText>[0]) => held.get(cidText(cid)) }
  const found: string[] = []
  for await (const { cid, bytes } of walkDag(source, parseCid(root), { signal }))
    found.push(`${cidText(cid)} ${bytes.length}`)
  return found.join('\n')
}

describe('of a CAR that our gateway gives', () => {
  /** A file of four small leaves, one of them twice, in a directory. */
  const made = new MadeBlocks()
  const leaves = [1, 2, 3, 1].map((n) => someBytes(3_000 + n).subarray(n))
  const file = made.fileNode(leaves.map((bytes) => ({ cid: made.leaf(bytes), bytes: bytes.length })))
  const root = cidText(made.directory({ 'video.mp4': file, 'bundle.json': made.leaf(someBytes(500)) }))

  async function aCar(): Promise<Uint8Array> {
    const { content, get } = aWorld()
    for (const [cid, bytes] of made.blocks) content.put(parseCid(cid), bytes)
    const answer = await get(`/ipfs/${root}?format=car`)
    assert.equal(answer.status, 200)
    return bytesOf(answer)
  }

  it('every altered byte is found, but for the codec of a block that is there twice', async (t) => {
    const car = await aCar()
    const truth = await readAll(car, root)
    assert.equal(truth.split('\n').length, 6, 'directory, document, file, three leaves')
    const tally = new Tally(['CAR_INVALID', 'BLOCK_MISSING', 'CONTENT_UNKNOWN', 'DAG_INVALID'])
    for (const flip of flips(car, { short: 2_000 })) await tally.take('CAR', flip, truth, () => readAll(car, root))
    const repeated = made.leaf(leaves[0] ?? assert.fail()).bytes
    const second = Buffer.from(car).lastIndexOf(repeated)
    const first = Buffer.from(car).lastIndexOf(repeated, second - 1)
    // Under another codec it is another block, which nobody asked for; the right one stands in the CAR a second time.
    const codecs = [first + 1, second + 1].map((at) => [at, at + 1] as const)
    tally.assertRedundantOnlyIn('CAR', codecs)
    tally.tell(t, 'CAR')
  })

  it('a byte too few or too many is found', async () => {
    for (const bytes of otherLengths(await aCar()))
      await assert.rejects(readAll(bytes, root), { name: 'AddressError', code: 'CAR_INVALID' })
  })
})

/** A server that answers every request with these bytes, head and all. */
async function aTalker(answer: Uint8Array): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => socket.end(answer))
  })
  const url = await listening(server)
  return {
    url,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

describe('of the answer of a gateway to `get`', () => {
  it('every altered byte of a block is found, and its head may say what it wants', async (t) => {
    const made = new MadeBlocks()
    const block = someBytes(8_000)
    const cid = made.leaf(block)
    const head = [
      ...['HTTP/1.1 200 OK', 'content-type: application/vnd.ipld.raw', `content-length: ${block.length}`],
      ...[`etag: "${cidText(cid)}.raw"`, 'cache-control: public, max-age=29030400, immutable', 'connection: close'],
    ]
    const answer = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), block])
    await using talker = await aTalker(answer)
    const source = gatewaySource([talker.url], () => undefined)
    const truth = Buffer.from(block).toString('latin1')
    const tally = new Tally(['SOURCES_EXHAUSTED'])
    for (const flip of flips(answer, { short: 400 }))
      await tally.take('answer', flip, truth, async () =>
        Buffer.from(await source.fetch(cid, signal)).toString('latin1'),
      )
    // What came is hashed, and is the block or is not, whatever stands above it.
    tally.assertRedundantOnlyIn('answer', [[0, answer.length - block.length]])
    tally.tell(t, 'answer')
  })

  it('every altered byte of every block of a bundle is found, and nothing wrong is written under its name', async (t) => {
    const { promised, made, video } = aMadeBundle(someBytes(700))
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-every-byte-'))
    t.after(() => rmSync(directory, { recursive: true, force: true }))
    await using gateway = await aGateway(made.blocks)
    const source = gatewaySource([gateway.url], () => undefined)
    const right = new Map<string, Buffer>()
    const tally = new Tally(['SOURCES_EXHAUSTED'])
    const get = async (): Promise<string> => {
      const names: string[] = []
      try {
        for await (const { name } of getBundle(promised, directory, source, { signal, stopping: signal }))
          names.push(name)
        return names.join(' ')
      } finally {
        for (const name of readdirSync(directory).filter((one) => !one.endsWith('.part'))) {
          const bytes = readFileSync(join(directory, name))
          assert.ok(right.size === 0 || bytes.equals(right.get(name) ?? new Uint8Array(0)), name)
        }
      }
    }
    const truth = await get()
    for (const name of readdirSync(directory)) right.set(name, readFileSync(join(directory, name)))
    assert.deepEqual([right.size, right.get('video.mp4')?.equals(video)], [4, true])
    for (const block of made.blocks.values()) {
      for (const flip of flips(block, { short: 60, oneMask: true })) {
        rmSync(directory, { recursive: true, force: true })
        mkdirSync(directory)
        await tally.take('bundle', flip, truth, get)
      }
    }
    tally.assertRedundantOnlyIn('bundle', [])
    tally.tell(t, 'bundle')
  })
})
