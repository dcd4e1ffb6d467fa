import assert from 'node:assert/strict'
import { cp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { StoreError } from '../../../src/store/errors.ts'
import { acquireLock } from '../../../src/store/lock.ts'
import { startChild } from './child.ts'
import { temporaryDirectory } from './temporary-directory.ts'

describe('acquireLock', () => {
  it('refuses a second writer in another process and names the first', async (t) => {
    const home = await temporaryDirectory(t)
    const holder = startChild(t, 'hold-lock.ts', [home])
    const pid = await holder.line()
    await assert.rejects(acquireLock(home, { command: 'add' }), (error) => {
      assert.ok(error instanceof StoreError)
      assert.equal(error.code, 'HOME_LOCKED')
      assert.match(
        error.message,
        new RegExp(`process ${pid} \\(publish, since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\)`),
      )
      return error.hint !== undefined
    })
  })

  it('is free at once when its holder is killed', async (t) => {
    const home = await temporaryDirectory(t)
    const holder = startChild(t, 'hold-lock.ts', [home])
    await holder.line()
    await holder.kill()
    await using lock = await acquireLock(home, { command: 'add' })
    assert.equal(lock.holder.pid, process.pid)
  })

  it('does not name a dead holder when the live one has not said who it is', async (t) => {
    const home = await temporaryDirectory(t)
    const dead = startChild(t, 'hold-lock.ts', [home])
    const pid = await dead.line()
    await dead.kill()
    await using _lock = await acquireLock(home, { command: 'add' })
    await writeFile(join(home, 'lock.json'), JSON.stringify({ pid: Number(pid), command: 'publish', since: 'then' }))
    await assert.rejects(acquireLock(home, { command: 'list' }), {
      code: 'HOME_LOCKED',
      message: /in use by another process/,
    })
  })

  it('waits for a holder that ends in time', async (t) => {
    const home = await temporaryDirectory(t)
    const holder = startChild(t, 'hold-lock.ts', [home])
    await holder.line()
    const waiting = acquireLock(home, { command: 'add', waitMs: 60_000 })
    holder.process.kill('SIGTERM')
    await using lock = await waiting
    assert.equal(lock.holder.command, 'add')
    assert.equal((await holder.end()).code, 0)
  })

  it('stops waiting when it is told to', async (t) => {
    const home = await temporaryDirectory(t)
    await using _lock = await acquireLock(home, { command: 'add' })
    const stop = new AbortController()
    const waiting = acquireLock(home, { command: 'publish', waitMs: 60_000, signal: stop.signal })
    stop.abort()
    await assert.rejects(waiting, { name: 'AbortError' })
  })

  it('refuses a second holder in the same process too, and is free after release', async (t) => {
    const home = await temporaryDirectory(t)
    const lock = await acquireLock(home, { command: 'add' })
    await assert.rejects(acquireLock(home, { command: 'publish' }), { code: 'HOME_LOCKED' })
    lock[Symbol.dispose]()
    lock[Symbol.dispose]()
    assert.deepEqual(await readdir(home), ['lock.sqlite'])
    await using again = await acquireLock(home, { command: 'publish' })
    assert.equal(again.holder.command, 'publish')
  })

  it('does not hold a copy of the home', async (t) => {
    const home = await temporaryDirectory(t)
    const holder = startChild(t, 'hold-lock.ts', [home])
    await holder.line()
    const copy = join(await temporaryDirectory(t), 'copy')
    await cp(home, copy, { recursive: true })
    assert.deepEqual((await readdir(copy)).sort(), ['lock.json', 'lock.sqlite'])
    await using lock = await acquireLock(copy, { command: 'publish' })
    assert.equal(lock.holder.command, 'publish')
  })

  it('says so when the directory takes no lock', async (t) => {
    const home = join(await temporaryDirectory(t), 'missing')
    await assert.rejects(acquireLock(home, { command: 'add' }), { code: 'STORE_UNWRITABLE' })
  })
})
