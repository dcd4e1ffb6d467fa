import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { encode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { importBytes } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { importDirectory } from '../../../../src/address/directory.ts'
import { cidText, dagPbCid, rawCid } from '../../../../src/model/content-id.ts'
import { announcedFile } from '../../../../src/pipeline/announce/manifest-directory.ts'
import { takeDirectory } from '../../../../src/pipeline/announce/taken-directory.ts'
import { nodePrimitives } from '../../../../src/store/node-primitives.ts'
import { someBytes } from '../../../fakes/made-bundle.ts'

const MIB = 1_048_576
const blocks = new Map<string, Uint8Array>()
const read = async (cid: CID): Promise<Uint8Array> => blocks.get(cidText(cid)) ?? assert.fail(`${cid}`)

function put(node: { readonly Data?: Uint8Array; readonly Links: readonly object[] }): CID {
  const bytes = encode(node as Parameters<typeof encode>[0])
  const cid = dagPbCid(nodePrimitives.sha256(bytes))
  blocks.set(cidText(cid), bytes)
  return cid
}

describe('files of the announced root', () => {
  for (const bytes of [0, 1, MIB - 1, MIB, MIB + 1, 2.5 * MIB, 4 * MIB]) {
    it(`have the CID and the blocks of the profile: ${bytes} bytes`, async (context) => {
      const directory = mkdtempSync(join(tmpdir(), 'holdfast-announced-'))
      context.after(() => rmSync(directory, { recursive: true }))
      mkdirSync(join(directory, 'tile/entries'), { recursive: true })
      const content = someBytes(bytes)
      writeFileSync(join(directory, 'tile/entries/000'), content)
      const expected = new Set<string>()
      const store = {
        async put(cid: CID): Promise<CID> {
          expected.add(Buffer.from(cid.multihash.bytes).toString('hex'))
          return cid
        },
      }
      const { cid, size } = await importBytes(content, store, { profile: 'unixfs-v1-2025' })
      const file = announcedFile(directory, 'tile/entries/000')
      assert.deepEqual([cidText(file.cid), file.tsize], [cidText(cid), Number(size)])
      assert.deepEqual(new Set(file.blocks.map(({ multihash }) => Buffer.from(multihash).toString('hex'))), expected)
      for (const { at, length, bytes: node } of file.blocks)
        assert.equal(node === undefined ? content.subarray(at, at + length).length : node.length, length)
    })
  }
})

describe('directories of an announced root', () => {
  it('are read whole, plain and sharded', async () => {
    for (const count of [0, 1, 20, 6_000]) {
      const names = Array.from({ length: count }, (_, i) => `${i}`.padStart(8, '0'))
      const entries = names.map((name) => ({
        path: name,
        cid: rawCid(nodePrimitives.sha256(Buffer.from(name))),
        tsize: 8,
      }))
      const { root } = await importDirectory(entries, (cid, bytes) => blocks.set(cidText(cid), bytes))
      const taken = await takeDirectory(root, read)
      assert.deepEqual(taken.links.map(({ name }) => name).sort(), names)
      assert.equal(taken.nodes.length > 1, count > 5_000)
      const again = await importDirectory(
        taken.links.map(({ name, cid, tsize }) => ({ path: name, cid, tsize })),
        () => undefined,
      )
      assert.equal(cidText(again.root), cidText(root))
    }
  })

  it('are refused where they are none, do not end, or hold what the profile has not', async () => {
    const data = (type: 'file' | 'directory' | 'hamt-sharded-directory'): Uint8Array =>
      new UnixFS({ type, ...(type === 'hamt-sharded-directory' ? { fanout: 256n, hashType: 0x22n } : {}) }).marshal()
    const plain = put({ Data: data('directory'), Links: [] })
    let deep = put({ Data: data('hamt-sharded-directory'), Links: [{ Name: '00name', Hash: plain, Tsize: 1 }] })
    for (let i = 0; i < 12; i += 1)
      deep = put({ Data: data('hamt-sharded-directory'), Links: [{ Name: '0A', Hash: deep, Tsize: 1 }] })
    const refused: Readonly<Record<string, CID>> = {
      'a file': put({ Data: data('file'), Links: [] }),
      'no UnixFS': put({ Data: new Uint8Array([9, 9]), Links: [] }),
      'shards without end': deep,
      'a plain part': put({ Data: data('hamt-sharded-directory'), Links: [{ Name: '0A', Hash: plain, Tsize: 1 }] }),
      'a CID of version 0': put({ Data: data('directory'), Links: [{ Name: 'a', Hash: plain.toV0(), Tsize: 1 }] }),
    }
    blocks.set(cidText(rawCid(nodePrimitives.sha256(new Uint8Array([1])))), new Uint8Array([1]))
    for (const [what, cid] of Object.entries(refused))
      await assert.rejects(takeDirectory(cid, read), { name: 'AnnounceError', code: 'ROOT_UNTRUE' }, what)
    await assert.rejects(takeDirectory(rawCid(nodePrimitives.sha256(new Uint8Array([1]))), read), {
      code: 'ROOT_UNTRUE',
    })
  })
})
