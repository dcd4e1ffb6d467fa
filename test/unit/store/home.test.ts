import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { StoreError } from '../../../src/store/errors.ts'
import {
  createHome,
  defaultHome,
  finishHome,
  homePaths,
  homeStanding,
  requireHome,
  stateDirectory,
} from '../../../src/store/home.ts'
import { acquireLock } from '../../../src/store/lock.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const fails = (code: string) => (error: unknown) =>
  error instanceof StoreError && error.code === code && error.hint !== undefined

describe('homePaths', () => {
  it('gives absolute paths below the home, also for a relative one', () => {
    const paths = homePaths('some/home')
    for (const path of Object.values(paths)) assert.ok(path.startsWith(resolve('some/home')))
    assert.equal(new Set(Object.values(paths)).size, Object.keys(paths).length)
  })
})

describe('the default places', () => {
  it('follow XDG, and the second record lies outside the home', { skip: process.platform !== 'linux' }, (t) => {
    const before = { ...process.env }
    t.after(() => {
      for (const name of ['XDG_DATA_HOME', 'XDG_STATE_HOME']) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
    })
    process.env['XDG_DATA_HOME'] = '/xdg/data'
    process.env['XDG_STATE_HOME'] = '/xdg/state'
    assert.deepEqual([defaultHome(), stateDirectory()], ['/xdg/data/holdfast', '/xdg/state/holdfast'])
    delete process.env['XDG_STATE_HOME']
    assert.match(stateDirectory(), /\/\.local\/state\/holdfast$/)
    assert.ok(!stateDirectory().startsWith(defaultHome()))
  })
})

describe('createHome', () => {
  it('makes a home for this user alone, which is unfinished until it is finished', async (t) => {
    const home = join(await temporaryDirectory(t), 'deep', 'home')
    assert.equal(await homeStanding(home), 'absent')
    await assert.rejects(requireHome(home), fails('HOME_MISSING'))
    assert.deepEqual(await createHome(home), [])
    if (process.platform !== 'win32') {
      for (const path of [home, homePaths(home).keys]) assert.equal((await stat(path)).mode & 0o777, 0o700)
    }
    await assert.rejects(requireHome(home), fails('HOME_UNFINISHED'))
    await writeFile(homePaths(home).config, '')
    await finishHome(home)
    await finishHome(home)
    await requireHome(home)
    assert.equal(await homeStanding(home), 'ready')
    await assert.rejects(createHome(home), fails('HOME_EXISTS'))
  })

  it('goes on after a crash at any point', async (t) => {
    const home = join(await temporaryDirectory(t), 'home')
    await mkdir(home)
    await writeFile(join(home, '.holdfast-999999-1-abc.tmp'), '')
    await createHome(home)
    await using lock = await acquireLock(home, { command: 'init' })
    await writeFile(homePaths(home).logKey, 'key')
    await writeFile(homePaths(home).state, '')
    await createHome(home)
    assert.deepEqual((await readdir(home)).sort(), [
      'init-unfinished',
      'keys',
      'lock.json',
      'lock.sqlite',
      'manifest',
      'state.sqlite',
    ])
    assert.equal(lock.holder.command, 'init')
  })

  it('takes an empty directory, also a freshly formatted disk, and closes it to others', async (t) => {
    const home = await temporaryDirectory(t)
    await mkdir(join(home, 'lost+found'))
    await chmod(home, 0o755)
    assert.deepEqual(await createHome(home), [])
    if (process.platform !== 'win32') assert.equal((await stat(home)).mode & 0o777, 0o700)
  })

  it('touches nothing in a directory with other things, and nothing that is a file', async (t) => {
    const directory = await temporaryDirectory(t)
    await writeFile(join(directory, 'thesis.odt'), '')
    await assert.rejects(createHome(directory), fails('HOME_EXISTS'))
    assert.deepEqual(await readdir(directory), ['thesis.odt'])
    await assert.rejects(createHome(join(directory, 'thesis.odt')), fails('HOME_EXISTS'))
    await assert.rejects(createHome(join(directory, 'thesis.odt', 'below')), fails('HOME_EXISTS'))
  })

  it('takes a home that lost a part for a home still', async (t) => {
    for (const name of ['holdfast.toml', 'state.sqlite', 'keys']) {
      const home = await temporaryDirectory(t)
      await mkdir(join(home, name))
      assert.equal(await homeStanding(home), 'ready')
      await assert.rejects(createHome(home), fails('HOME_EXISTS'))
    }
  })
})
