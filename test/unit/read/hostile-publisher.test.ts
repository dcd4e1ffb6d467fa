import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { cidText } from '../../../src/model/content-id.ts'
import type { BlockSource } from '../../../src/read/block-source.ts'
import { getBundle, type PromisedBundle } from '../../../src/read/get-bundle.ts'
import { aMadeBundle, type MadeBlocks, type MadeBundle, someBytes } from '../../fakes/made-bundle.ts'
import { outcome } from './reading.ts'

const signal = new AbortController().signal
const SMALL = someBytes(1000)
let directory = ''
beforeEach(() => {
  rmSync(directory, { recursive: true, force: true })
  directory = mkdtempSync(join(tmpdir(), 'holdfast-hostile-'))
})
after(() => rmSync(directory, { recursive: true, force: true }))

/** Blocks at hand, as a gateway would have checked them; counts what is read. */
function sourceOf({ blocks }: MadeBlocks): BlockSource & { readonly reads: string[] } {
  const reads: string[] = []
  return {
    reads,
    async fetch(cid) {
      reads.push(cidText(cid))
      const block = blocks.get(cidText(cid))
      assert.ok(block !== undefined, `${cid.toString()} is not a block of this bundle`)
      return block
    },
  }
}

async function get(promised: PromisedBundle, source: BlockSource): Promise<string[]> {
  const names: string[] = []
  const out = join(directory, 'out/id')
  for await (const { name } of getBundle(promised, out, source, { signal, stopping: signal })) names.push(name)
  return names
}

/** The bundle with another directory over the same files. */
function withRoot({ promised, made }: MadeBundle, root: CID): { promised: PromisedBundle; made: MadeBlocks } {
  return { promised: { ...promised, root }, made }
}

/** A bundle whose video is this, with `files.json` and the statement saying what suits it. */
function withVideo(make: (made: MadeBlocks) => CID, bytes: number): MadeBundle {
  const blank = aMadeBundle(SMALL)
  const cid = make(blank.made)
  const bundle = aMadeBundle(SMALL, { cid, bytes })
  for (const [text, block] of blank.made.blocks) bundle.made.blocks.set(text, block)
  return bundle
}

function everythingBelow(path: string): string[] {
  return readdirSync(path, { recursive: true }).map(String).sort()
}

describe('a publisher who wants to write where nobody let them', () => {
  const names = [
    '../x',
    '..',
    '.',
    '',
    '/etc/x',
    'a/b',
    '.hidden',
    'video.mp4.part',
    'c:\\x',
    'con',
    '\u202Egpj.exe',
    'x\0y',
    'Video.MP4',
  ]
  for (const name of names) {
    it(`gets nothing written as ${JSON.stringify(name)}`, async () => {
      const bundle = aMadeBundle(SMALL)
      const evil = bundle.made.leaf(new TextEncoder().encode('evil'))
      const root = bundle.made.directory([
        ...Object.entries(bundle.entries).map(([each, cid]) => ({ name: each, cid })),
        { name, cid: evil },
      ])
      const { promised, made } = withRoot(bundle, root)
      const source = sourceOf(made)
      assert.deepEqual(await get(promised, source), [
        'bundle.json',
        'files.json',
        'ro-crate-metadata.json',
        'video.mp4',
      ])
      assert.ok(!source.reads.includes(cidText(evil)), 'what is not listed is not even read')
      assert.deepEqual(everythingBelow(directory), [
        'out',
        'out/id',
        ...['bundle.json', 'files.json', 'ro-crate-metadata.json', 'video.mp4'].map((each) => `out/id/${each}`),
      ])
    })
  }

  it('does not get through a link that lies where a part file would', async () => {
    const { promised, made } = aMadeBundle(SMALL)
    mkdirSync(join(directory, 'out/id'), { recursive: true })
    writeFileSync(join(directory, 'precious'), 'keep me')
    symlinkSync(join(directory, 'precious'), join(directory, 'out/id/video.mp4.part'))
    assert.equal(await outcome(get(promised, sourceOf(made))), 'OUTPUT_UNWRITABLE')
    rmSync(join(directory, 'out/id/video.mp4.part'))
    symlinkSync(join(directory, 'precious'), join(directory, 'out/id/video.mp4'))
    await get(promised, sourceOf(made))
    assert.equal(readFileSync(join(directory, 'precious'), 'utf8'), 'keep me')
    assert.ok(readFileSync(join(directory, 'out/id/video.mp4')).equals(SMALL))
  })
})

describe('a publisher whose bundle is not what the statement says', () => {
  const refused = async (promised: PromisedBundle, made: MadeBlocks, code = 'BUNDLE_MALFORMED'): Promise<void> => {
    assert.equal(await outcome(get(promised, sourceOf(made))), code)
    assert.equal(existsSync(join(directory, 'out/id/video.mp4')), false)
  }

  it('is refused when the bytes have another SHA-256 than statement and list say', async () => {
    const { promised, made } = aMadeBundle(SMALL, { sha256: 'ab'.repeat(32) })
    await refused(promised, made, 'BLOCK_WRONG')
    assert.ok(existsSync(join(directory, 'out/id/video.mp4.part')))
  })

  it('is refused when list and statement differ, in any field', async () => {
    const { promised, made } = aMadeBundle(SMALL)
    const [file] = promised.files
    assert.ok(file !== undefined)
    const other = cidText(made.leaf(someBytes(1001)))
    for (const files of [
      [{ ...file, sha256: 'cd'.repeat(32) }],
      [{ ...file, bytes: 999 }],
      [{ ...file, cid: other }],
      [{ ...file, path: 'video-2.mp4' }],
    ])
      await refused({ ...promised, files }, made)
    await refused({ ...promised, fileCount: 2 }, made)
    await refused({ ...promised, filesSha256: 'ef'.repeat(32) }, made)
  })

  it('is refused when the directory lacks a document or a listed file, or has another one under its name', async () => {
    for (const lacking of ['bundle.json', 'files.json', 'ro-crate-metadata.json', 'video.mp4']) {
      const bundle = aMadeBundle(SMALL)
      const entries = Object.fromEntries(Object.entries(bundle.entries).filter(([name]) => name !== lacking))
      await refused(withRoot(bundle, bundle.made.directory(entries)).promised, bundle.made)
    }
    const bundle = aMadeBundle(SMALL)
    const swapped = bundle.made.directory({ ...bundle.entries, 'video.mp4': bundle.made.leaf(someBytes(999)) })
    await refused(withRoot(bundle, swapped).promised, bundle.made)
  })

  it('is refused when two files have one name', async () => {
    const bundle = aMadeBundle(SMALL)
    const twice = bundle.made.directory([
      ...Object.entries(bundle.entries).map(([name, cid]) => ({ name, cid })),
      { name: 'video.mp4', cid: bundle.made.leaf(someBytes(1)) },
    ])
    await refused(withRoot(bundle, twice).promised, bundle.made)
  })

  it('is refused when the list is no list, or names what is no neutral name', async () => {
    for (const text of [
      '[]',
      'not json',
      '{"files":[],"schema":"holdfast-files/1"}',
      fileList('../video.mp4'),
      fileList('notes.txt'),
    ]) {
      const bundle = aMadeBundle(SMALL)
      const bytes = new TextEncoder().encode(text)
      const root = bundle.made.directory({ ...bundle.entries, 'files.json': bundle.made.leaf(bytes) })
      const filesSha256 = createHash('sha256').update(bytes).digest('hex')
      await refused({ ...bundle.promised, root, filesSha256 }, bundle.made)
    }
  })
})

function fileList(path: string): string {
  const { promised } = aMadeBundle(SMALL)
  const [file] = promised.files
  const { bytes, cid, mediaType, role, sha256 } = file ?? { bytes: 1, cid: '', mediaType: '', role: '', sha256: '' }
  return JSON.stringify({ files: [{ bytes, cid, mediaType, path, role, sha256 }], schema: 'holdfast-files/1' })
}

describe('a publisher whose tree is built to harm', () => {
  const refused = async (bundle: { promised: PromisedBundle; made: MadeBlocks }, mostReads: number): Promise<void> => {
    const source = sourceOf(bundle.made)
    assert.equal(await outcome(get(bundle.promised, source)), 'BUNDLE_MALFORMED')
    assert.ok(source.reads.length <= mostReads, `${source.reads.length} blocks were read`)
    assert.equal(existsSync(join(directory, 'out/id/video.mp4')), false)
  }
  const node = (made: MadeBlocks, children: readonly CID[], sizes: readonly (number | bigint)[]): CID =>
    made.fileNode(children.map((cid, i) => ({ cid, bytes: sizes[i] ?? 0 })))

  it('is refused when the root is a sharded directory, a file, a link, or no UnixFS at all', async () => {
    const shard = new UnixFS({
      type: 'hamt-sharded-directory',
      hashType: 0x22n,
      fanout: 256n,
      data: new Uint8Array([255]),
    })
    for (const unixfs of [shard, new UnixFS({ type: 'file' }), new UnixFS({ type: 'symlink', data: SMALL })]) {
      const bundle = aMadeBundle(SMALL)
      await refused(withRoot(bundle, bundle.made.node(unixfs, [])), 1)
    }
    const bundle = aMadeBundle(SMALL)
    await refused(withRoot(bundle, bundle.made.leaf(SMALL)), 0)
    const garbage = bundle.made.leaf(new TextEncoder().encode('no dag-pb'))
    const asDagPb = (await import('../../../src/model/content-id.ts')).dagPbCid(garbage.multihash.digest)
    bundle.made.blocks.set(cidText(asDagPb), new TextEncoder().encode('no dag-pb'))
    await refused(withRoot(bundle, asDagPb), 1)
  })

  it('is refused when sizes do not add up to what was promised, before anything below is read', async () => {
    const wrong: readonly (readonly (number | bigint)[])[] = [
      [500, 501],
      [0, 1000],
      [2n ** 60n, 2n ** 60n],
      [2n ** 63n, 1],
      [1000],
    ]
    for (const sizes of wrong) {
      const bundle = withVideo((made) => {
        const leaf = made.leaf(someBytes(500))
        return made.node(new UnixFS({ type: 'file', blockSizes: sizes.map(BigInt) }), [{ cid: leaf }, { cid: leaf }])
      }, 1000)
      await refused(bundle, 5)
    }
  })

  it('is refused when a leaf has another size than its parent says, or than a block may have', async () => {
    await refused(
      withVideo((made) => node(made, [made.leaf(someBytes(500)), made.leaf(someBytes(400))], [500, 500]), 1000),
      7,
    )
    await refused(
      withVideo((made) => node(made, [made.leaf(someBytes(500)), made.leaf(SMALL)], [500, 2 ** 40]), 2 ** 40 + 500),
      6,
    )
    await refused(
      withVideo((made) => made.leaf(SMALL), 2 ** 50),
      4,
    )
  })

  it('is refused when the tree is deeper than any file needs', async () => {
    const deep = withVideo((made) => {
      let cid = made.leaf(SMALL)
      for (let level = 0; level < 40; level += 1) cid = node(made, [cid], [1000])
      return cid
    }, 1000)
    await refused(deep, 12)
  })

  it('costs no memory and no requests when one node stands a million times for a file that nobody can hold', async () => {
    const width = 8_000
    const bomb = withVideo((made) => {
      let cid = made.leaf(someBytes(1))
      let size = 1n
      for (let level = 0; level < 4; level += 1) {
        cid = node(
          made,
          Array.from({ length: width }, () => cid),
          Array.from({ length: width }, () => size),
        )
        size *= BigInt(width)
      }
      return cid
    }, width ** 4)
    const source = sourceOf(bomb.made)
    const before = process.memoryUsage().heapUsed
    const stop = new AbortController()
    const limited: BlockSource = {
      async fetch(cid, each) {
        if (source.reads.length > 200) stop.abort()
        return source.fetch(cid, each)
      },
    }
    const getting = (async () => {
      const options = { signal: stop.signal, stopping: signal }
      for await (const _ of getBundle(bomb.promised, join(directory, 'out/id'), limited, options));
    })()
    // It goes on for ever, one byte at a time, as its size says, until the person who sees that size gives up.
    await assert.rejects(getting, { name: 'AbortError' })
    assert.ok(process.memoryUsage().heapUsed - before < 100_000_000)
    assert.equal(existsSync(join(directory, 'out/id/video.mp4')), false)
  })

  it('is refused when a link is of another hash or codec than the profile has', async () => {
    const { CID: Cid } = await import('multiformats/cid')
    for (const [code, hash] of [
      [0x71, 0x12],
      [0x55, 0x13],
      [0x55, 0x00],
    ] as const) {
      const bundle = withVideo((made) => {
        const { multihash } = made.leaf(SMALL)
        return node(made, [Cid.createV1(code, createDigest(hash, multihash.digest))], [1000])
      }, 1000)
      await refused(bundle, 5)
    }
  })

  it('is refused when a node holds bytes of its own, or is empty', async () => {
    const inline = withVideo((made) => made.node(new UnixFS({ type: 'file', data: SMALL }), []), 1000)
    await refused(inline, 5)
    await refused(
      withVideo((made) => node(made, [], []), 1000),
      5,
    )
  })
})
