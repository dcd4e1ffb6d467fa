import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aBundle, aWithdrawal, testRoot } from '../../fakes/manifest-log.ts'
import { WrittenManifest } from '../../fakes/written-manifest.ts'
import { look, outcome, verify } from './reading.ts'

const urlOf = (n: number): string => `https://www.youtube.com/watch?v=${String(n).padStart(11, '0')}`

/** Two heads, three hundred statements and more: full and partial tiles, several shards. */
const written = new WrittenManifest()
for (let n = 0; n < 150; n += 1) written.add(aBundle(n))
written.head()
for (let n = 150; n < 290; n += 1) written.add(aBundle(n))
written.add(aWithdrawal(7)).head()

/** Exit 4 of `manifest verify`. */
const DAMAGED = [
  'MANIFEST_DAMAGED',
  'INDEX_DAMAGED',
  'MANIFEST_INCONSISTENT',
  'SIGNATURE_INVALID',
  'SIGNATURE_MISSING',
  'NOTE_MALFORMED',
  'CHECKPOINT_MALFORMED',
  'ORIGIN_UNKNOWN',
]
const neededShards = shardsOfNewestIndex()
/** What the newest head no longer needs, or nobody reads: partial files that full ones have replaced, an older index. */
const olderHead = [...written.files.keys()].filter((path) => isOlder(path))

function isOlder(path: string): boolean {
  if (/^tile\/(entries|0)\/000\.p\//.test(path) || path.startsWith('index/151/')) return true
  return path.startsWith('index/shard/') && !neededShards.has(path)
}

function shardsOfNewestIndex(): ReadonlySet<string> {
  const again = new WrittenManifest()
  for (const bytes of written.entries.slice(1, -1)) again.add(bytes)
  again.head()
  return new Set([...again.files.keys()].filter((path) => path.startsWith('index/shard/')))
}

function flipped(path: string, at: number, bit = 1): Map<string, Uint8Array> {
  const files = written.copy()
  const bytes = files.get(path)
  assert.ok(bytes !== undefined && at < bytes.length, `${path} has a byte ${at}`)
  bytes[at] = (bytes[at] ?? 0) ^ bit
  return files
}

const needed = [...written.files.keys()].filter((path) => !olderHead.includes(path))

describe('a manifest that was altered', () => {
  it('is fine as it was written', async () => {
    assert.equal((await verify(written.files)).size, 294)
    assert.equal(olderHead.length > 3 && needed.length > 20, true)
    assert.equal((await look(written.files, urlOf(3))).views[0]?.root, testRoot(3))
  })

  it('is refused by verify for one altered byte in any file that the newest head stands on', async () => {
    const kinds = new Set<string>()
    for (const path of needed) {
      const { length } = written.files.get(path) ?? { length: 0 }
      // There are many shards and they are alike: one byte each, in another place each time.
      const places = [0, 1, Math.floor(length / 3), Math.floor(length / 2), length - 2, length - 1]
      const [one = 0] = places.slice(needed.indexOf(path) % places.length)
      for (const at of path.startsWith('index/shard/') ? [one] : new Set(places)) {
        const code = await outcome(verify(flipped(path, at)))
        assert.ok(DAMAGED.includes(code), `byte ${at} of ${path}: ${code}`)
      }
      kinds.add(path.split('/').slice(0, 2).join('/'))
    }
    assert.deepEqual(
      [...kinds].map((kind) => kind.replace(/\d+/, 'N')).sort(),
      [
        'checkpoint',
        'checkpoints/N',
        'checkpoints/N',
        'index/N',
        'index/shard',
        'tile/N',
        'tile/N',
        'tile/entries',
      ].sort(),
    )
  })

  it('is refused by verify for every single bit of its checkpoint', async () => {
    const { length } = written.files.get('checkpoint') ?? { length: 0 }
    for (let at = 0; at < length; at += 1) {
      const code = await outcome(verify(flipped('checkpoint', at, 1 << (at % 8))))
      assert.ok(DAMAGED.includes(code), `byte ${at}: ${code}`)
    }
  })

  it('never makes a lookup answer anything else than the truth', async () => {
    const truth = new Map<number, unknown>()
    for (const n of [3, 7, 200, 999]) truth.set(n, (await look(written.files, urlOf(n))).views)
    assert.deepEqual(
      [...truth].map(([n, views]) => [n, (views as unknown[]).length]),
      [
        [3, 1],
        [7, 1],
        [200, 1],
        [999, 0],
      ],
    )
    for (const path of written.files.keys()) {
      const { length } = written.files.get(path) ?? { length: 0 }
      for (const at of [0, Math.floor(length / 2), length - 1]) {
        const [n = 3] = [3, 7, 200, 999].slice((at + path.length) % 4)
        const files = flipped(path, at)
        const code = await outcome(look(files, urlOf(n)))
        if (code === 'fine') assert.deepEqual((await look(files, urlOf(n))).views, truth.get(n), `${path} ${at}`)
        else assert.ok([...DAMAGED, 'LOOKUP_UNKNOWN'].includes(code), `byte ${at} of ${path}: ${code}`)
      }
    }
  })

  it('does not mind what older heads left behind', async () => {
    for (const path of olderHead) {
      assert.equal(await outcome(verify(flipped(path, 0))), 'fine', path)
      const files = written.copy()
      files.delete(path)
      assert.equal(await outcome(verify(files)), 'fine', path)
    }
  })
})

describe('a manifest that lacks files', () => {
  it('is incomplete or damaged for verify, unknown for a lookup that needs them, and never absent', async () => {
    for (const path of needed) {
      const files = written.copy()
      files.delete(path)
      const verified = await outcome(verify(files))
      const expected =
        path === 'checkpoint' ? 'MANIFEST_MISSING' : /^tile/.test(path) ? 'MANIFEST_INCOMPLETE' : 'INDEX_DAMAGED'
      assert.equal(verified, path.startsWith('checkpoints/') ? 'fine' : expected, path)
      for (const n of [3, 999]) {
        const code = await outcome(look(files, urlOf(n)))
        assert.ok(['fine', 'LOOKUP_UNKNOWN', 'MANIFEST_MISSING'].includes(code), `${path}: ${code}`)
        if (code === 'fine') assert.equal((await look(files, urlOf(n))).views.length, n === 3 ? 1 : 0)
      }
    }
  })

  it('needs no partial tile where the full one is there, and takes a fuller file than its head asks for', async () => {
    const later = new WrittenManifest()
    for (const bytes of written.entries.slice(1)) later.add(bytes)
    while (later.size < 511) later.add(aBundle(1000 + later.size))
    later.head()
    const files = written.copy()
    for (const path of ['tile/0/001', 'tile/entries/001']) {
      files.delete(`${path}.p/38`)
      const full = later.files.get(path)
      assert.ok(full !== undefined)
      files.set(path, full)
    }
    assert.equal((await verify(files)).size, 294)
    assert.equal((await look(files, urlOf(200))).views.length, 1)
  })

  it('is asked for a fresh head twice before it is called unknown', async () => {
    const files = written.copy()
    files.delete('index/293/receipt')
    const heads: string[] = []
    const counting = new Proxy(files, {
      get(target, name) {
        if (name !== 'get') return Reflect.get(target, name)
        return (path: string) => {
          if (path === 'checkpoint') heads.push(path)
          return target.get(path)
        }
      },
    })
    assert.equal(await outcome(look(counting, urlOf(3))), 'LOOKUP_UNKNOWN')
    assert.equal(heads.length, 3)
  })
})

describe('a manifest whose files have another length', () => {
  it('is refused when they are cut or go on', async () => {
    for (const path of needed) {
      const bytes = written.files.get(path) ?? new Uint8Array(0)
      const cuts = [bytes.slice(0, -1), bytes.slice(0, Math.floor(bytes.length / 2)), new Uint8Array(0)]
      const [one = bytes] = cuts.slice(needed.indexOf(path) % cuts.length)
      for (const other of path.startsWith('index/shard/') ? [one] : cuts) {
        const code = await outcome(verify(written.copy().set(path, other)))
        assert.ok(DAMAGED.includes(code), `${path} cut to ${other.length}: ${code}`)
      }
      const longer = await outcome(verify(written.copy().set(path, Buffer.concat([bytes, Buffer.from('\n')]))))
      // A file of tiles or entries may be longer than its head needs; what is beyond is dropped.
      assert.ok(/^tile/.test(path) ? true : DAMAGED.includes(longer), `${path} with one byte more: ${longer}`)
    }
  })
})
