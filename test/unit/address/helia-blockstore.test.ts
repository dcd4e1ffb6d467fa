import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { unixfs } from '@helia/unixfs'
import { createHeliaLight } from 'helia'
import type { CID } from 'multiformats/cid'
import { readCar, writeCar } from '../../../src/address/car.ts'
import { heliaBlockstore } from '../../../src/address/helia-blockstore.ts'
import { importBundle } from '../../../src/address/import-bundle.ts'
import { cidText, rawCid } from '../../../src/model/content-id.ts'
import { bytesOf, gather, type Workbench, workbench } from './samples.ts'

const MIB = 1_048_576
const { signal } = new AbortController()
const FILM = bytesOf('film', 3 * MIB + 1)

async function bundleIn(bench: Workbench): Promise<{ root: CID; film: CID; path: string }> {
  const film = await bench.addFile('film', FILM)
  const documents = [{ path: 'bundle.json', bytes: Buffer.from('{"title":"x"}') }]
  const { root } = await importBundle(documents, [{ path: 'video.mp4', cid: film.cid }], bench.store)
  return { root, film: film.cid, path: film.path }
}

describe('Helia over the reference store', () => {
  it('cats a film, lists and states a bundle', async () => {
    await using bench = await workbench()
    const { root, film } = await bundleIn(bench)
    const fs = unixfs({ blockstore: heliaBlockstore(bench.store) })
    assert.ok((await gather(fs.cat(film))).equals(FILM))
    assert.ok(
      (await gather(fs.cat(root, { path: 'video.mp4', offset: MIB - 1, length: 3 }))).equals(
        FILM.subarray(MIB - 1, MIB + 2),
      ),
    )
    const names: string[] = []
    for await (const entry of fs.ls(root)) names.push(entry.name)
    assert.deepEqual(names, ['bundle.json', 'video.mp4'])
    const stat = await fs.stat(film)
    assert.deepEqual([stat.type, stat.size], ['file', BigInt(FILM.length)])
    assert.equal((await fs.stat(root)).type, 'directory')
  })

  it('pins a bundle through a node that listens nowhere, and keeps no copy of the film', async () => {
    await using bench = await workbench()
    const { root } = await bundleIn(bench)
    const count = (): unknown => bench.database.prepare('SELECT count(*) AS n FROM small_block').get()?.['n']
    const before = count()
    const node = createHeliaLight({ blockstore: heliaBlockstore(bench.store) })
    await node.start()
    try {
      const pinned: string[] = []
      for await (const cid of node.pins.add(root)) pinned.push(cidText(cid))
      assert.deepEqual(new Set(pinned), new Set([...bench.store.blocksOf(root)].map(({ cid }) => cidText(cid))))
      assert.equal(await node.pins.isPinned(root), true)
      await node.gc()
      assert.ok((await gather(unixfs(node).cat(root, { path: 'bundle.json' }))).equals(Buffer.from('{"title":"x"}')))
      assert.equal(count(), before)
    } finally {
      await node.stop()
    }
  })

  it('loses nothing to a garbage collection that knows no pins', async () => {
    await using bench = await workbench()
    const { root } = await bundleIn(bench)
    const node = createHeliaLight({ blockstore: heliaBlockstore(bench.store) })
    await node.start()
    await node.gc()
    await node.stop()
    assert.equal([...bench.store.blocksOf(root)].length, 7)
    for (const { cid } of bench.store.blocksOf(root)) assert.ok(await bench.store.readBlock(cid, { signal }))
  })

  it('takes what @helia/unixfs adds, as small blocks, unless a file has it already', async () => {
    await using bench = await workbench()
    await bundleIn(bench)
    const before = Number(bench.database.prepare('SELECT count(*) AS n FROM small_block').get()?.['n'])
    const fs = unixfs({ blockstore: heliaBlockstore(bench.store) })
    const cid = await fs.addBytes(FILM, { profile: 'unixfs-v1-2025' })
    assert.equal(cidText(cid), cidText((await bundleIn(bench)).film))
    assert.equal(bench.database.prepare('SELECT count(*) AS n FROM small_block').get()?.['n'], before)
    const note = await fs.addBytes(Buffer.from('note'), { profile: 'unixfs-v1-2025' })
    assert.ok((await gather(fs.cat(note))).equals(Buffer.from('note')))
    assert.equal(bench.database.prepare('SELECT count(*) AS n FROM small_block').get()?.['n'], before + 1)
  })

  it('carries a bundle to another home as a CAR', async () => {
    await using here = await workbench()
    await using there = await workbench()
    const { root, film } = await bundleIn(here)
    const { roots, blocks } = await readCar(writeCar(here.store, root, { signal }), { signal, maxBytes: 100 * MIB })
    assert.deepEqual(roots.map(cidText), [cidText(root)])
    const blockstore = heliaBlockstore(there.store)
    for await (const { cid, bytes } of blocks) await blockstore.put(cid, bytes)
    assert.ok((await gather(there.store.readFileRange(film, 0, FILM.length, { signal }))).equals(FILM))
  })

  it('never hands out other bytes than the CID says, and says what is missing', async () => {
    await using bench = await workbench()
    const { film, path } = await bundleIn(bench)
    const blockstore = heliaBlockstore(bench.store)
    const unknown = rawCid(hash('sha256', '?', 'buffer'))
    assert.equal(await blockstore.has(unknown), false)
    await assert.rejects(async () => gather(blockstore.get(unknown) as AsyncIterable<Uint8Array>), {
      code: 'BLOCK_MISSING',
    })
    await assert.rejects(async () => blockstore.put(unknown, Buffer.from('other')), { code: 'BLOCK_MISMATCH' })
    await unlink(path)
    await assert.rejects(gather(unixfs({ blockstore }).cat(film)), {
      code: 'BLOCK_MISSING',
    })
  })
})
