import assert from 'node:assert/strict'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { acquireLock } from '../../src/store/lock.ts'
import { SCHEMA_VERSIONS } from '../../src/store/schema.ts'
import { doneOf, linesOfEvent, problemOf, withArchive } from './harness.ts'

/** Writes the state anew as a program wrote it that knew so many versions of the tables. */
function asBefore(state: string, versions: number): void {
  const older = `${state}.older`
  const db = new DatabaseSync(older)
  for (const version of SCHEMA_VERSIONS.slice(0, versions)) db.exec(version)
  db.exec(`PRAGMA application_id = ${0x486f6c64}; PRAGMA user_version = ${versions}`)
  db.exec(`PRAGMA foreign_keys = OFF; ATTACH '${state}' AS newer`)
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)')
  for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()) {
    const list = columns.all(String(name)).map((column) => column['name'])
    db.exec(`DELETE FROM main.${name}; INSERT INTO main.${name} (${list}) SELECT ${list} FROM newer.${name}`)
  }
  db.close()
  for (const suffix of ['-wal', '-shm']) rmSync(`${state}${suffix}`, { force: true })
  renameSync(older, state)
}

function versionOf(state: string): unknown {
  const db = new DatabaseSync(state)
  try {
    return db.prepare('PRAGMA user_version').get()?.['user_version']
  } finally {
    db.close()
  }
}

describe('a home of an older program', () => {
  it('is brought up to date by whatever opens it first, a reader too, and not while somebody writes', async (t) => {
    const world = await withArchive(t)
    await world.run(['add', world.archive, '--json'])
    assert.equal(doneOf(await world.run(['publish', '--yes', '--json']))['published'], 1)
    const state = join(world.home, 'state.sqlite')
    for (let versions = 1; versions < SCHEMA_VERSIONS.length; versions++) {
      asBefore(state, versions)
      {
        await using _lock = await acquireLock(world.home, { command: 'add' })
        const busy = await world.run(['list', '--json'])
        assert.equal(busy.exit, 2, busy.stdout)
        assert.match(String(problemOf(busy, 'STATE_OLDER')['hint']), /as its owner/)
        assert.equal(versionOf(state), versions)
      }
      const listed = await world.run(['list', '--json'])
      assert.equal(listed.exit, 0, listed.stdout)
      assert.equal(linesOfEvent(listed, 'listed')[0]?.['state'], 'published', `from version ${versions}`)
      assert.equal(versionOf(state), SCHEMA_VERSIONS.length)
    }
    assert.equal(doneOf(await world.run(['publish', '--yes', '--json']))['already'], 1)
  })
})
