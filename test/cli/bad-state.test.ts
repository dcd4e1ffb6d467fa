import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { type Archive, doneOf, linesOfEvent, type Outcome, problemOf, withArchive } from './harness.ts'

/** A home with one published bundle; `state` is its database, closed and whole in one file. */
async function published(context: TestContext): Promise<Archive & { readonly state: string; readonly id: string }> {
  const world = await withArchive(context)
  await world.run(['add', world.archive, '--json'])
  const [line] = linesOfEvent(await world.run(['publish', '--yes', '--json']), 'published')
  const state = join(world.home, 'state.sqlite')
  const db = new DatabaseSync(state)
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
  for (const suffix of ['-wal', '-shm']) rmSync(`${state}${suffix}`, { force: true })
  return { ...world, state, id: String(line?.['id']) }
}

/** Runs a reader and a writer on what is left of a home. */
async function tryBoth(world: Archive): Promise<readonly Outcome[]> {
  return [await world.run(['list', '--json']), await world.run(['add', world.archive, '--json'])]
}

describe('state.sqlite that cannot be used', { concurrency: 2 }, () => {
  it('is garbage: reported with exit 4, left as it is, and rebuilt by following the hint', async (context) => {
    const world = await published(context)
    const garbage = Buffer.alloc(40_000, 'not a database ')
    writeFileSync(world.state, garbage)
    for (const outcome of await tryBoth(world)) {
      assert.equal(outcome.exit, 4, outcome.stdout)
      assert.match(
        String(problemOf(outcome, 'STATE_CORRUPT')['hint']),
        /move it aside.*manifest recover --from HOME\/manifest.*add/,
      )
    }
    assert.ok(readFileSync(world.state).equals(garbage), 'nobody wrote on it')
    renameSync(world.state, join(world.path, 'aside.sqlite'))
    for (const suffix of ['-wal', '-shm']) rmSync(`${world.state}${suffix}`, { force: true })
    const recovered = await world.run(['manifest', 'recover', '--from', join(world.home, 'manifest'), '--json'])
    assert.equal(recovered.exit, 0, recovered.stdout)
    const again = await world.run(['add', world.archive, '--json'])
    assert.equal(again.exit, 0)
    assert.equal(linesOfEvent(again, 'bundle')[0]?.['id'], world.id, 'under its old id')
    assert.equal(linesOfEvent(await world.run(['list', '--json']), 'listed')[0]?.['state'], 'published')
    assert.deepEqual(doneOf(await world.run(['publish', '--yes', '--json']))['published'], 0)
  })

  it('is cut off in the middle: never takes the rest for the whole', async (context) => {
    const world = await published(context)
    const size = readFileSync(world.state).length
    for (const part of [size - 4096, 8192, 100]) {
      const copy = join(world.path, 'whole.sqlite')
      if (part === size - 4096) copyFileSync(world.state, copy)
      copyFileSync(copy, world.state)
      truncateSync(world.state, part)
      const outcome = await world.run(['list', '--json'])
      assert.equal(outcome.exit, 4, `${part} of ${size}: ${outcome.stdout}`)
    }
  })

  it('has one altered byte in any page: reported, or of no consequence, never a crash', async (context) => {
    const world = await published(context)
    const whole = readFileSync(world.state)
    const expected = (await world.run(['list', '--json'])).stdout
    let reported = 0
    const pages = whole.length / 4096
    for (const page of [0, 1, Math.floor(pages / 3), Math.floor(pages / 2), pages - 2].map(Math.floor)) {
      const altered = Buffer.from(whole)
      // Byte 0 of a page is its kind; of the first one, the magic of the file.
      altered[page * 4096] = (altered[page * 4096] ?? 0) ^ 0x55
      for (const suffix of ['-wal', '-shm']) rmSync(`${world.state}${suffix}`, { force: true })
      writeFileSync(world.state, altered)
      const outcome = await world.run(['list', '--json'])
      if (outcome.exit === 4) {
        problemOf(outcome, 'STATE_CORRUPT')
        reported += 1
      } else assert.equal(outcome.stdout, expected, `page ${page}`)
    }
    assert.ok(reported > 0, 'at least one of them is met')
  })

  it('is of a newer program: exit 2, and nothing is changed', async (context) => {
    const world = await published(context)
    const db = new DatabaseSync(world.state)
    db.exec('PRAGMA user_version = 99')
    db.close()
    for (const outcome of await tryBoth(world)) {
      assert.equal(outcome.exit, 2)
      assert.match(String(problemOf(outcome, 'STATE_NEWER')['hint']), /newest Holdfast/)
    }
  })

  it('is gone or empty: nobody begins a new one, which would number statements from 0 again', async (context) => {
    const world = await published(context)
    const head = readFileSync(join(world.home, 'manifest/checkpoint'), 'utf8')
    rmSync(world.state)
    for (const outcome of [...(await tryBoth(world)), await world.run(['publish', '--yes', '--json'])]) {
      assert.equal(outcome.exit, 4)
      problemOf(outcome, 'STATE_MISSING')
    }
    writeFileSync(world.state, '')
    for (const outcome of await tryBoth(world)) assert.equal(outcome.exit, 4)
    assert.equal(readFileSync(join(world.home, 'manifest/checkpoint'), 'utf8'), head)
  })

  it('is the database of another program', async (context) => {
    const world = await published(context)
    rmSync(world.state)
    const db = new DatabaseSync(world.state)
    db.exec('CREATE TABLE cookies (name TEXT)')
    db.close()
    for (const outcome of await tryBoth(world)) {
      assert.equal(outcome.exit, 4)
      problemOf(outcome, 'STATE_CORRUPT')
    }
  })
})

describe('holdfast.toml that cannot be used', { concurrency: 2 }, () => {
  it('is named with its line or key and never quoted, and nothing is done', async (context) => {
    const world = await withArchive(context)
    const config = join(world.home, 'holdfast.toml')
    for (const text of ['[serve\nlisten = 1', '[network]\nproxy = "hunter2"', '\u0000\u0000']) {
      writeFileSync(config, text)
      const outcome = await world.run(['add', world.archive, '--json'])
      assert.equal(outcome.exit, 2)
      problemOf(outcome, 'CONFIG_INVALID')
      assert.ok(!outcome.stdout.includes('hunter2'))
    }
    writeFileSync(config, '[serve]\nlitsen = "127.0.0.1:1"\n')
    const misspelt = await world.run(['add', world.archive, '--json'])
    assert.equal(misspelt.exit, 0)
    problemOf(misspelt, 'CONFIG_UNKNOWN_KEY')
  })
})

describe('a key that cannot be used', { concurrency: 2 }, () => {
  it('is missing, damaged, or of another log: nothing is signed, everything can still be read', async (context) => {
    const world = await withArchive(context)
    await world.run(['add', world.archive, '--json'])
    const key = join(world.home, 'keys/log.key')
    const other = readFileSync(join(world.home, 'keys/ipns.key'))
    const head = readFileSync(join(world.home, 'manifest/checkpoint'), 'utf8')
    for (const [code, change] of [
      ['KEY_MALFORMED', () => writeFileSync(key, 'not a key')],
      ['KEY_MALFORMED', () => writeFileSync(key, other)],
      ['KEY_MISSING', () => rmSync(key)],
    ] as const) {
      change()
      const outcome = await world.run(['publish', '--yes', '--json'])
      assert.equal(outcome.exit, 2)
      problemOf(outcome, code)
      assert.equal((await world.run(['list', '--json'])).exit, 0)
    }
    assert.equal(readFileSync(join(world.home, 'manifest/checkpoint'), 'utf8'), head)
  })
})
