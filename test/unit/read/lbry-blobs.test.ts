import assert from 'node:assert/strict'
import { createCipheriv, createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { buildTree, innerNodes } from '../../../src/address/tree.ts'
import { encodeDescriptor } from '../../../src/lbry-sdk-client/index.ts'
import type { BundleCopy } from '../../../src/manifest/bundle-record.ts'
import { cidText } from '../../../src/model/content-id.ts'
import type { Problem } from '../../../src/model/errors.ts'
import { openBlobPlaces } from '../../../src/read/blob-places.ts'
import { gatewaySource } from '../../../src/read/block-pool.ts'
import { getBundle, type PromisedBundle } from '../../../src/read/get-bundle.ts'
import { fromLbry } from '../../../src/read/get-from-lbry.ts'
import { closeNetwork, configureNetwork } from '../../../src/read/network.ts'
import { aBlobServer } from '../../fakes/blob-server.ts'
import { aGateway, honest, MISBEHAVIOUR } from '../../fakes/fake-gateway.ts'
import { makeBlobs, sha384 } from '../../fakes/lbry-blobs.ts'
import { aMadeBundle, type MadeBundle, someBytes } from '../../fakes/made-bundle.ts'
import { outcome } from './reading.ts'

const signal = new AbortController().signal
const { promised, made, video } = anExactBundle(someBytes(5_000_000))
const stream = makeBlobs(video, 'video.mp4')
/** Descriptor and three data blobs. */
const ALL_BLOBS = 4

let directory = ''
before(() => configureNetwork({ proxyUrl: undefined, idleMs: 150, graceMs: 400 }))
beforeEach(() => {
  rmSync(directory, { recursive: true, force: true })
  directory = mkdtempSync(join(tmpdir(), 'holdfast-lbry-blobs-'))
})
after(async () => {
  await closeNetwork()
  rmSync(directory, { recursive: true, force: true })
})

interface Run {
  readonly places: readonly string[]
  readonly gateways?: readonly string[]
  readonly copies?: readonly BundleCopy[]
  readonly bundle?: PromisedBundle
  readonly profile?: string
}

const path = (): string => join(directory, 'id/video.mp4')

function aCopyOf(sdHash: string, more: Partial<BundleCopy> = {}): BundleCopy {
  const place = { root: cidText(promised.root), file: 'video.mp4', target: 'lbry', index: 3 }
  return { ...place, key: `lbry:claim:${'a'.repeat(40)}`, ids: { sdHash }, equality: 'asserted', ...more }
}

async function get(
  run: Run,
): Promise<{ readonly names: readonly string[]; readonly faults: readonly string[]; readonly error?: unknown }> {
  const { bundle = promised, copies = [aCopyOf(stream.sdHash)], profile = 'unixfs-v1-2025' } = run
  const faults: string[] = []
  const onFault = (_: string, { code }: Problem): void => void faults.push(code)
  const view = { root: cidText(bundle.root), profile, copies }
  const otherwise = fromLbry(view, {
    blobs: await openBlobPlaces(run.places, onFault),
    rootOf: (digests, bytes) => buildTree(digests, bytes).root,
    signal,
    onFault: ({ code }) => void faults.push(code),
  })
  const names: string[] = []
  const source = gatewaySource(run.gateways ?? [], () => undefined)
  try {
    for await (const { name } of getBundle(bundle, join(directory, 'id'), source, {
      signal,
      stopping: signal,
      otherwise,
    }))
      names.push(name)
  } catch (error) {
    return { names, faults, error }
  }
  return { names, faults }
}

async function codeOf(run: Run): Promise<string> {
  const { error } = await get(run)
  return outcome(error === undefined ? Promise.resolve() : Promise.reject(error))
}

for (const [what, behaviour] of Object.entries(MISBEHAVIOUR)) {
  describe(`a blob server that ${what}`, () => {
    it('does not keep a good one from giving the recording', async () => {
      await using bad = await aBlobServer(stream.blobs, behaviour)
      await using good = await aBlobServer(stream.blobs)
      const { names, faults } = await get({ places: [bad.url, good.url] })
      assert.deepEqual(names, ['video.mp4'])
      assert.ok(readFileSync(path()).equals(video))
      assert.ok(faults.length >= 1 && faults.length <= 5, faults.join())
      assert.ok(bad.asked.length <= 8, `${bad.asked.length} requests to the bad one`)
    })

    it('alone gives an error that may be tried again, and no file under its name', async () => {
      await using bad = await aBlobServer(stream.blobs, behaviour)
      assert.equal(await codeOf({ places: [bad.url] }), 'SOURCES_EXHAUSTED')
      assert.equal(existsSync(path()), false)
    })
  })
}

describe('a recording from LBRY', () => {
  it('is checked against the statement, and the rest of its bundle is said to be missing', async () => {
    await using server = await aBlobServer(stream.blobs)
    const { names, error } = await get({ places: [server.url] })
    assert.deepEqual(names, ['video.mp4'])
    assert.equal(await outcome(Promise.reject(error)), 'BUNDLE_PARTLY_FETCHED')
    assert.match(String(error), /missing: bundle\.json, files\.json, ro-crate-metadata\.json$/)
    assert.ok(readFileSync(path()).equals(video))
    assert.deepEqual(readdirSync(join(directory, 'id')), ['video.mp4'])
  })

  it('makes a bundle whole whose documents a gateway has, and is not asked for what that has', async () => {
    const documents = new Map([...made.blocks].filter(([, block]) => block.length < 1_000_000))
    await using gateway = await aGateway(documents)
    await using server = await aBlobServer(stream.blobs)
    const { names, error } = await get({ places: [server.url], gateways: [gateway.url] })
    assert.deepEqual([names.length, error], [4, undefined])
    assert.ok(readFileSync(path()).equals(video))
    rmSync(join(directory, 'id'), { recursive: true })
    await using whole = await aGateway(made.blocks)
    server.asked.splice(0)
    assert.equal((await get({ places: [server.url], gateways: [whole.url] })).names.length, 4)
    assert.deepEqual(server.asked, [])
  })

  it('goes on where a run ended, also where a gateway had given a part', async () => {
    await using server = await aBlobServer(stream.blobs, (answer, blob, at) => {
      if (at < 3) honest(answer, blob, at)
      else answer.writeHead(503).end()
    })
    assert.equal(await codeOf({ places: [server.url] }), 'SOURCES_EXHAUSTED')
    const part = readFileSync(`${path()}.part`)
    assert.ok(part.length > 0 && !existsSync(path()))
    const [, ...had] = server.asked.splice(0).slice(0, 3)
    server.behave(honest)
    assert.deepEqual((await get({ places: [server.url] })).names, ['video.mp4'])
    assert.deepEqual(server.asked.filter((hash) => had.includes(hash)).length <= 1, true)
    assert.ok(readFileSync(path()).equals(video))
    // Whoever wrote the chunks: what is right is kept, what is not is fetched.
    rmSync(path())
    const altered = Buffer.from(video)
    altered[3_000_000] = (altered[3_000_000] ?? 0) ^ 1
    writeFileSync(`${path()}.part`, altered)
    server.asked.splice(0)
    assert.deepEqual((await get({ places: [server.url] })).names, ['video.mp4'])
    assert.equal(server.asked.length, 2)
    assert.ok(readFileSync(path()).equals(video))
    server.asked.splice(0)
    assert.deepEqual((await get({ places: [server.url] })).names, ['video.mp4'])
    assert.deepEqual(server.asked, [], 'what is whole is asked of nobody')
  })

  it('comes from a directory and from an address that ends in =, as well', async () => {
    const blobs = join(directory, 'blobs')
    mkdirSync(blobs)
    for (const [hash, bytes] of stream.blobs) writeFileSync(join(blobs, hash), bytes)
    await using server = await aBlobServer(stream.blobs)
    for (const place of [blobs, `${server.url}/blob?hash=`, `${server.url}/below//`]) {
      assert.deepEqual((await get({ places: [place] })).names, ['video.mp4'], place)
      assert.ok(readFileSync(path()).equals(video))
      rmSync(path())
    }
    assert.equal(server.asked.length, 2 * ALL_BLOBS)
    await assert.rejects(
      openBlobPlaces([join(directory, 'nothing')], () => undefined),
      {
        name: 'ReadError',
        code: 'EVIDENCE_UNREADABLE',
      },
    )
    await assert.rejects(
      openBlobPlaces(['http://abc.onion'], () => undefined),
      { code: 'ONION_NEEDS_PROXY' },
    )
  })

  it('may be cut in another way than LBRY cuts, and is then fetched anew', async () => {
    const odd = cutOtherwise(video, 700_001)
    await using server = await aBlobServer(odd.blobs)
    mkdirSync(join(directory, 'id'))
    writeFileSync(`${path()}.part`, video.subarray(0, 2_000_000))
    assert.deepEqual((await get({ places: [server.url], copies: [aCopyOf(odd.sdHash)] })).names, ['video.mp4'])
    assert.ok(readFileSync(path()).equals(video))
  })
})

describe('a copy on LBRY that is another file', () => {
  const altered = Buffer.from(video)
  altered[4_999_999] = (altered[4_999_999] ?? 0) ^ 1
  const others = {
    'by one bit': makeBlobs(altered, 'v'),
    'by a byte less': makeBlobs(video.subarray(0, -1), 'v'),
    'by a byte more': makeBlobs(Buffer.concat([video, Buffer.of(0)]), 'v'),
    'by one chunk': makeBlobs(video.subarray(0, 4_194_302), 'v'),
    'and cut in another way': cutOtherwise(altered, 700_001),
    'and cut in another way, of another size': cutOtherwise(altered.subarray(0, -1), 700_001),
  }
  for (const [how, other] of Object.entries(others)) {
    it(`${how}, never gets the name of the file`, async () => {
      await using server = await aBlobServer(other.blobs)
      assert.equal(await codeOf({ places: [server.url], copies: [aCopyOf(other.sdHash)] }), 'COPY_DIFFERS')
      assert.equal(existsSync(path()), false)
    })
  }

  it('does not stand in the way of a right one', async () => {
    await using server = await aBlobServer(new Map([...others['by one bit'].blobs, ...stream.blobs]))
    const copies = [others['by one bit'], others['by one chunk'], stream].map(({ sdHash }) => aCopyOf(sdHash))
    const { names } = await get({ places: [server.url], copies })
    assert.deepEqual(names, ['video.mp4'])
    assert.ok(readFileSync(path()).equals(video))
  })

  it('is tried behind those that the publisher is surer of, and only a few are tried', async () => {
    const [wrong, other] = [others['by one bit'], others['by one chunk']]
    await using server = await aBlobServer(new Map([...wrong.blobs, ...stream.blobs]))
    const copies = [
      aCopyOf(wrong.sdHash, { equality: 'unknown', index: 9 }),
      aCopyOf(other.sdHash, { equality: 'asserted', index: 8 }),
      aCopyOf(stream.sdHash, { equality: 'verified', index: 4 }),
    ]
    assert.deepEqual((await get({ places: [server.url], copies })).names, ['video.mp4'])
    assert.equal(server.asked[0], stream.sdHash)
    assert.ok(!server.asked.includes(wrong.sdHash))
    rmSync(path())
    server.asked.splice(0)
    const many = Array.from({ length: 200 }, (_, n) => aCopyOf(sha384(Buffer.from(`stream ${n}`))))
    assert.equal(await codeOf({ places: [server.url], copies: many }), 'SOURCES_EXHAUSTED')
    assert.equal(server.asked.length, 8)
  })

  it('is not fetched at all where the publisher says so, nor where it is of another bundle or no hash', async () => {
    await using server = await aBlobServer(stream.blobs)
    for (const copies of [
      [],
      [aCopyOf(stream.sdHash, { equality: 'differs' })],
      [aCopyOf(stream.sdHash, { root: cidText(aMadeBundle(someBytes(10)).promised.root) })],
      [aCopyOf(stream.sdHash, { file: 'audio.m4a' })],
      [aCopyOf('../../etc/passwd'), aCopyOf(stream.sdHash.toUpperCase()), aCopyOf('x', { ids: {} })],
    ]) {
      const { names, faults, error } = await get({ places: [server.url], copies })
      assert.deepEqual([names, faults], [[], ['COPY_ABSENT']])
      assert.equal(await outcome(Promise.reject(error)), 'SOURCES_EXHAUSTED')
    }
    assert.deepEqual((await get({ places: [server.url], profile: 'other' })).faults, ['COPY_ABSENT'])
    assert.deepEqual(server.asked, [])
  })

  it('is told from a descriptor that is none, and from a statement that contradicts itself', async () => {
    const none = Buffer.from('{"no": "descriptor"}')
    await using server = await aBlobServer(new Map([...stream.blobs, [sha384(none), none]]))
    assert.equal(await codeOf({ places: [server.url], copies: [aCopyOf(sha384(none))] }), 'COPY_DIFFERS')
    const [file] = promised.files
    assert.ok(file !== undefined)
    const cid = cidText(promised.root)
    const bundle = { ...promised, files: [{ ...file, cid }] }
    assert.equal(await codeOf({ places: [server.url], bundle }), 'BLOCK_WRONG')
    assert.equal(existsSync(path()), false)
  })

  it('and is named once for each stream, however many statements name it', async () => {
    await using server = await aBlobServer(new Map())
    const copies = ['claim', 'url'].map((kind) => aCopyOf(stream.sdHash, { key: `lbry:${kind}:x` }))
    assert.equal(await codeOf({ places: [server.url], copies }), 'SOURCES_EXHAUSTED')
    assert.deepEqual(server.asked, [stream.sdHash])
  })
})

/** A bundle whose video has the CID that the profile gives it. */
function anExactBundle(bytes: Uint8Array): MadeBundle {
  const leaves: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += 1024 * 1024) leaves.push(bytes.subarray(at, at + 1024 * 1024))
  const digests = Buffer.concat(leaves.map((leaf) => createHash('sha256').update(leaf).digest()))
  const bundle = aMadeBundle(bytes, { cid: buildTree(digests, bytes.length).root })
  for (const leaf of leaves) bundle.made.leaf(leaf)
  for (const node of innerNodes(digests, bytes.length)) bundle.made.blocks.set(cidText(node.cid), node.bytes)
  return bundle
}

/** A stream as no program of LBRY's makes it, and as its readers read it all the same. */
function cutOtherwise(file: Uint8Array, chunk: number): { sdHash: string; blobs: ReadonlyMap<string, Uint8Array> } {
  const key = createHash('md5').update('key').digest()
  const blobs = new Map<string, Uint8Array>()
  const list: { hash: string; iv: string; length: number }[] = []
  for (let at = 0; at < file.length; at += chunk) {
    const iv = createHash('md5').update(`iv ${at}`).digest()
    const cipher = createCipheriv('aes-128-cbc', key, iv)
    const blob = Buffer.concat([cipher.update(file.subarray(at, at + chunk)), cipher.final()])
    blobs.set(sha384(blob), blob)
    list.push({ hash: sha384(blob), iv: iv.toString('hex'), length: blob.length })
  }
  const names = { name: 'v', suggestedFileName: 'v' }
  const sd = encodeDescriptor({ ...names, key: key.toString('hex'), blobs: list, terminatorIv: key.toString('hex') })
  return { sdHash: sha384(sd), blobs: new Map([[sha384(sd), sd], ...blobs]) }
}
