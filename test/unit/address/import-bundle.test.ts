import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { importer } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { importBundle } from '../../../src/address/import-bundle.ts'
import { cidText, rawCid } from '../../../src/model/content-id.ts'
import { bytesOf, gather, workbench } from './samples.ts'

const MIB = 1_048_576
const { signal } = new AbortController()
const DOCUMENTS = [
  { path: 'bundle.json', bytes: Buffer.from('{"schema":"holdfast-bundle/1"}') },
  { path: 'files.json', bytes: bytesOf('long document', 2 * MIB + 9) },
]

async function ordinaryRoot(
  files: readonly { path: string; bytes: Uint8Array }[],
): Promise<{ cid: CID; tsize: number }> {
  const discard = { put: async (cid: CID): Promise<CID> => cid }
  const source = files.map(({ path, bytes }) => ({ path, content: bytes }))
  let last: { cid: CID; tsize: number } | undefined
  for await (const { cid, size } of importer(source, discard, { profile: 'unixfs-v1-2025', wrapWithDirectory: true })) {
    last = { cid, tsize: Number(size) }
  }
  assert.ok(last)
  return last
}

describe('importing a bundle', () => {
  it('gives the root of an ordinary import of the same directory', async () => {
    await using bench = await workbench()
    const film = bytesOf('film', 3 * MIB + 1)
    const subtitles = Buffer.from('WEBVTT')
    const files = [
      { path: 'video.mp4', cid: (await bench.addFile('film', film)).cid },
      { path: 'subtitles.ug-Arab.vtt', cid: (await bench.addFile('text', subtitles)).cid },
    ]
    const { root, tsize, blocks } = await importBundle(DOCUMENTS, files, bench.store)
    const theirs = await ordinaryRoot([
      ...DOCUMENTS,
      { path: 'video.mp4', bytes: film },
      { path: 'subtitles.ug-Arab.vtt', bytes: subtitles },
    ])
    assert.deepEqual([cidText(root), tsize], [cidText(theirs.cid), theirs.tsize])
    // One document, another of three chunks and a node, the directory.
    assert.equal(blocks.length, 1 + 4 + 1)
    assert.deepEqual(
      [...bench.store.blocksOf(root)]
        .map(({ cid }) => cidText(cid))
        .filter((text) => !blocks.some((cid) => cidText(cid) === text)),
      [
        rawCid(hash('sha256', subtitles, 'buffer')),
        ...[...bench.store.blocksOf(files[0]?.cid ?? root)].map(({ cid }) => cid),
      ].map(cidText),
    )
  })

  it('keeps the documents and nothing of the files', async () => {
    await using bench = await workbench()
    const { cid, path } = await bench.addFile('film', bytesOf('film', 2 * MIB))
    const { blocks } = await importBundle(DOCUMENTS, [{ path: 'video.mp4', cid }], bench.store)
    await unlink(path)
    for (const block of blocks) assert.ok(await bench.store.readBlock(block, { signal }))
    assert.equal(bench.database.prepare('SELECT count(*) AS n FROM small_block').get()?.['n'], blocks.length)
    await assert.rejects(gather(bench.store.readFileRange(cid, 0, 1, { signal })), { code: 'BLOCK_MISSING' })
    for (const { path: name, bytes } of DOCUMENTS) {
      const document = (await importBundle([{ path: name, bytes }], [], bench.store)).blocks
      const file = document.find((block) => bench.store.sizeOf(block) === bytes.length)
      assert.ok(file)
      assert.ok((await gather(bench.store.readFileRange(file, 0, bytes.length, { signal }))).equals(bytes))
    }
  })

  it('gives the same root and writes nothing new when it runs twice, whatever the order', async () => {
    await using bench = await workbench()
    const first = await importBundle(DOCUMENTS, [], bench.store)
    const again = await importBundle(DOCUMENTS.toReversed(), [], bench.store)
    assert.equal(cidText(again.root), cidText(first.root))
    assert.equal(bench.database.prepare('SELECT count(*) AS n FROM small_block').get()?.['n'], first.blocks.length)
  })

  it('refuses a file that was never added, and writes nothing', async () => {
    await using bench = await workbench()
    const files = [{ path: 'video.mp4', cid: rawCid(hash('sha256', '?', 'buffer')) }]
    await assert.rejects(importBundle(DOCUMENTS, files, bench.store), { name: 'AddressError', code: 'CONTENT_UNKNOWN' })
    const twice = [...DOCUMENTS, { path: 'bundle.json', bytes: Buffer.from('x') }]
    await assert.rejects(importBundle(twice, [], bench.store), { code: 'DIRECTORY_INVALID' })
    assert.equal(bench.database.prepare('SELECT count(*) AS n FROM small_block').get()?.['n'], 0)
  })
})
