import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { StoreError } from '../../../src/store/errors.ts'
import { type HeadRecord, headRecordPath, readHeadRecord, writeHeadRecord } from '../../../src/store/head-record.ts'
import { startChild } from './child.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const VKEY = 'archive.example/testimony+7a3f2b1c+AQ=='
const fails = (code: string) => (error: unknown) =>
  error instanceof StoreError && error.code === code && error.hint !== undefined
const aHead = (size: number, root = 'a'): HeadRecord => ({
  size,
  root: root.repeat(64),
  note: `archive.example\n${size}\n\n— ключ\n`,
})

describe('the second record of the newest head', () => {
  it('is absent at first, then holds what was written, under a name that tells nothing', async (t) => {
    const directory = join(await temporaryDirectory(t), 'state')
    assert.equal(await readHeadRecord(directory, VKEY), undefined)
    assert.equal(await writeHeadRecord(directory, VKEY, aHead(5)), undefined)
    assert.deepEqual(await readHeadRecord(directory, VKEY), aHead(5))
    assert.equal(await readHeadRecord(directory, 'another.example+00000000+AQ=='), undefined)
    assert.deepEqual(
      (await readdir(join(directory, 'heads'))).filter((name) => !/^[0-9a-f]{64}\.json$/.test(name)),
      ['lock.sqlite'],
    )
    if (process.platform !== 'win32') assert.equal((await stat(headRecordPath(directory, VKEY))).mode & 0o777, 0o600)
  })

  it('only moves forwards, and takes the same head with another cosignature', async (t) => {
    const directory = await temporaryDirectory(t)
    await writeHeadRecord(directory, VKEY, aHead(5))
    await writeHeadRecord(directory, VKEY, aHead(9))
    await writeHeadRecord(directory, VKEY, { ...aHead(9), note: 'more' })
    await assert.rejects(writeHeadRecord(directory, VKEY, aHead(8)), fails('HEAD_ROLLED_BACK'))
    await assert.rejects(writeHeadRecord(directory, VKEY, aHead(9, 'b')), fails('HEAD_RECORD_CONFLICT'))
    assert.deepEqual(await readHeadRecord(directory, VKEY), { ...aHead(9), note: 'more' })
  })

  it('stops two copies of one home from signing different heads of one size', async (t) => {
    const directory = await temporaryDirectory(t)
    const racers = ['a', 'b'].map((root) => startChild(t, 'write-head.ts', [directory, root]).end())
    const ends = (await Promise.all(racers)).flatMap((racer) => racer.lines)
    assert.notDeepEqual(ends, ['all', 'all'])
    assert.ok(
      ends.every((end) => ['all', 'HEAD_RECORD_CONFLICT', 'HEAD_ROLLED_BACK'].includes(end)),
      ends.join(),
    )
  })

  it('does not take a damaged record for none', async (t) => {
    const directory = await temporaryDirectory(t)
    const path = headRecordPath(directory, VKEY)
    await mkdir(dirname(path))
    const good = JSON.stringify({ v: 1, ...aHead(5) })
    for (const content of [
      '',
      '{}',
      good.slice(0, -2),
      good.replace('"v":1', '"v":2'),
      good.replace('5', '-5'),
      good.replace('aaa', 'AAA'),
      Buffer.from([0xff]),
    ]) {
      await writeFile(path, content)
      await assert.rejects(readHeadRecord(directory, VKEY), fails('HEAD_RECORD_MALFORMED'))
      await assert.rejects(writeHeadRecord(directory, VKEY, aHead(6)), fails('HEAD_RECORD_MALFORMED'))
      assert.deepEqual(await readFile(path), Buffer.from(content))
    }
    await writeFile(path, good)
    assert.deepEqual(await readHeadRecord(directory, VKEY), aHead(5))
  })

  it('is a warning where it cannot be written, and an error where it cannot be read', async (t) => {
    const directory = await temporaryDirectory(t)
    await writeFile(join(directory, 'heads'), 'a file')
    await assert.rejects(readHeadRecord(directory, VKEY), fails('STORE_UNREADABLE'))
    await writeFile(join(directory, 'file'), '')
    await assert.rejects(writeHeadRecord(join(directory, 'file'), VKEY, aHead(1)), fails('STORE_UNREADABLE'))
    // A place that takes no new directory, for root too.
    const problem = await writeHeadRecord('/proc/holdfast', VKEY, aHead(1))
    assert.equal(problem?.code, 'HEAD_RECORD_UNWRITTEN')
    assert.ok(problem?.hint)
  })
})
