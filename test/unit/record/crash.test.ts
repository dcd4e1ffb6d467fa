import assert from 'node:assert/strict'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Statement } from '../../../src/manifest/statement.ts'
import { parseStatement } from '../../../src/manifest/statement.ts'
import type { LogWriterParts } from '../../../src/record/log-writer.ts'
import { readHeadRecord } from '../../../src/store/head-record.ts'
import { aBundle, anOriginal, aWithdrawal } from '../../fakes/manifest-log.ts'
import { aDirectory, aSmallLog, bytesOfTree, openSmallLog, signal, VKEY, verifyAsReader } from './small-log.ts'

/** What a machine that lost its power at that instant would find, one copy of the home for each. */
interface Snapshots {
  take(step: string): void
  readonly homes: ReadonlyMap<string, string>
}

function snapshotsOf(home: string, base: string): Snapshots {
  const homes = new Map<string, string>()
  return {
    homes,
    take(step) {
      const copy = join(base, `crash-${homes.size}`)
      cpSync(home, copy, { recursive: true })
      homes.set(step, copy)
    },
  }
}

/** Looks at the disk between the steps of a head; all of them run in this order. */
function watched(parts: LogWriterParts, { take }: Snapshots): LogWriterParts {
  const { journal, signer } = parts
  return {
    ...parts,
    journal: {
      ...journal,
      append(bytes) {
        const parsed = parseStatement(bytes)
        if (parsed.kind === 'known' && parsed.statement.type === 'index/1') take('index written, not sequenced')
        return journal.append(bytes)
      },
      swapSigned(expected, next, at) {
        take('tiles written, not decided')
        return journal.swapSigned(expected, next, at)
      },
      attachNote(size, note) {
        take('signed, note not kept')
        journal.attachNote(size, note)
      },
    },
    signer: {
      ...signer,
      sign(message) {
        take('decided, not signed')
        return signer.sign(message)
      },
    },
    async beforeSigning(own, rootAt) {
      take('all sequenced, nothing of the head written')
      await parts.beforeSigning(own, rootAt)
    },
    async remember(head, note) {
      take('note kept, second record not written')
      await parts.remember(head, note)
      take('second record written, nothing shown')
    },
  }
}

const NEW: readonly Statement[] = [aBundle(1), aBundle(2), anOriginal(2), aBundle(3)]

/** Runs to the end, looking at every step; then the states in which only files are missing. */
async function crashesOf(
  context: TestContext,
): Promise<{ readonly whole: string; readonly crashes: ReadonlyMap<string, string> }> {
  const base = await aDirectory(context)
  const home = join(base, 'home')
  await aSmallLog(home)
  const old = bytesOfTree(join(home, 'manifest'))['checkpoint'] ?? ''
  const snapshots = snapshotsOf(home, base)
  {
    using log = await openSmallLog(home, { ports: (parts) => watched(parts, snapshots) })
    log.sequence(...NEW)
    snapshots.take('sequenced, no index')
    await log.writer.announce(signal)
  }
  snapshots.take('checkpoints/7 written, checkpoint not')
  snapshots.take('receipt written, no checkpoint')
  snapshots.take('done')
  for (const step of ['checkpoints/7 written, checkpoint not', 'receipt written, no checkpoint']) {
    const manifest = join(snapshots.homes.get(step) ?? '', 'manifest')
    writeFileSync(join(manifest, 'checkpoint'), Buffer.from(old, 'hex'))
    if (step.startsWith('receipt')) rmSync(join(manifest, 'checkpoints/7'))
  }
  return { whole: home, crashes: snapshots.homes }
}

describe('a head that a crash interrupts', () => {
  it('stands at one of eleven steps, and a reader sees the old log or the new one, whole', async (t) => {
    const { crashes } = await crashesOf(t)
    assert.deepEqual(
      [...crashes.keys()],
      [
        'sequenced, no index',
        'index written, not sequenced',
        'all sequenced, nothing of the head written',
        'tiles written, not decided',
        'decided, not signed',
        'signed, note not kept',
        'note kept, second record not written',
        'second record written, nothing shown',
        'checkpoints/7 written, checkpoint not',
        'receipt written, no checkpoint',
        'done',
      ],
    )
    for (const [step, home] of crashes) {
      const { size, status } = await verifyAsReader(home)
      assert.equal(size, step === 'done' ? 7 : 2, step)
      assert.equal(status.problems, 0, step)
    }
  })

  it('is finished with the same bytes, whatever step it had come to', async (t) => {
    const { whole, crashes } = await crashesOf(t)
    const expected = bytesOfTree(join(whole, 'manifest'))
    const record = await readHeadRecord(join(whole, 'outside'), VKEY)
    for (const [step, home] of crashes) {
      using log = await openSmallLog(home)
      await log.writer.finish(signal)
      assert.equal((await log.writer.announce(signal)).size, 7, step)
      assert.deepEqual(bytesOfTree(join(home, 'manifest')), expected, step)
      assert.deepEqual(await readHeadRecord(join(home, 'outside'), VKEY), record, step)
      assert.equal(Buffer.from(log.journal.signed()?.note ?? '').toString('hex'), expected['checkpoint'], step)
    }
  })

  it('never leads to a second head of one size, when other statements follow instead', async (t) => {
    const { whole, crashes } = await crashesOf(t)
    const seven = bytesOfTree(join(whole, 'manifest'))['checkpoints/7']
    for (const [step, home] of crashes) {
      const before = bytesOfTree(join(home, 'manifest'))
      {
        using log = await openSmallLog(home, { now: () => '2026-04-02T09:00:00Z' })
        await log.writer.finish(signal)
        log.sequence(aBundle(4), aWithdrawal(1))
        await log.writer.announce(signal)
      }
      const after = bytesOfTree(join(home, 'manifest'))
      // What was decided once is the only head of that size; what was not even decided may never come to be.
      assert.ok([undefined, seven].includes(after['checkpoints/7']), step)
      for (const [path, bytes] of Object.entries(before)) {
        if (path !== 'checkpoint') assert.equal(after[path], bytes, `${step}: ${path}`)
      }
      const { size, status } = await verifyAsReader(home)
      assert.ok(size > 7, step)
      assert.equal(status.problems, 0, step)
    }
  })

  it('crashes twice, at every pair of steps, and still ends with the same bytes', async (t) => {
    const { whole, crashes } = await crashesOf(t)
    const expected = bytesOfTree(join(whole, 'manifest'))
    for (const [first, home] of crashes) {
      const again = snapshotsOf(home, join(home, '..', `again-${first.replaceAll(/\W/g, '')}`))
      {
        using log = await openSmallLog(home, { ports: (parts) => watched(parts, again) })
        await log.writer.announce(signal)
      }
      for (const [second, twice] of again.homes) {
        using log = await openSmallLog(twice)
        await log.writer.announce(signal)
        assert.deepEqual(bytesOfTree(join(twice, 'manifest')), expected, `${first}, then ${second}`)
      }
    }
  })
})

describe('a step that fails', () => {
  it('takes nothing back and is made good by the next run', async (t) => {
    const home = join(await aDirectory(t), 'home')
    await aSmallLog(home)
    const fails = async (): Promise<never> => {
      throw new Error('no')
    }
    {
      using log = await openSmallLog(home, { ports: (parts) => ({ ...parts, remember: fails }) })
      log.sequence(aBundle(1))
      await assert.rejects(log.writer.announce(signal), /no/)
      await assert.rejects(log.writer.announce(signal), /no/, 'in the same run')
      assert.equal((await verifyAsReader(home)).size, 2)
    }
    using log = await openSmallLog(home)
    await log.writer.finish(signal)
    assert.equal((await verifyAsReader(home)).size, 4)
    assert.equal((await log.writer.announce(signal)).size, 4, 'nothing new makes no new head')
  })

  it('leaves a statement that the log refuses out of the journal', async (t) => {
    const home = join(await aDirectory(t), 'home')
    await aSmallLog(home)
    using log = await openSmallLog(home)
    assert.throws(() => log.sequence(aBundle(1), aBundle(1)), { code: 'STATEMENT_REFUSED' })
    assert.equal(log.journal.size(), 2)
    assert.equal(log.writer.view(aBundle(1).id), undefined)
    log.sequence(aBundle(1))
    assert.equal((await log.writer.announce(signal)).size, 4)
  })

  it('does not care about a clock that goes back', async (t) => {
    const home = join(await aDirectory(t), 'home')
    await aSmallLog(home, { now: () => '2030-01-01T00:00:00Z' })
    for (const [n, year] of [2029, 1970, 2031].entries()) {
      using log = await openSmallLog(home, { now: () => `${year}-01-01T00:00:00Z` })
      await log.writer.finish(signal)
      log.sequence(aBundle(n, { at: `${year}-01-01T00:00:00Z` }))
      await log.writer.announce(signal)
    }
    const { size, status } = await verifyAsReader(home)
    assert.deepEqual([size, status.problems], [8, 0])
  })
})
