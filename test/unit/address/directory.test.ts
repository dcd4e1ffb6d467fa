import assert from 'node:assert/strict'
import { createCipheriv, hash } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { importer } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { type DirectoryEntry, importDirectory } from '../../../src/address/directory.ts'
import { cidText, rawCid } from '../../../src/model/content-id.ts'
import vectors from '../../vectors/unixfs/directories.json' with { type: 'json' }

const X = rawCid(hash('sha256', vectors.content, 'buffer'))
const entry = (path: string): DirectoryEntry => ({ path, cid: X, tsize: 1 })
const ignore = (): void => undefined

/** Names as the published vectors make them. */
function names({ files, nameBytes, lastNameBytes }: (typeof vectors.cases)[number]): string[] {
  const stream = createCipheriv('chacha20', hash('sha256', vectors.seed, 'buffer'), Buffer.alloc(16))
  const name = (length: number): string =>
    [...stream.update(Buffer.alloc(length))].map((byte) => vectors.alphabet[byte % vectors.alphabet.length]).join('')
  return Array.from({ length: files }, (_, i) => name(i === files - 1 ? lastNameBytes : nameBytes))
}

/** An ordinary import of the same files, content and all. */
async function imported(
  paths: readonly string[],
): Promise<{ root: string; tsize: number; blocks: Map<string, Uint8Array> }> {
  const blocks = new Map<string, Uint8Array>()
  const store = {
    put: async (cid: CID, block: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> => {
      if (block instanceof Uint8Array && cid.code === 0x70) blocks.set(cidText(cid), block)
      return cid
    },
  }
  const files = paths.map((path) => ({ path, content: Buffer.from(vectors.content) }))
  let last: { cid: CID; size: bigint } | undefined
  for await (const result of importer(files, store, { profile: 'unixfs-v1-2025', wrapWithDirectory: true })) {
    last = { cid: result.cid, size: result.size }
  }
  assert.ok(last)
  return { root: cidText(last.cid), tsize: Number(last.size), blocks }
}

describe('directories over files that are addressed already', () => {
  for (const vector of vectors.cases) {
    it(`have the published root: ${vector.name}`, async () => {
      assert.equal(cidText((await importDirectory(names(vector).map(entry), ignore)).root), vector.cid)
    })
  }

  it('have the published root when they are empty', async () => {
    assert.equal(cidText((await importDirectory([], ignore)).root), vectors.empty)
  })

  for (const [what, paths] of [
    ['one file', ['video.mp4']],
    ['files and directories in directories', ['a/b/c.vtt', 'a/b.vtt', 'video.mp4', 'z/y']],
    ['one directory only', ['a/b', 'a/c']],
    ['names in five scripts', ['سىن.mp4', '证言.mp4', 'Куәлік.mp4', 'Tanıklık.mp4', '証言/é.vtt']],
    [
      'a sharded directory below a plain one',
      Array.from({ length: 6000 }, (_, i) => `many/file-number-${i}`).concat('x'),
    ],
  ] as const) {
    it(`are those of an ordinary import, node by node: ${what}`, async () => {
      const ours = new Map<string, Uint8Array>()
      const { root, tsize } = await importDirectory(paths.map(entry), (cid, bytes) => ours.set(cidText(cid), bytes))
      const theirs = await imported(paths)
      assert.deepEqual({ root: cidText(root), tsize }, { root: theirs.root, tsize: theirs.tsize })
      assert.deepEqual([...ours.keys()].sort(), [...theirs.blocks.keys()].sort())
      for (const [cid, block] of theirs.blocks) assert.deepEqual(ours.get(cid), block)
    })
  }

  it('do not depend on the order of their entries', async () => {
    const name = fc.stringMatching(/^[a-z0-9.-]{1,8}$/).filter((text) => text !== '.' && text !== '..')
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 12 }), async (paths) => {
        const [there, back] = await Promise.all(
          [paths, paths.toReversed()].map((list) => importDirectory(list.map(entry), ignore)),
        )
        assert.deepEqual(there, back)
      }),
      { numRuns: 20 },
    )
  })

  for (const paths of [
    ['a', 'a'],
    ['a', 'a/b'],
    ['a/b', 'a'],
    [''],
    ['/a'],
    ['a/'],
    ['a//b'],
    ['.'],
    ['../a'],
    ['a/../b'],
    ['a\\/b'],
    ['a\0'],
    ['\ud800'],
    ['x'.repeat(256)],
  ]) {
    it(`are refused for ${JSON.stringify(paths).slice(0, 40)}`, async () => {
      await assert.rejects(importDirectory(paths.map(entry), ignore), {
        name: 'AddressError',
        code: 'DIRECTORY_INVALID',
      })
    })
  }
})
