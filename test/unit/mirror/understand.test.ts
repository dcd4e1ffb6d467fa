import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { applyEntry, prepareRefold, readStatus } from '../../../src/manifest/fold.ts'
import { type ParsedStatement, parseStatement } from '../../../src/manifest/statement.ts'
import { openFollowedLog } from '../../../src/pipeline/mirror/followed-log.ts'
import { transaction } from '../../../src/store/transaction.ts'
import { aBundle, aCopy, aRepudiation, aWithdrawal, CONTEXT, rawEntry, testId } from '../../fakes/manifest-log.ts'
import { WrittenManifest } from '../../fakes/written-manifest.ts'
import { aMirror, aSource } from './following.ts'

/** What a program makes of a statement that was written before `copy/1` was known to anybody. */
function asBefore(bytes: Uint8Array): ParsedStatement {
  const parsed = parseStatement(bytes)
  if (parsed.kind !== 'known' || parsed.statement.type !== 'copy/1') return parsed
  return { kind: 'unknown', type: 'copy/1', critical: parsed.value['critical'] === true, value: parsed.value }
}

/** Leaves a mirror as a program left it that knew no `copy/1`: all statements taken in, folded up to the first critical one of these. */
async function asOlderProgramLeftIt(home: string, shown: Uint8Array): Promise<void> {
  await using log = await openFollowedLog(home, 'archive', { write: 'test' })
  const { fold, journal, db, paths } = log.home
  transaction(db, () => {
    prepareRefold(fold)
    for (let index = 0; index < journal.size(); index += 1) {
      const bytes = journal.entry(index)
      applyEntry(fold, { index, bytes, parsed: asBefore(bytes) }, CONTEXT)
    }
    const { halted } = readStatus(fold)
    assert.equal(halted?.code, 'UPDATE_NEEDED')
    log.tables.unwantAll()
    for (const n of [1, 2, 3]) {
      const view = journal.entry(n)
      const parsed = parseStatement(view)
      if (parsed.kind === 'known' && parsed.statement.type === 'bundle/1')
        log.tables.want({
          index: n,
          id: parsed.statement.id,
          root: parsed.statement.root,
          bytes: parsed.statement.bytes,
        })
    }
  })
  writeFileSync(join(paths.manifest, 'checkpoint'), shown)
}

describe('a mirror whose program was too old for its log', () => {
  it('goes on where it stopped once a newer one runs, and is as if that had run all the time', async (context) => {
    const log = new WrittenManifest().add(...[1, 2, 3].map((n) => aBundle(n))).head()
    const shown = log.copy().get('checkpoint') ?? new Uint8Array(0)
    const source = await aSource(context, log.copy())
    log.add(rawEntry({ ...aCopy(1), critical: true }), aBundle(4), aWithdrawal(2)).head()
    const stolen = log.size
    log.add(aBundle(50), aBundle(5), aRepudiation(stolen, stolen + 1), aCopy(3)).head()
    source.files = log.copy()
    const all = await aMirror(context, [source.url])
    await all.sync()
    const mirror = await aMirror(context, [source.url])
    await mirror.sync()
    await asOlderProgramLeftIt(mirror.home, shown)
    const size = (): Promise<number> => mirror.look(({ home }) => home.publishedSize())
    assert.equal(await size(), 5)
    const synced = await mirror.sync()
    assert.deepEqual([synced.size, synced.faults], [log.size, ['SOURCES_EXHAUSTED']], 'there is no content anywhere')
    const wanted = (one: typeof mirror): Promise<readonly string[]> =>
      one.look(({ tables }) =>
        tables
          .wanted('newest')
          .map(({ id }) => id)
          .sort(),
      )
    assert.deepEqual(await wanted(mirror), [1, 3, 4, 5].map(testId).sort())
    assert.deepEqual(await wanted(mirror), await wanted(all))
    const file = (one: typeof mirror, name: string): Buffer =>
      readFileSync(join(one.home, 'mirrors/archive/manifest', name))
    for (const name of ['checkpoint', `index/${log.size - 1}/receipt`, 'checkpoints/9'])
      assert.deepEqual(file(mirror, name), file(all, name), name)
    const facts = (one: typeof mirror): Promise<readonly unknown[]> =>
      one.look(({ home }) => home.db.prepare('SELECT * FROM log_meta ORDER BY key').all())
    assert.deepEqual(await facts(mirror), await facts(all))
  })

  it('goes on also where nobody can be asked, from what is here', async (context) => {
    const log = new WrittenManifest().add(...[1, 2, 3].map((n) => aBundle(n))).head()
    const shown = log.copy().get('checkpoint') ?? new Uint8Array(0)
    log.add(rawEntry({ ...aCopy(1), critical: true }), aBundle(4)).head()
    const source = await aSource(context, log.copy())
    const mirror = await aMirror(context, [source.url])
    await mirror.sync()
    await asOlderProgramLeftIt(mirror.home, shown)
    source.answer = (answer) => void answer.destroy()
    assert.equal((await mirror.sync()).size, log.size)
    assert.ok(existsSync(join(mirror.home, 'mirrors/archive/manifest', `index/${log.size - 1}/receipt`)))
  })
})
