import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aWorld, doneOf, linesOfEvent, problemOf, withArchive } from './harness.ts'

const COMMANDS = [
  ...[
    'init',
    'add',
    'list',
    'show',
    'clear',
    'hold',
    'publish',
    'withdraw',
    'original',
    'lookup',
    'get',
    'prove',
    'verify',
    'serve',
  ],
  ...['manifest show', 'manifest verify', 'manifest export', 'manifest recover'],
].map((words) => words.split(' '))

describe('the command line', { concurrency: 2 }, () => {
  it('shows an example in the help of every command, and names every command in its own', async (context) => {
    const world = aWorld(context)
    const all = await world.run(['--help'])
    assert.equal(all.exit, 0)
    for (const words of COMMANDS) {
      assert.match(all.stdout, new RegExp(`^ +${words[0]}\\b`, 'm'))
      const { exit, stdout, stderr } = await world.run([...words, '--help'])
      assert.equal(exit, 0, words.join(' '))
      assert.match(stdout, new RegExp(`Example:\\n +holdfast ${words.join(' ')}\\b`), words.join(' '))
      assert.equal(stderr, '')
    }
  })

  it('needs no home to show help and version, in lines of JSON if that is asked for', async (context) => {
    const world = aWorld(context)
    for (const args of [['--version'], ['add', '--help']]) {
      const outcome = await world.run([...args, '--json'])
      assert.equal(outcome.exit, 0)
      assert.ok(linesOfEvent(outcome, 'text').length > 0)
    }
    assert.equal(existsSync(world.home), false)
  })

  it('ends every mistake in usage with a problem, done and exit 2', async (context) => {
    const world = await withArchive(context)
    for (const args of [
      [],
      ['frobnicate'],
      ['add'],
      ['add', world.archive, '--acess', 'hold'],
      ['publish', '--yes=maybe'],
      ['init'],
      ['get', 'x'],
      ['manifest', 'frobnicate'],
    ]) {
      const outcome = await world.run([...args, '--json'])
      assert.equal(outcome.exit, 2, args.join(' '))
      problemOf(outcome, 'USAGE')
      assert.equal(outcome.stderr, '')
    }
  })

  it('tells each command without a home how to get one', async (context) => {
    const world = aWorld(context)
    const commands = [
      ['list'],
      ['show', 'x'],
      ['publish'],
      ['clear', 'x'],
      ['lookup', 'https://youtu.be/goodVideo01'],
      ['serve'],
    ]
    for (const args of commands) {
      const outcome = await world.run([...args, '--json'])
      assert.equal(outcome.exit, 2, args[0])
      assert.match(String(problemOf(outcome, 'HOME_MISSING')['hint']), /holdfast init/)
    }
    assert.equal(existsSync(world.home), false, 'looking makes nothing')
  })

  it('writes results to stdout and all else to stderr', async (context) => {
    const world = await withArchive(context)
    aVideo(world.archive, { id: 'noMedia0001', media: {} })
    const { exit, stdout, stderr } = await world.run(['add', world.archive])
    assert.equal(exit, 3)
    assert.match(stdout, /^added +[1-9a-z]{11} +public +Testimony goodVideo01\n$/)
    assert.match(stderr, /^holdfast: error: .*\(MEDIA_MISSING\)\nholdfast: hint: /m)
    assert.match(stderr, /^done, exit 3 /m)
  })

  it('finishes its work when nobody can take what it says, and then says so', async (context) => {
    const world = await withArchive(context)
    const full = openSync('/dev/full', 'w')
    const binary = fileURLToPath(new URL('../../bin/holdfast.ts', import.meta.url))
    const child = spawn(process.execPath, [binary, 'add', world.archive, '--home', world.home, '--json'], {
      stdio: ['ignore', full, 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: world.path, XDG_STATE_HOME: `${world.path}/state` },
    })
    let stderr = ''
    child.stderr?.on('data', (bytes: Buffer) => {
      stderr += bytes.toString()
    })
    await once(child, 'close')
    closeSync(full)
    assert.equal(child.exitCode, 3)
    assert.match(stderr, /ENOSPC \(OUTPUT_UNWRITABLE\)\nholdfast: hint: /)
    assert.equal(doneOf(await world.run(['list', '--json']))['bundles'], 1)
  })

  it('finishes its work when its reader goes away', async (context) => {
    const world = await withArchive(context)
    for (let i = 0; i < 100; i += 1) aVideo(world.archive, { id: `manyVids${100 + i}`, beside: {} })
    const running = world.start(['add', world.archive, '--json'])
    running.process.stdout?.destroy()
    await once(running.process, 'exit')
    assert.equal(running.process.exitCode, 0)
    assert.equal(doneOf(await world.run(['list', '--json']))['bundles'], 101)
  })
})
