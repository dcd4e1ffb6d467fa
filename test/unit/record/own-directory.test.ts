import assert from 'node:assert/strict'
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { RecordError } from '../../../src/record/errors.ts'
import { StoreError } from '../../../src/store/errors.ts'
import { aBundle } from '../../fakes/manifest-log.ts'
import { aDirectory, aSmallLog, bytesOfTree, openSmallLog, signal } from './small-log.ts'

/** The same log twice: as it was with one bundle, and as it is with two. */
async function olderAndNewer(context: TestContext): Promise<{ readonly older: string; readonly newer: string }> {
  const base = await aDirectory(context)
  const [older, newer] = [join(base, 'older'), join(base, 'newer')]
  await aSmallLog(newer)
  await publishOne(newer, 1)
  cpSync(newer, older, { recursive: true })
  await publishOne(newer, 2)
  return { older, newer }
}

async function publishOne(home: string, n: number): Promise<number> {
  using log = await openSmallLog(home)
  await log.writer.finish(signal)
  log.sequence(aBundle(n))
  return (await log.writer.announce(signal)).size
}

/** Refused before anything gets an index, with nothing changed, by every way to a head. */
async function assertRefused(home: string, code: string): Promise<void> {
  const before = bytesOfTree(join(home, 'manifest'))
  const refuses = (error: unknown): boolean => {
    assert.ok(error instanceof RecordError, String(error))
    assert.equal(error.code, code)
    assert.match(error.hint ?? '', /recover --from|stop/)
    return true
  }
  using log = await openSmallLog(home)
  const size = log.journal.size()
  await assert.rejects(log.writer.finish(signal), refuses)
  await assert.rejects(log.writer.announce(signal), refuses)
  assert.equal(log.journal.size(), size)
  assert.deepEqual(bytesOfTree(join(home, 'manifest')), before)
}

describe('a home of which a part came from a backup', () => {
  it('signs nothing when state.sqlite is older than the manifest, also without the record outside', async (t) => {
    const { older, newer } = await olderAndNewer(t)
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(newer, `state.sqlite${suffix}`), { force: true })
    cpSync(join(older, 'state.sqlite'), join(newer, 'state.sqlite'))
    await assertRefused(newer, 'HEAD_BEHIND')
    rmSync(join(newer, 'outside'), { recursive: true })
    await assertRefused(newer, 'HEAD_BEHIND')
  })

  it('signs nothing when the manifest is older than state.sqlite', async (t) => {
    const { older, newer } = await olderAndNewer(t)
    rmSync(join(newer, 'manifest'), { recursive: true })
    cpSync(join(older, 'manifest'), join(newer, 'manifest'), { recursive: true })
    await assertRefused(newer, 'LOG_DAMAGED')
  })

  it('signs nothing when the whole home is older than the record outside', async (t) => {
    const { older, newer } = await olderAndNewer(t)
    rmSync(join(older, 'outside'), { recursive: true })
    renameSync(join(newer, 'outside'), join(older, 'outside'))
    await assertRefused(older, 'HEAD_BEHIND')
  })

  it('signs nothing when two copies were written on, each with its own statements', async (t) => {
    const { older, newer } = await olderAndNewer(t)
    assert.equal(await publishOne(older, 3), 6)
    rmSync(join(older, 'outside'), { recursive: true })
    cpSync(join(newer, 'outside'), join(older, 'outside'), { recursive: true })
    await assertRefused(older, 'HEAD_FORKED')
  })
})

describe('a manifest directory that was changed', () => {
  it('is noticed at every byte of every file that the newest head needs', async (t) => {
    const { newer } = await olderAndNewer(t)
    for (const name of ['tile/0/000.p/6', 'tile/entries/000.p/6', 'checkpoint']) {
      const path = join(newer, 'manifest', name)
      const good = readFileSync(path)
      for (let at = 0; at < good.length; at += Math.max(1, Math.floor(good.length / 7))) {
        const bytes = Buffer.from(good)
        bytes[at] = (bytes[at] ?? 0) ^ 1
        writeFileSync(path, bytes)
        await assertRefused(newer, 'LOG_DAMAGED')
      }
      writeFileSync(path, good.subarray(1))
      await assertRefused(newer, 'LOG_DAMAGED')
      writeFileSync(path, good)
    }
    assert.equal(await publishOne(newer, 3), 8)
  })

  it('is noticed when a tile is gone, and not when only the head is, which a crash may leave out', async (t) => {
    const { newer } = await olderAndNewer(t)
    rmSync(join(newer, 'manifest/checkpoint'))
    {
      using log = await openSmallLog(newer)
      await log.writer.finish(signal)
    }
    for (const name of ['tile/0/000.p/6', 'tile/entries/000.p/6']) {
      const path = join(newer, 'manifest', name)
      const good = readFileSync(path)
      rmSync(path)
      await assertRefused(newer, 'LOG_DAMAGED')
      writeFileSync(path, good)
    }
    assert.equal(await publishOne(newer, 3), 8)
  })

  it('is told from a state whose statements were changed', async (t) => {
    const { newer } = await olderAndNewer(t)
    using log = await openSmallLog(newer)
    log.parts.db.exec("UPDATE entry SET bytes = CAST('{}' AS BLOB) WHERE idx = 2")
    await assert.rejects(
      log.writer.finish(signal),
      (error) => error instanceof StoreError && error.code === 'STATE_CORRUPT' && error.hint !== undefined,
    )
  })
})
