import assert from 'node:assert/strict'
import { chmod, cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { checkDatabase, openDatabase } from '../../../src/store/database.ts'
import { StoreError } from '../../../src/store/errors.ts'
import { SCHEMA_VERSIONS } from '../../../src/store/schema.ts'
import { transaction } from '../../../src/store/transaction.ts'
import { startChild } from './child.ts'
import { smallDisk } from './small-disk.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const fails = (code: string) => (error: unknown) =>
  error instanceof StoreError && error.code === code && error.hint !== undefined

/** A home with a database that holds `rows` rows of about 1 kB, closed. */
async function aHome(t: TestContext, rows = 1, directory?: string): Promise<{ home: string; state: string }> {
  const home = directory ?? (await temporaryDirectory(t))
  await writeFile(join(home, 'holdfast.toml'), '')
  using database = await openDatabase(home, { create: true })
  transaction(database, () => {
    for (let n = 0; n < rows; n++)
      database.statement('INSERT INTO meta VALUES (?, ?)').run(`key ${n}`, 'v'.repeat(1000))
  })
  return { home, state: join(home, 'state.sqlite') }
}

describe('openDatabase', () => {
  it('makes a database with the settings that durability needs, for this user alone', async (t) => {
    const { home, state } = await aHome(t)
    using database = await openDatabase(home)
    const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]
    assert.deepEqual(['journal_mode', 'synchronous', 'foreign_keys', 'user_version', 'application_id'].map(pragma), [
      'wal',
      2,
      1,
      SCHEMA_VERSIONS.length,
      0x486f6c64,
    ])
    if (process.platform !== 'win32') assert.equal((await stat(state)).mode & 0o777, 0o600)
    assert.throws(() => database.exec("INSERT INTO location VALUES ('p', 1, 1, 1, 1, 1, 1, 'ok', '')"), /FOREIGN KEY/)
  })

  it('says what is missing: the home, the end of its making, or its state', async (t) => {
    const home = await temporaryDirectory(t)
    await assert.rejects(openDatabase(join(home, 'nowhere')), fails('HOME_MISSING'))
    await assert.rejects(openDatabase(home), fails('HOME_MISSING'))
    await writeFile(join(home, 'holdfast.toml'), '')
    await assert.rejects(openDatabase(home), fails('STATE_MISSING'))
    await writeFile(join(home, 'state.sqlite'), '')
    await assert.rejects(openDatabase(home), fails('STATE_MISSING'))
    await assert.rejects(openDatabase(home, { readOnly: true }), fails('STATE_MISSING'))
    await writeFile(join(home, 'init-unfinished'), '')
    await assert.rejects(openDatabase(home), fails('HOME_UNFINISHED'))
  })

  it('can be made again after a crash between the file and its tables, and opened by its maker twice', async (t) => {
    const home = await temporaryDirectory(t)
    await writeFile(join(home, 'state.sqlite'), '')
    for (let n = 0; n < 2; n++) {
      using database = await openDatabase(home, { create: true })
      assert.deepEqual(database.prepare('SELECT * FROM meta').all(), [])
    }
  })

  it('brings older tables up to date in one transaction, or leaves them as they were', async (t) => {
    const { home } = await aHome(t)
    const versions = [...SCHEMA_VERSIONS, 'CREATE TABLE later (x); INSERT INTO later SELECT value FROM meta']
    await assert.rejects(openDatabase(home, { versions, readOnly: true }), fails('STATE_OLDER'))
    await assert.rejects(openDatabase(home, { versions: [...versions, 'CREATE TABLE later (x)'] }), /already exists/)
    {
      using database = await openDatabase(home)
      assert.throws(() => database.prepare('SELECT * FROM later'), /no such table/)
    }
    using database = await openDatabase(home, { versions })
    assert.equal(database.prepare('SELECT x FROM later').all().length, 1)
    await assert.rejects(openDatabase(home), fails('STATE_NEWER'))
    await assert.rejects(openDatabase(home, { readOnly: true }), fails('STATE_NEWER'))
  })

  it('refuses the database of another program and leaves it alone', async (t) => {
    const home = await temporaryDirectory(t)
    const foreign = new DatabaseSync(join(home, 'state.sqlite'))
    foreign.exec('CREATE TABLE theirs (x)')
    foreign.close()
    const before = await readFile(join(home, 'state.sqlite'))
    await assert.rejects(openDatabase(home, { create: true }), fails('STATE_CORRUPT'))
    assert.deepEqual(await readFile(join(home, 'state.sqlite')), before)
  })
})

describe('openDatabase for reading', () => {
  it('reads while another process writes, and sees only what is committed', async (t) => {
    const { home } = await aHome(t)
    const writer = startChild(t, 'hold-transaction.ts', [home])
    await writer.line()
    using reader = await openDatabase(home, { readOnly: true })
    assert.equal(reader.prepare('SELECT * FROM meta').all().length, 1)
    assert.throws(() => reader.exec("INSERT INTO meta VALUES ('k', 'v')"), fails('STORE_UNWRITABLE'))
    await writer.kill()
    using after = await openDatabase(home)
    assert.deepEqual(
      after
        .prepare('SELECT key FROM meta')
        .all()
        .map((row) => row['key']),
      ['key 0'],
    )
  })

  it('reads a home in which it may not make a file, with and without a write-ahead log', async (t) => {
    if (process.getuid?.() !== 0) return t.skip('giving up rights needs root')
    const { home, state } = await aHome(t)
    const read = async () => (await startChild(t, 'read-as-nobody.ts', [home]).end()).lines
    assert.deepEqual(await readdir(home), ['holdfast.toml', 'state.sqlite'])
    await chmod(state, 0o444)
    await chmod(home, 0o555)
    assert.deepEqual(await read(), ['[{"key":"key 0"}]'])

    const open = await openDatabase(home)
    open.exec("INSERT INTO meta VALUES ('k', 'v')")
    assert.deepEqual(await read(), ['[{"key":"k"},{"key":"key 0"}]'])
    await cp(`${state}-wal`, `${state}-kept`)
    open.close()
    // What a killed writer and a backup without the -shm file leave: the log cannot be read, so nothing older is shown.
    await cp(`${state}-kept`, `${state}-wal`)
    assert.deepEqual(await read(), ['STORE_UNREADABLE'])
  })
})

describe('a damaged database', () => {
  it('is STATE_CORRUPT when its header is garbage or it was cut short', async (t) => {
    const { home, state } = await aHome(t, 200)
    const sound = await readFile(state)
    await truncate(state, sound.length - 4096 * 10)
    await assert.rejects(openDatabase(home), fails('STATE_CORRUPT'))
    await writeFile(state, Buffer.alloc(sound.length, 'garbage '))
    await assert.rejects(openDatabase(home), fails('STATE_CORRUPT'))
    await assert.rejects(openDatabase(home, { readOnly: true }), fails('STATE_CORRUPT'))
  })

  it('is STATE_CORRUPT in whatever query meets the damaged page, also in the middle of its rows', async (t) => {
    const { home, state } = await aHome(t, 400)
    const bytes = await readFile(state)
    for (let page = 60; page < 90; page++) bytes.fill(0xff, page * 4096, page * 4096 + 200)
    await writeFile(state, bytes)
    using database = await openDatabase(home)
    const all = 'SELECT value FROM meta ORDER BY key'
    assert.throws(() => database.prepare(all).all(), fails('STATE_CORRUPT'))
    let rows = 0
    const count = () => {
      for (const _row of database.prepare(all).iterate()) rows += 1
    }
    assert.throws(count, fails('STATE_CORRUPT'))
    assert.ok(rows > 0)
    assert.throws(
      () => transaction(database, () => database.statement('UPDATE meta SET value = 1').run()),
      fails('STATE_CORRUPT'),
    )
    assert.equal(database.isTransaction, false)
    assert.notDeepEqual(checkDatabase(database), [])
  })

  it('is found by checkDatabase, which finds nothing in a sound one', async (t) => {
    const { home } = await aHome(t, 20)
    using database = await openDatabase(home, { readOnly: true })
    assert.deepEqual(checkDatabase(database), [])
  })
})

describe('transaction', () => {
  it('commits all or nothing, gives its result back and never nests or waits', async (t) => {
    const { home } = await aHome(t, 0)
    using database = await openDatabase(home)
    const insert = (key: string) => database.statement('INSERT INTO meta VALUES (?, ?)').run(key, '').changes
    assert.equal(
      transaction(database, () => insert('a')),
      1,
    )
    const fault = new Error('fault')
    const failing = () => {
      insert('b')
      throw fault
    }
    assert.throws(() => transaction(database, failing), fault)
    assert.throws(() => transaction(database, () => transaction(database, () => insert('c'))), /already open/)
    assert.throws(() => transaction(database, () => Promise.resolve(insert('d'))), TypeError)
    assert.throws(() => transaction(database, () => [insert('e'), insert('e')]), /UNIQUE/)
    assert.deepEqual(
      database
        .prepare('SELECT key FROM meta')
        .all()
        .map((row) => row['key']),
      ['a'],
    )
  })

  it('is rolled back at a file size limit with DISK_FULL', { skip: process.platform === 'win32' }, async (t) => {
    const { home } = await aHome(t)
    const child = startChild(t, 'fill-database.ts', [home], ['sh', '-c', 'ulimit -f 2048; exec "$@"', 'sh'])
    assert.deepEqual((await child.end()).lines, ['DISK_FULL', 'false {"n":1}'])
  })

  it('is rolled back on a full disk with DISK_FULL, and goes on once there is room', async (t) => {
    const disk = await smallDisk(t, '3m')
    if (disk === undefined) return t.skip('mounting a small file system needs root')
    await using _ = disk
    const home = join(disk.path, 'home')
    await mkdir(home)
    await aHome(t, 1, home)
    assert.deepEqual((await startChild(t, 'fill-database.ts', [home]).end()).lines, ['DISK_FULL', 'false {"n":1}'])
    await rm(join(disk.path, 'other'), { force: true })
    using database = await openDatabase(home)
    transaction(database, () => database.exec("INSERT INTO meta VALUES ('room', '')"))
    assert.deepEqual(checkDatabase(database), [])
  })
})

describe('statement', () => {
  it('prepares a text once, and forgets the oldest of many', async (t) => {
    const { home } = await aHome(t)
    using database = await openDatabase(home)
    const first = database.statement('SELECT 0')
    assert.equal(database.statement('SELECT 0'), first)
    for (let n = 1; n <= 256; n++) database.statement(`SELECT ${n}`)
    assert.notEqual(database.statement('SELECT 0'), first)
    assert.deepEqual(
      [...database.statement('SELECT 7 AS n').iterate()].map((row) => row['n']),
      [7],
    )
  })
})
