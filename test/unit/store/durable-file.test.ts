import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  writeDurable,
  writeDurableBatch,
  writeDurableBatchIfAbsent,
  writeDurableIfAbsent,
} from '../../../src/store/durable-file.ts'
import { StoreError } from '../../../src/store/errors.ts'
import { startChild } from './child.ts'
import { smallDisk } from './small-disk.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const text = (value: string): Uint8Array => Buffer.from(value)
const fails = (code: string) => (error: unknown) =>
  error instanceof StoreError && error.code === code && error.hint !== undefined

describe('writeDurable', () => {
  it('makes missing directories, replaces what was there and leaves nothing else behind', async (t) => {
    const directory = await temporaryDirectory(t)
    const path = join(directory, 'tile', '0', 'x001', '000')
    await writeDurable(path, text('old'))
    await writeDurable(path, text('new'))
    assert.equal(await readFile(path, 'utf8'), 'new')
    assert.deepEqual(await readdir(join(directory, 'tile', '0', 'x001')), ['000'])
  })

  it('gives a secret file the permissions that were asked for', { skip: process.platform === 'win32' }, async (t) => {
    const path = join(await temporaryDirectory(t), 'log.key')
    await writeDurable(path, text('secret'), { mode: 0o600 })
    assert.equal((await stat(path)).mode & 0o777, 0o600)
  })

  it('replaces a link by a file and leaves the target of the link alone', async (t) => {
    const directory = await temporaryDirectory(t)
    await writeFile(join(directory, 'target'), 'not ours')
    await symlink('target', join(directory, 'link'))
    await writeDurable(join(directory, 'link'), text('ours'))
    assert.equal(await readFile(join(directory, 'target'), 'utf8'), 'not ours')
    assert.equal(await readFile(join(directory, 'link'), 'utf8'), 'ours')
  })

  it('reports a path that cannot be written, keeps what is there and leaves no temporary file', async (t) => {
    const directory = await temporaryDirectory(t)
    await mkdir(join(directory, 'taken', 'full'), { recursive: true })
    await assert.rejects(writeDurable(join(directory, 'taken'), text('x')), fails('STORE_UNWRITABLE'))
    await writeFile(join(directory, 'file'), 'x')
    await assert.rejects(writeDurable(join(directory, 'file', 'below'), text('x')), fails('STORE_UNWRITABLE'))
    await symlink('unmounted', join(directory, 'link'))
    await assert.rejects(writeDurable(join(directory, 'link', 'below'), text('x')), fails('STORE_UNWRITABLE'))
    if (process.platform === 'linux')
      await assert.rejects(writeDurable('/proc/holdfast/below/x', text('x')), fails('STORE_UNWRITABLE'))
    assert.deepEqual((await readdir(directory)).sort(), ['file', 'link', 'taken'])
  })

  it('removes temporary files of dead runs, never those of live ones or files of others', async (t) => {
    const directory = await temporaryDirectory(t)
    const dead = startChild(t, 'write-once.ts', [join(directory, 'first'), '1'])
    await dead.end()
    const kept = [`.holdfast-${process.ppid}-1-abc.tmp`, '.holdfast.tmp', 'notes.tmp']
    for (const name of [`.holdfast-${dead.process.pid}-1-abc.tmp`, `.holdfast-${process.pid}-99-abc.tmp`, ...kept]) {
      await writeFile(join(directory, name), 'half')
    }
    await writeDurable(join(directory, 'second'), text('x'))
    assert.deepEqual((await readdir(directory)).sort(), [...kept, 'first', 'second'].sort())
  })
})

describe('writeDurableIfAbsent', () => {
  it('writes once, leaves the same bytes alone and refuses other bytes', async (t) => {
    const path = join(await temporaryDirectory(t), 'tile')
    assert.equal(await writeDurableIfAbsent(path, text('frozen')), true)
    const { mtimeNs, ino } = await stat(path, { bigint: true })
    assert.equal(await writeDurableIfAbsent(path, text('frozen')), false)
    const after = await stat(path, { bigint: true })
    assert.deepEqual([after.mtimeNs, after.ino], [mtimeNs, ino])
    for (const other of ['frozem', 'frozen!', '']) {
      await assert.rejects(writeDurableIfAbsent(path, text(other)), fails('STORED_BYTES_DIFFER'))
    }
    assert.equal(await readFile(path, 'utf8'), 'frozen')
  })

  it('writes nothing of a batch in which one file differs', async (t) => {
    const directory = await temporaryDirectory(t)
    await writeFile(join(directory, 'b'), 'other')
    const files = ['a', 'b', 'c'].map((name) => ({ path: join(directory, name), bytes: text('same') }))
    await assert.rejects(writeDurableBatchIfAbsent(files), fails('STORED_BYTES_DIFFER'))
    assert.deepEqual(await readdir(directory), ['b'])
  })

  it('refuses a batch that names one path with two contents', async (t) => {
    const directory = await temporaryDirectory(t)
    const files = ['a', 'b'].map((content) => ({ path: join(directory, 'x'), bytes: text(content) }))
    await assert.rejects(writeDurableBatchIfAbsent(files), fails('STORED_BYTES_DIFFER'))
    assert.deepEqual(await readdir(directory), [])
  })

  it('counts what it wrote of many files in many directories', async (t) => {
    const directory = await temporaryDirectory(t)
    const files = Array.from({ length: 300 }, (_, n) => ({
      path: join(directory, `d${n % 7}`, `${n}`),
      bytes: text(`${n}`),
    }))
    assert.equal(await writeDurableBatchIfAbsent(files.slice(0, 100)), 100)
    assert.equal(await writeDurableBatchIfAbsent(files), 200)
    assert.equal(await writeDurableBatchIfAbsent(files), 0)
    assert.equal(await readFile(join(directory, 'd5', '299'), 'utf8'), '299')
  })
})

describe('writeDurableBatch, killed', () => {
  it('leaves each file whole, old or new, and the next run tidies up', async (t) => {
    const directory = await temporaryDirectory(t)
    const places = join(directory, 'deep', 'er')
    for (let round = 0; round < 8; round++) {
      const child = startChild(t, 'write-batches.ts', [directory, '12', '300000'])
      await child.line()
      await sleep(Math.random() * 60)
      await child.kill()
      for (let n = 0; n < 12; n++) {
        const held = await readFile(join(places, `${n}`))
        assert.equal(held.length, 300_000)
        assert.ok(held.every((byte) => byte === held[0]))
      }
    }
    await startChild(t, 'write-once.ts', [join(places, 'last'), '1']).end()
    assert.equal((await readdir(places)).length, 13)
  })
})

describe('a full disk', () => {
  it('is DISK_FULL at a file size limit, with the old file kept and nothing half left', {
    skip: process.platform === 'win32',
  }, async (t) => {
    const directory = await temporaryDirectory(t)
    await writeFile(join(directory, 'kept'), 'old')
    const child = startChild(
      t,
      'write-once.ts',
      [join(directory, 'kept'), '400000'],
      ['sh', '-c', 'ulimit -f 64; exec "$@"', 'sh'],
    )
    assert.deepEqual((await child.end()).lines, ['DISK_FULL'])
    assert.deepEqual(await readdir(directory), ['kept'])
    assert.equal(await readFile(join(directory, 'kept'), 'utf8'), 'old')
  })

  it('is DISK_FULL on a small file system, which takes the next write once there is room', async (t) => {
    const disk = await smallDisk(t, '256k')
    if (disk === undefined) return t.skip('mounting a small file system needs root')
    await using _ = disk
    const files = Array.from({ length: 8 }, (_, n) => ({
      path: join(disk.path, `${n}`),
      bytes: new Uint8Array(60_000),
    }))
    await assert.rejects(writeDurableBatch(files), fails('DISK_FULL'))
    assert.deepEqual(await readdir(disk.path), [])
    await writeDurableBatch(files.slice(0, 3))
    assert.deepEqual((await readdir(disk.path)).sort(), ['0', '1', '2'])
  })
})
