import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { type IndexKind, rowKey } from '../../../src/manifest/index-key.ts'
import { shardOfKey } from '../../../src/manifest/index-shard.ts'
import { parseStatement } from '../../../src/manifest/statement.ts'
import { readReference, valuesOf } from '../../../src/read/look-up-reference.ts'
import { lookupIn } from '../../../src/read/lookup.ts'
import { closeNetwork, configureNetwork } from '../../../src/read/network.ts'
import { openManifest, openManifestFrom } from '../../../src/read/open-manifest.ts'
import { nodePrimitives as primitives } from '../../../src/store/node-primitives.ts'
import { listening } from '../../fakes/fake-gateway.ts'
import { aBundle, aCopy, anOriginal, sha256, testFile, testId, testRoot } from '../../fakes/manifest-log.ts'
import { memorySource, policyOf, WrittenManifest } from '../../fakes/written-manifest.ts'
import { look, outcome, verify } from './reading.ts'

const signal = new AbortController().signal
const BUNDLES = 320

const written = new WrittenManifest()
for (let n = 0; n < BUNDLES; n += 1) written.add(aBundle(n))
written.head()
for (let n = 0; n < 40; n += 1) written.add(anOriginal(n), aCopy(n))
written.head()

/** What the newest index says of itself. */
const newest = parseStatement(written.entries.at(-1) ?? new Uint8Array(0))
assert.ok(newest.kind === 'known' && newest.statement.type === 'index/1')
const { bits } = newest.statement

interface Asked {
  readonly kind: IndexKind
  readonly value: string
  readonly present: boolean
}

/** Values of every kind, of every `step`th bundle. */
function everyValue(step = 4): Asked[] {
  const values: Asked[] = []
  for (let n = 0; n < BUNDLES; n += step) {
    const { originals } = aBundle(n)
    values.push({ kind: 'original', value: originals[0]?.key ?? '', present: true })
    values.push({ kind: 'id', value: testId(n), present: true })
    values.push({ kind: 'root', value: testRoot(n), present: true })
    values.push({ kind: 'file', value: testFile(n), present: true })
    values.push({ kind: 'original', value: `facebook:video:${n}`, present: n < 40 })
    values.push({ kind: 'copy', value: aCopy(n).key, present: n < 40 })
    values.push({ kind: 'original', value: `youtube:video:absent${n}`, present: false })
  }
  return values
}

function shardOf({ kind, value }: Asked): number {
  return shardOfKey(rowKey(sha256, kind, value), bits)
}

describe('a lookup in one shard', () => {
  it('asks for the same files in the same order for every key of it, present or absent', async () => {
    assert.ok(bits >= 4, 'the index has several shards')
    const asked = new Map<number, { readonly requests: string; readonly kinds: Set<string> }>()
    for (const value of everyValue()) {
      const source = memorySource(written.files)
      const manifest = await openManifestFrom(source, policyOf(), { primitives, signal })
      const { views } = await lookupIn(manifest, value, { primitives, signal })
      assert.equal(views.length, value.present ? 1 : 0, `${value.kind} ${value.value}`)
      const shard = shardOf(value)
      const requests = source.asked.join('\n')
      const before = asked.get(shard) ?? { requests, kinds: new Set() }
      assert.equal(requests, before.requests, `${value.kind} ${value.value} asks for something else`)
      before.kinds.add(`${value.kind} ${value.present}`)
      asked.set(shard, before)
    }
    assert.equal(asked.size, 2 ** bits)
    assert.equal(new Set([...asked.values()].map(({ requests }) => requests)).size, 2 ** bits)
    const keys = everyValue(1).filter(({ present }) => present)
    for (const [shard, { kinds }] of asked) {
      const group = keys.filter((value) => shardOf(value) === shard)
      assert.ok(group.length >= 32, 'the group in which a lookup hides')
      assert.ok(kinds.has('original true') && kinds.has('original false'))
    }
  })

  it('costs a fixed handful of requests, however long the log is', async () => {
    const source = memorySource(written.files)
    const manifest = await openManifestFrom(source, policyOf(), { primitives, signal })
    await lookupIn(manifest, { kind: 'id', value: testId(1) }, { primitives, signal })
    assert.ok(source.asked.length <= 9, source.asked.join(' '))
    assert.equal(new Set(source.asked).size, source.asked.length, 'nothing is asked for twice')
  })
})

describe('what a reference is looked up as', () => {
  it('is one value for a link of a platform, an id and a small file, and two for what may be a bundle or a large file', () => {
    const kindsOf = (what: string): string[] => valuesOf(readReference(what)).map(({ kind }) => kind)
    assert.deepEqual(kindsOf('https://www.youtube.com/watch?v=00000000003&list=x'), ['original'])
    assert.deepEqual(kindsOf(testId(3)), ['id'])
    assert.deepEqual(kindsOf(testFile(3)), ['file'])
    assert.deepEqual(kindsOf(testRoot(3)), ['root', 'file'])
  })
})

describe('a lookup over HTTP', () => {
  it('sends the same requests for every key of a shard, with nothing in them that differs', async (context) => {
    const asked: string[] = []
    const server = createServer((request, answer) => {
      asked.push(`${request.method} ${request.url} ${request.headers['user-agent']} ${Object.keys(request.headers)}`)
      const bytes = written.files.get(request.url?.slice('/manifest/'.length) ?? '')
      if (bytes === undefined) answer.writeHead(404).end()
      else answer.end(bytes)
    })
    const url = await listening(server)
    configureNetwork({ proxyUrl: undefined })
    context.after(async () => {
      await closeNetwork()
      server.close()
    })
    const policy = policyOf()
    const [first] = everyValue()
    assert.ok(first !== undefined)
    const sameShard = everyValue().filter((value) => shardOf(value) === shardOf(first))
    assert.ok(sameShard.some(({ present }) => present) && sameShard.some(({ present }) => !present))
    let expected: readonly string[] | undefined
    for (const { kind, value, present } of sameShard) {
      asked.splice(0)
      const manifest = await openManifest(url, policy, { primitives, signal })
      const { views } = await lookupIn(manifest, { kind, value }, { primitives, signal })
      assert.equal(views.length, present ? 1 : 0)
      // Files that are asked for at the same time may arrive in any order, which is not the order of the keys either.
      expected ??= asked.toSorted()
      assert.deepEqual(asked.toSorted(), expected)
    }
  })
})

describe('an index that its publisher signed wrongly', () => {
  const lie = new WrittenManifest()
  for (let n = 0; n < 40; n += 1) lie.add(aBundle(n))

  it('is refused by verify and gives no answer to a lookup when its root is of no index', async () => {
    const wrong = new WrittenManifest()
    for (let n = 0; n < 40; n += 1) wrong.add(aBundle(n))
    wrong.head({ indexRoot: 'ab'.repeat(32) })
    assert.equal(await outcome(verify(wrong.files)), 'INDEX_DAMAGED')
    assert.equal(await outcome(look(wrong.files, 'https://youtu.be/00000000003')), 'MANIFEST_DAMAGED')
    assert.equal(await outcome(look(wrong.files, 'https://youtu.be/00000000999')), 'MANIFEST_DAMAGED')
  })

  it('is refused by verify when it leaves a bundle out, which a lookup alone cannot see', async () => {
    const short = new WrittenManifest()
    for (let n = 0; n < 39; n += 1) short.add(aBundle(n))
    short.head()
    const index = parseStatement(short.entries.at(-1) ?? new Uint8Array(0))
    assert.ok(index.kind === 'known' && index.statement.type === 'index/1')
    lie.head({ indexRoot: index.statement.root })
    for (const [path, bytes] of short.files)
      if (path.startsWith('index/')) lie.files.set(path.replace('index/40/tile', 'index/41/tile'), bytes)
    assert.equal(await outcome(verify(lie.files)), 'INDEX_DAMAGED')
    assert.equal(await outcome(look(lie.files, 'https://youtu.be/00000000003')), 'fine')
  })

  it('makes a lookup unknown when the newest statement is no index', async () => {
    const none = new WrittenManifest().add(aBundle(1)).sign()
    assert.equal(await outcome(look(none.files, 'https://youtu.be/00000000001')), 'LOOKUP_UNKNOWN')
    assert.equal(await outcome(verify(none.files)), 'INDEX_DAMAGED')
  })
})
