import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { CarReader } from '@ipld/car'
import { encode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import type { BlockSource } from '../../../src/address/block-source.ts'
import { readCar, writeCar } from '../../../src/address/car.ts'
import { importBundle } from '../../../src/address/import-bundle.ts'
import { walkDag } from '../../../src/address/walk-dag.ts'
import { cidText, dagPbCid, rawCid } from '../../../src/model/content-id.ts'
import { bytesOf, gather, type Workbench, workbench } from './samples.ts'

const MIB = 1_048_576
const { signal } = new AbortController()
const sha256 = (bytes: Uint8Array | string): Buffer => hash('sha256', bytes, 'buffer')
const LIMITS = { signal, maxBytes: 100 * MIB }

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function bundleIn(bench: Workbench): Promise<{ root: CID; film: string }> {
  const film = await bench.addFile(
    'film',
    Buffer.concat([bytesOf('film', MIB), Buffer.alloc(2 * MIB), Buffer.from('end')]),
  )
  const documents = [
    { path: 'bundle.json', bytes: Buffer.from('{}') },
    { path: 'copy/bundle.json', bytes: Buffer.from('{}') },
  ]
  return {
    root: (await importBundle(documents, [{ path: 'video.mp4', cid: film.cid }], bench.store)).root,
    film: film.path,
  }
}

async function readAll(
  bytes: Uint8Array,
  pieces = 65_536,
  limits = LIMITS,
): Promise<{ roots: string[]; blocks: string[] }> {
  const { roots, blocks } = await readCar(inPieces(bytes, pieces), limits)
  const list: string[] = []
  for await (const { cid } of blocks) list.push(cidText(cid))
  return { roots: roots.map(cidText), blocks: list }
}

/** A source that has these blocks, whatever their CIDs say. */
function sourceOf(blocks: readonly { cid: CID; bytes: Uint8Array }[]): BlockSource {
  const byCid = new Map(blocks.map(({ cid, bytes }) => [cidText(cid), bytes]))
  return { readBlock: async (cid) => byCid.get(cidText(cid)) }
}

function node(...links: CID[]): { cid: CID; bytes: Uint8Array } {
  const bytes = encode({ Links: links.map((Hash) => ({ Name: '', Tsize: 1, Hash })) })
  return { cid: dagPbCid(sha256(bytes)), bytes }
}

describe('a CAR', () => {
  it('holds what blocksOf lists, in that order, as a CARv1 that others read', async () => {
    await using bench = await workbench()
    const { root } = await bundleIn(bench)
    const car = await gather(writeCar(bench.store, root, { signal, duplicates: true }))
    const listed = [...bench.store.blocksOf(root)].map(({ cid }) => cidText(cid))
    const reader = await CarReader.fromBytes(car)
    assert.deepEqual((await reader.getRoots()).map(String), [cidText(root)])
    const theirs: string[] = []
    for await (const { cid, bytes } of reader.blocks()) {
      theirs.push(cid.toString())
      assert.deepEqual(sha256(bytes), Buffer.from(cid.multihash.digest))
    }
    assert.deepEqual(theirs, listed)
    assert.deepEqual((await readAll(car)).blocks, listed)
  })

  it('holds each block once unless asked for more', async () => {
    await using bench = await workbench()
    const { root } = await bundleIn(bench)
    const once = await readAll(await gather(writeCar(bench.store, root, { signal })))
    assert.equal(new Set(once.blocks).size, once.blocks.length)
    const listed = [...bench.store.blocksOf(root)].map(({ cid }) => cidText(cid))
    assert.deepEqual(once.blocks, [...new Set(listed)])
    assert.ok(listed.length > once.blocks.length)
    assert.deepEqual(once.roots, [cidText(root)])
  })

  it('fails, instead of ending, when a block cannot be given', async () => {
    await using bench = await workbench()
    const { root, film } = await bundleIn(bench)
    await unlink(film)
    await assert.rejects(gather(writeCar(bench.store, root, { signal })), {
      name: 'AddressError',
      code: 'BLOCK_MISSING',
    })
    await assert.rejects(gather(writeCar(bench.store, rawCid(sha256('?')), { signal })), { code: 'CONTENT_UNKNOWN' })
  })

  it('reads the same however it arrives', async () => {
    const leaf = { cid: rawCid(sha256('leaf')), bytes: Buffer.from('leaf') }
    const top = node(leaf.cid, leaf.cid)
    const car = await gather(writeCar(sourceOf([leaf, top]), top.cid, { signal, duplicates: true }))
    for (const size of [1, 2, 7, 1000])
      assert.deepEqual((await readAll(car, size)).blocks, [top.cid, leaf.cid, leaf.cid].map(cidText))
  })

  it('is refused after any one byte changed, or where it was cut', async () => {
    const leaf = { cid: rawCid(sha256('leaf')), bytes: Buffer.from('leaf') }
    const top = node(leaf.cid)
    const car = await gather(writeCar(sourceOf([leaf, top]), top.cid, { signal }))
    const header = car.indexOf(Buffer.from(top.cid.bytes), 60) - 1
    for (let at = header; at < car.length; at++) {
      const bad = Buffer.from(car)
      bad[at] = (bad[at] ?? 0) ^ 1
      // A flip in a codec names the same bytes otherwise, so it is no lie about them.
      const refused = await readAll(bad).then(
        ({ blocks }) => !blocks.every((cid) => [top, leaf].some((block) => cidText(block.cid) === cid)),
        (error) => error.code === 'CAR_INVALID',
      )
      assert.ok(refused, `byte ${at}`)
    }
    for (const cut of [0, 1, 10, header + 1, header + 20, car.length - 1]) {
      await assert.rejects(
        readAll(car.subarray(0, cut)),
        { name: 'AddressError', code: 'CAR_INVALID' },
        `cut at ${cut}`,
      )
    }
  })

  it('is refused when it claims a block of gigabytes, before that many bytes are gathered', async () => {
    const car = await gather(
      writeCar(sourceOf([{ cid: rawCid(sha256('x')), bytes: Buffer.from('x') }]), rawCid(sha256('x')), { signal }),
    )
    const header = car.subarray(0, car.length - 38)
    let given = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield header
      yield Uint8Array.from([0x80, 0x80, 0x80, 0x80, 0x10, ...rawCid(sha256('x')).bytes])
      for (;;) {
        given += MIB
        yield new Uint8Array(MIB)
      }
    }
    const { blocks } = await readCar(endless(), { signal, maxBytes: Number.MAX_SAFE_INTEGER })
    await assert.rejects(gather(bytesOnly(blocks)), { code: 'CAR_INVALID' })
    assert.ok(given <= 2 * MIB, `${given} bytes were taken`)
  })

  it('is refused beyond the length it may have, and its source is closed', async () => {
    const blocks = Array.from({ length: 20 }, (_, i) => ({
      cid: rawCid(sha256(`leaf ${i}`)),
      bytes: Buffer.from(`leaf ${i}`),
    }))
    const top = node(...blocks.map(({ cid }) => cid))
    const car = await gather(writeCar(sourceOf([...blocks, top]), top.cid, { signal }))
    let closed = false
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield* inPieces(car, 100)
      } finally {
        closed = true
      }
    }
    const reading = await readCar(source(), { signal, maxBytes: car.length - 1 })
    await assert.rejects(gather(bytesOnly(reading.blocks)), { code: 'CAR_INVALID' })
    assert.ok(closed)
  })

  it('passes on what its source throws', async () => {
    const car = await gather(
      writeCar(sourceOf([{ cid: rawCid(sha256('x')), bytes: Buffer.from('x') }]), rawCid(sha256('x')), { signal }),
    )
    const fault = new Error('the line broke')
    async function* breaking(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      yield bytes
      throw fault
    }
    await assert.rejects(readCar(breaking(car.subarray(0, 10)), LIMITS), fault)
    const { blocks } = await readCar(breaking(car.subarray(0, -1)), LIMITS)
    await assert.rejects(gather(bytesOnly(blocks)), fault)
  })
})

describe('walking a DAG', () => {
  it('ends at once in a DAG that repeats itself a billion times', async () => {
    let top = node(rawCid(sha256('leaf')))
    const blocks = [top, { cid: rawCid(sha256('leaf')), bytes: Buffer.from('leaf') }]
    for (let i = 0; i < 30; i++) {
      top = node(top.cid, top.cid)
      blocks.push(top)
    }
    let count = 0
    for await (const _ of walkDag(sourceOf(blocks), top.cid, { signal })) count++
    assert.equal(count, 32)
  })

  it('refuses a chain without end', async () => {
    let top = node()
    const blocks = [top]
    for (let i = 0; i < 70; i++) {
      top = node(top.cid)
      blocks.push(top)
    }
    await assert.rejects(gather(bytesOnly(walkDag(sourceOf(blocks), top.cid, { signal }))), { code: 'DAG_INVALID' })
  })

  it('refuses what is not dag-pb', async () => {
    const bad = { cid: dagPbCid(sha256('bad')), bytes: Buffer.from('bad') }
    await assert.rejects(gather(bytesOnly(walkDag(sourceOf([bad]), bad.cid, { signal }))), { code: 'DAG_INVALID' })
  })
})

async function* bytesOnly(blocks: AsyncIterable<{ bytes: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of blocks) yield bytes
}
