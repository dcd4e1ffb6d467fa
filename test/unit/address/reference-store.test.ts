import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readlinkSync,
  truncateSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { copyFile, link, lstat, mkdir, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { statOf } from '../../../src/address/open-file.ts'
import { ReferenceStore } from '../../../src/address/reference-store.ts'
import { innerNodes } from '../../../src/address/tree.ts'
import { cidText, dagPbCid, rawCid } from '../../../src/model/content-id.ts'
import { bytesOf, gather, openTables, type Workbench, workbench } from './samples.ts'

const MIB = 1_048_576
const { signal } = new AbortController()
const sha256 = (bytes: Uint8Array | string): Buffer => hash('sha256', bytes, 'buffer')
const statesOf = ({ store }: Workbench, id: number): string[] => store.locationsOf(id).map(({ state }) => state)
const leafOf = (content: Uint8Array, index: number): CID =>
  rawCid(sha256(content.subarray(index * MIB, (index + 1) * MIB)))

/** Changes one byte and puts the modification time back, as rot does and as a careful forger would. */
async function flip(path: string, at: number): Promise<void> {
  const { mtime, atime } = await lstat(path)
  const fd = openSync(path, 'r+')
  writeSync(fd, '~', at)
  closeSync(fd)
  utimesSync(path, atime, mtime)
}

/** Makes the store believe that the file was so when it was added: what a disk that rots silently looks like. */
async function adoptStat({ database }: Workbench, path: string): Promise<void> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await lstat(path, { bigint: true })
  database
    .prepare('UPDATE location SET dev = ?, ino = ?, size = ?, mtime_ns = ?, ctime_ns = ? WHERE path = ?')
    .run(dev, ino, size, mtimeNs, ctimeNs, path)
}

describe('the reference store', () => {
  it('gives every block of a file, each as its CID says, without keeping a copy', async () => {
    await using bench = await workbench()
    const content = bytesOf('film', 3 * MIB + 5)
    const { cid, id } = await bench.addFile('film', content)
    for (const block of bench.store.blocksOf(cid)) {
      const bytes = await bench.store.readBlock(block.cid, { signal })
      assert.ok(bytes)
      assert.deepEqual(sha256(bytes), Buffer.from(block.cid.multihash.digest))
      assert.equal(bytes.length, block.bytes)
      assert.equal(bench.store.blockLength(block.cid), block.bytes)
    }
    assert.deepEqual(
      [...bench.store.blocksOf(cid)].map(({ kind }) => kind),
      ['inner', 'leaf', 'leaf', 'leaf', 'leaf'],
    )
    assert.equal(bench.database.prepare('SELECT count(*) AS n FROM small_block').get()?.['n'], 0)
    assert.deepEqual(bench.store.content(id), bench.store.contentByCid(cid))
    assert.deepEqual(Buffer.from(bench.store.content(id)?.sha256 ?? []), sha256(content))
  })

  it('adds the same file twice, and the same content from two paths, as one content', async () => {
    await using bench = await workbench()
    const content = bytesOf('film', MIB + 1)
    const { id, path } = await bench.addFile('a', content)
    assert.equal((await bench.addFile('a', content)).id, id)
    assert.equal((await bench.addFile('b', content)).id, id)
    assert.deepEqual(
      bench.store.locationsOf(id).map((location) => location.path),
      [path, join(bench.dir, 'b')],
    )
    assert.equal(bench.database.prepare('SELECT count(*) AS n FROM block').get()?.['n'], 3)
  })

  it('knows an unchanged file by its stat, and no other', async () => {
    await using bench = await workbench()
    const { id, path } = await bench.addFile('a', Buffer.from('text'))
    const stat = statOf(await lstat(path, { bigint: true }))
    assert.equal(bench.store.knownContent(path, stat), id)
    assert.equal(bench.store.knownContent(join(bench.dir, 'b'), stat), undefined)
    for (const key of ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const) {
      assert.equal(bench.store.knownContent(path, { ...stat, [key]: stat[key] + 1n }), undefined, key)
    }
    await bench.store.verifyContent(id, bench.hasher, { signal })
    assert.equal(bench.store.knownContent(path, stat), id)
  })

  it('keeps inodes above 2^63 as they are', async () => {
    await using bench = await workbench()
    const { path, id } = await bench.addFile('a', Buffer.from('text'))
    const file = await bench.hasher.hashFile(path, { signal })
    const stat = { ...file.stat, ino: 2n ** 64n - 3n }
    bench.store.addContent({ ...file, stat })
    assert.deepEqual(bench.store.locationsOf(id)[0]?.stat, stat)
    assert.equal(bench.store.knownContent(path, stat), id)
  })

  it('answers nothing for blocks it never had and hashes it does not know', async () => {
    await using bench = await workbench()
    for (const cid of [
      rawCid(sha256('?')),
      dagPbCid(sha256('?')),
      CID.createV1(0x55, identity.digest(Buffer.from('inline'))),
    ]) {
      assert.equal(await bench.store.readBlock(cid, { signal }), undefined)
      assert.equal(bench.store.has(cid), false)
      assert.equal(bench.store.sizeOf(cid), undefined)
      await assert.rejects(gather(bench.store.readFileRange(cid, 0, 1, { signal })), { code: 'CONTENT_UNKNOWN' })
      assert.throws(() => [...bench.store.blocksOf(cid)], { code: 'CONTENT_UNKNOWN' })
    }
  })

  it('reads any range of a file as the file has it', async () => {
    await using bench = await workbench()
    const content = bytesOf('film', 3 * MIB + 5)
    const { cid } = await bench.addFile('film', content)
    assert.equal(bench.store.sizeOf(cid), content.length)
    const edge = fc.oneof(
      fc.nat(content.length + 10),
      fc.constantFrom(0, MIB - 1, MIB, MIB + 1, 3 * MIB, content.length),
    )
    await fc.assert(
      fc.asyncProperty(edge, edge, async (a, b) => {
        const read = await gather(bench.store.readFileRange(cid, a, b, { signal }))
        assert.ok(read.equals(content.subarray(a, Math.max(a, b))), `${a} to ${b}`)
      }),
      { numRuns: 40 },
    )
  })

  it('reads an empty file', async () => {
    await using bench = await workbench()
    const { cid } = await bench.addFile('empty', new Uint8Array(0))
    assert.equal(cidText(cid), 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')
    assert.equal((await bench.store.readBlock(cid, { signal }))?.length, 0)
    assert.equal((await gather(bench.store.readFileRange(cid, 0, 10, { signal }))).length, 0)
  })

  it('makes the nodes of a tree of three levels again', async () => {
    await using bench = await workbench()
    const digests = Buffer.concat(Array.from({ length: 1026 }, (_, i) => sha256(`chunk ${i}`)))
    const bytes = 1025 * MIB + 3
    const nodes = [...innerNodes(digests, bytes)]
    const [root] = nodes.slice(-1)
    assert.ok(root)
    const stat = { dev: 1n, ino: 1n, size: BigInt(bytes), mtimeNs: 1n, ctimeNs: 1n }
    bench.store.addContent({ path: '/nowhere', stat, cid: root.cid, bytes, sha256: sha256('whole'), digests })
    for (const node of nodes) {
      const block = await bench.store.readBlock(node.cid, { signal })
      assert.deepEqual(block, node.bytes)
      assert.equal(bench.store.sizeOf(node.cid), node.fileBytes)
    }
    const listed = [...bench.store.blocksOf(root.cid)]
    assert.equal(listed.length, 1026 + 3)
    assert.deepEqual(
      [0, 1, 1026].map((i) => cidText(listed[i]?.cid ?? root.cid)),
      [root, nodes[0], nodes[1]].map((node) => cidText(node?.cid ?? root.cid)),
    )
    await assert.rejects(bench.store.readBlock(rawCid(sha256('chunk 7')), { signal }), { code: 'BLOCK_MISSING' })
  })

  it('refuses content whose chunks are not those of its CID, and writes nothing of it', async () => {
    await using bench = await workbench()
    const { path } = await bench.addFile('film', bytesOf('film', 2 * MIB))
    const file = await bench.hasher.hashFile(path, { signal })
    assert.throws(() => bench.store.addContent({ ...file, cid: dagPbCid(sha256('?')) }), TypeError)
    assert.throws(
      () => bench.store.addContent({ ...file, cid: dagPbCid(sha256('!')), sha256: new Uint8Array(0) }),
      TypeError,
    )
    assert.equal(bench.database.prepare('SELECT count(*) AS n FROM content').get()?.['n'], 1)
    assert.equal(bench.database.isTransaction, false)
  })

  it('joins a transaction that the caller has open', async () => {
    await using bench = await workbench()
    bench.database.exec('BEGIN')
    const { cid } = await bench.addFile('a', Buffer.from('text'))
    assert.throws(
      () =>
        bench.store.atomically(() => {
          bench.store.putSmall(rawCid(sha256('x')), Buffer.from('x'))
          throw new Error('no')
        }),
      { message: 'no' },
    )
    assert.equal(bench.store.has(rawCid(sha256('x'))), false)
    assert.equal(bench.store.has(cid), true)
    bench.database.exec('ROLLBACK')
    assert.equal(bench.store.has(cid), false)
  })

  it('keeps one index row for a chunk that a file repeats, and gives it whichever file is left', async () => {
    await using bench = await workbench()
    const zeros = Buffer.alloc(5 * MIB)
    const { cid, path } = await bench.addFile('zeros', zeros)
    assert.equal(bench.database.prepare('SELECT count(*) AS n FROM block').get()?.['n'], 2)
    const other = await bench.addFile('other', Buffer.concat([bytesOf('x', MIB), zeros.subarray(0, MIB)]))
    await unlink(path)
    assert.equal((await bench.store.readBlock(leafOf(zeros, 0), { signal }))?.length, MIB)
    assert.ok((await gather(bench.store.readFileRange(cid, 0, 5 * MIB, { signal }))).equals(zeros))
    assert.deepEqual(statesOf(bench, other.id), ['ok'])
  })

  it('is read by a second connection, also one that may only read, while the first writes', async () => {
    await using bench = await workbench()
    const { cid, path, id } = await bench.addFile('a', Buffer.from('text'))
    const other = new DatabaseSync(join(bench.dir, 'state.sqlite'), { readOnly: true })
    await using reader = new ReferenceStore(other)
    bench.database.exec('BEGIN IMMEDIATE')
    await bench.addFile('b', Buffer.from('uncommitted'))
    assert.deepEqual(await reader.readBlock(cid, { signal }), new Uint8Array(Buffer.from('text')))
    assert.equal(reader.has(rawCid(sha256('uncommitted'))), false)
    bench.database.exec('COMMIT')
    assert.equal(reader.has(rawCid(sha256('uncommitted'))), true)
    await flip(path, 0)
    await assert.rejects(reader.readBlock(cid, { signal }), { code: 'FILE_CHANGING' })
    assert.deepEqual(statesOf(bench, id), ['ok'], 'a reader that may not write notes nothing')
    other.close()
  })

  it('stops when told to', async () => {
    await using bench = await workbench()
    const { cid } = await bench.addFile('film', bytesOf('film', 3 * MIB))
    const stopping = new AbortController()
    const reading = (async () => {
      for await (const _ of bench.store.readFileRange(cid, 0, 3 * MIB, { signal: stopping.signal }))
        stopping.abort(new Error('enough'))
    })()
    await assert.rejects(reading, { message: 'enough' })
    await assert.rejects(bench.store.readBlock(cid, { signal: stopping.signal }), { message: 'enough' })
  })

  it('gives hundreds of blocks at once, out of more files than it keeps open', async () => {
    await using bench = await workbench()
    const contents = Array.from({ length: 90 }, (_, i) => bytesOf(`file ${i}`, 2000 + i))
    const cids: CID[] = []
    for (const [i, content] of contents.entries()) cids.push((await bench.addFile(`${i}`, content)).cid)
    const wanted = Array.from({ length: 400 }, (_, i) => (i * 37) % contents.length)
    const found = await Promise.all(
      wanted.map((i) => bench.store.readBlock(cids[i] ?? rawCid(sha256('?')), { signal })),
    )
    for (const [n, i] of wanted.entries()) assert.deepEqual(found[n], new Uint8Array(contents[i] ?? []))
  })

  it('keeps at most 64 files open, and none when it is disposed', async (t) => {
    if (process.platform !== 'linux') return t.skip('only Linux lists the open files of a process')
    await using bench = await workbench()
    await mkdir(join(bench.dir, 'many'))
    const openNow = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => targetOf(fd).includes(`${bench.dir}/many`)).length
    for (let i = 0; i < 80; i++) {
      const { cid } = await bench.addFile(`many/${i}`, Buffer.from(`content ${i}`))
      await bench.store.readBlock(cid, { signal })
    }
    assert.equal(openNow(), 64)
    await bench.store[Symbol.asyncDispose]()
    assert.equal(openNow(), 0)
  })
})

describe('the reference store, when a file is not what it was', () => {
  const content = bytesOf('film', 3 * MIB)
  const cases: readonly [string, (path: string, bench: Workbench) => Promise<void> | void, string, string][] = [
    ['one byte is flipped and the time put back', (path) => flip(path, MIB), 'FILE_CHANGING', 'changing'],
    [
      'one byte rotted and no time tells it',
      async (path, bench) => flip(path, MIB).then(() => adoptStat(bench, path)),
      'BLOCK_DAMAGED',
      'damaged',
    ],
    ['it is cut short', (path) => truncateSync(path, MIB + 7), 'FILE_CHANGING', 'changing'],
    ['it is emptied', (path) => truncateSync(path, 0), 'FILE_CHANGING', 'changing'],
    ['it is gone', (path) => unlink(path), 'BLOCK_MISSING', 'missing'],
    [
      'its directory is gone',
      (_, bench) => rename(join(bench.dir, 'd'), join(bench.dir, 'e')),
      'BLOCK_MISSING',
      'missing',
    ],
    [
      'its directory is a file now',
      async (_, bench) => {
        await rm(join(bench.dir, 'd'), { recursive: true })
        await writeFile(join(bench.dir, 'd'), 'x')
      },
      'BLOCK_MISSING',
      'missing',
    ],
    [
      'a link to the same bytes took its place',
      async (path) => {
        await rename(path, `${path}.moved`)
        await symlink(`${path}.moved`, path)
      },
      'FILE_CHANGING',
      'changing',
    ],
    [
      'a FIFO took its place',
      async (path) => {
        await unlink(path)
        execFileSync('mkfifo', [path])
      },
      'FILE_CHANGING',
      'changing',
    ],
    [
      'a directory took its place',
      async (path) => {
        await unlink(path)
        await mkdir(path)
      },
      'FILE_CHANGING',
      'changing',
    ],
    [
      'another file of the same size and time took its place',
      async (path) => {
        const { mtime, atime } = await lstat(path)
        await copyFile(path, `${path}.copy`)
        await rename(`${path}.copy`, path)
        await utimes(path, atime, mtime)
      },
      'FILE_CHANGING',
      'changing',
    ],
  ]

  for (const [what, change, code, state] of cases) {
    // A file that is open stays readable when its directory moves, and its bytes are checked all the same.
    for (const warm of what === 'its directory is gone' ? [false] : [false, true]) {
      it(`gives no byte and says ${code} when ${what}${warm ? ' while it is open' : ''}`, async () => {
        await using bench = await workbench()
        await mkdir(join(bench.dir, 'd'))
        const { path, cid, id } = await bench.addFile('d/film', content)
        if (warm) assert.ok(await bench.store.readBlock(leafOf(content, 1), { signal }))
        await change(path, bench)
        const error = { name: 'AddressError', code }
        await assert.rejects(bench.store.readBlock(leafOf(content, 1), { signal }), error)
        assert.deepEqual(statesOf(bench, id), [state])
        await assert.rejects(gather(bench.store.readFileRange(cid, MIB + 1, MIB + 2, { signal })), error)
        assert.equal(bench.store.has(leafOf(content, 1)), true, 'a gateway must tell this from a block that never was')
      })
    }
  }

  it('gives the bytes that are still right when a file only grew, and notes that it is changing', async () => {
    await using bench = await workbench()
    const { path, cid, id } = await bench.addFile('film', content)
    appendFileSync(path, 'more')
    assert.ok((await gather(bench.store.readFileRange(cid, 0, 3 * MIB, { signal }))).equals(content))
    assert.deepEqual(statesOf(bench, id), ['changing'])
  })

  it('gives the bytes of a file that only has a second name now', async () => {
    await using bench = await workbench()
    const { path, id } = await bench.addFile('film', content)
    await link(path, `${path}.second`)
    assert.ok(await bench.store.readBlock(leafOf(content, 0), { signal }))
    assert.deepEqual(statesOf(bench, id), ['changing'])
  })

  it('takes the bytes from any other place that has them', async () => {
    await using bench = await workbench()
    const { path, id } = await bench.addFile('a', content)
    await bench.addFile('b', content)
    await flip(path, 5)
    await adoptStat(bench, path)
    assert.ok(await bench.store.readBlock(leafOf(content, 0), { signal }))
    assert.deepEqual(
      bench.store.locationsOf(id).map((location) => [location.path.slice(-1), location.state]),
      [
        ['b', 'ok'],
        ['a', 'damaged'],
      ],
    )
  })

  it('does not call a file sound because another chunk of it is', async () => {
    await using bench = await workbench()
    const { path, id } = await bench.addFile('film', content)
    await flip(path, 5)
    await adoptStat(bench, path)
    await assert.rejects(bench.store.readBlock(leafOf(content, 0), { signal }), { code: 'BLOCK_DAMAGED' })
    assert.ok(await bench.store.readBlock(leafOf(content, 2), { signal }))
    assert.deepEqual(statesOf(bench, id), ['damaged'])
    assert.equal(
      bench.store.knownContent(path, statOf(await lstat(path, { bigint: true }))),
      undefined,
      'add must hash it again',
    )
  })

  it('finds a missing file again when its disk is back', async () => {
    await using bench = await workbench()
    const { path, id } = await bench.addFile('film', content)
    await mkdir(join(bench.dir, 'away'))
    const { ctimeNs } = await lstat(path, { bigint: true })
    await rename(path, join(bench.dir, 'away', 'film'))
    await assert.rejects(bench.store.readBlock(leafOf(content, 0), { signal }), { code: 'BLOCK_MISSING' })
    assert.deepEqual(statesOf(bench, id), ['missing'])
    await rename(join(bench.dir, 'away', 'film'), path)
    // Moving a file changes its ctime; plugging in its disk does not.
    const moved = (await lstat(path, { bigint: true })).ctimeNs !== ctimeNs
    assert.ok(await bench.store.readBlock(leafOf(content, 0), { signal }))
    assert.deepEqual(statesOf(bench, id), [moved ? 'changing' : 'ok'])
  })

  it('relinks content that was found at a new path', async () => {
    await using bench = await workbench()
    const { path, id } = await bench.addFile('old', content)
    await unlink(path)
    const moved = await bench.addFile('new', content)
    assert.equal(moved.id, id)
    const places = await bench.store.relink(id)
    assert.deepEqual(
      places.map((place) => [place.path, place.state]),
      [
        [moved.path, 'ok'],
        [path, 'missing'],
      ],
    )
  })

  it('forgets a place when the path has other content', async () => {
    await using bench = await workbench()
    const old = await bench.addFile('file', Buffer.from('old'))
    await bench.addFile('file', Buffer.from('new'))
    assert.deepEqual(bench.store.locationsOf(old.id), [])
    await assert.rejects(bench.store.readBlock(old.cid, { signal }), { code: 'BLOCK_MISSING' })
  })

  it('verifies all of a content: rot, change, absence and a mere touch', async () => {
    await using bench = await workbench()
    const places = await Promise.all(
      ['rot', 'change', 'absent', 'touch', 'fine'].map((name) => bench.addFile(name, content)),
    )
    const [rot, change, absent, touch] = places
    assert.ok(rot && change && absent && touch)
    await flip(rot.path, 2 * MIB)
    await adoptStat(bench, rot.path)
    appendFileSync(change.path, 'more')
    await unlink(absent.path)
    await utimes(touch.path, 1, 1)
    const found = await bench.store.verifyContent(rot.id, bench.hasher, { signal })
    assert.deepEqual(Object.fromEntries(found.map(({ path, state }) => [path.slice(bench.dir.length + 1), state])), {
      ...{ rot: 'damaged', change: 'changing', absent: 'missing', touch: 'ok', fine: 'ok' },
    })
    await writeFile(rot.path, content)
    await bench.store.verifyContent(rot.id, bench.hasher, { signal })
    assert.equal(bench.store.locationsOf(rot.id).find(({ path }) => path === rot.path)?.state, 'ok')
    await assert.rejects(bench.store.verifyContent(999, bench.hasher, { signal }), { code: 'CONTENT_UNKNOWN' })
  })
})

describe('small blocks', () => {
  it('are kept only under their own CID, and twice is once', async () => {
    await using bench = await workbench()
    const bytes = Buffer.from('document')
    bench.store.putSmall(rawCid(sha256(bytes)), bytes)
    bench.store.putSmall(rawCid(sha256(bytes)), bytes)
    assert.equal((await bench.store.readBlock(rawCid(sha256(bytes)), { signal }))?.length, bytes.length)
    assert.throws(() => bench.store.putSmall(rawCid(sha256('other')), bytes), { code: 'BLOCK_MISMATCH' })
    const large = Buffer.alloc(2 * MIB + 1)
    assert.throws(() => bench.store.putSmall(rawCid(sha256(large)), large), { code: 'BLOCK_TOO_LARGE' })
  })

  it('are never given when the database changed them, and heal when they are put again', async () => {
    await using bench = await workbench()
    const bytes = Buffer.from('document')
    const cid = rawCid(sha256(bytes))
    bench.store.putSmall(cid, bytes)
    bench.database.prepare('UPDATE small_block SET bytes = ?').run(Buffer.from('Document'))
    await assert.rejects(bench.store.readBlock(cid, { signal }), { code: 'BLOCK_DAMAGED' })
    bench.store.putSmall(cid, bytes)
    assert.ok(await bench.store.readBlock(cid, { signal }))
  })

  it('that rotted are taken from a file that has the same bytes', async () => {
    await using bench = await workbench()
    const { cid } = await bench.addFile('document', Buffer.from('document'))
    bench.store.putSmall(cid, Buffer.from('document'))
    bench.database.prepare('UPDATE small_block SET bytes = ?').run(Buffer.from('Document'))
    assert.equal(Buffer.from((await bench.store.readBlock(cid, { signal })) ?? []).toString(), 'document')
  })
})

it('refers to a film of 1 GiB in less than a thousandth of its size', () => {
  const database = openTables()
  const store = new ReferenceStore(database)
  const digests = Buffer.concat(Array.from({ length: 1024 }, (_, i) => sha256(`chunk ${i}`)))
  const size = (): number =>
    Number(
      database.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size').get()?.[
        'bytes'
      ],
    )
  const [root] = [...innerNodes(digests, 1024 * MIB)].slice(-1)
  assert.ok(root)
  const before = size()
  const stat = { dev: 1n, ino: 1n, size: BigInt(1024 * MIB), mtimeNs: 1n, ctimeNs: 1n }
  store.addContent({ path: '/film', stat, cid: root.cid, bytes: 1024 * MIB, sha256: sha256('whole'), digests })
  const overhead = (size() - before) / (1024 * MIB)
  assert.ok(overhead > 0 && overhead < 0.001, `${(overhead * 100).toFixed(4)} %`)
  database.close()
})

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // Closed since it was listed.
    return ''
  }
}
