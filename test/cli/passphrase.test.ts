import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aWorld, doneOf, linesOfEvent, problemOf } from './harness.ts'

const PASSPHRASE = 'корабль тихо стоит у причала'

describe('a home with a passphrase', () => {
  it('opens with the right one alone, from a file or the environment, and asks nobody who is not there', async (context) => {
    const world = aWorld(context)
    const right = join(world.path, 'right.txt')
    writeFileSync(right, `${PASSPHRASE.normalize('NFD')}\nsecond line\n`)
    const wrong = join(world.path, 'wrong.txt')
    writeFileSync(wrong, 'something else entirely\n')
    const init = ['init', '--origin', 'archive.example/t', '--json']

    const none = await world.run(init)
    assert.equal(none.exit, 2)
    problemOf(none, 'PASSPHRASE_NEEDED')
    const short = await world.run(init, { env: { HOLDFAST_PASSPHRASE: 'short' } })
    assert.equal(short.exit, 2)
    problemOf(short, 'PASSPHRASE_TOO_SHORT')
    assert.equal((await world.run(init, { env: { HOLDFAST_PASSPHRASE: PASSPHRASE } })).exit, 0)

    aVideo(join(world.path, 'archive'), { id: 'goodVideo01' })
    assert.equal((await world.run(['add', 'archive', '--json'])).exit, 0, 'add signs nothing')
    const publish = ['publish', '--yes', '--json']
    const unasked = await world.run(publish)
    assert.equal(unasked.exit, 2)
    assert.match(String(problemOf(unasked, 'PASSPHRASE_NEEDED')['hint']), /--passphrase-file or HOLDFAST_PASSPHRASE/)
    const typed = await world.run(publish, { input: `${PASSPHRASE}\n` })
    assert.equal(typed.exit, 2, 'a pipe is not a person')
    const refused = await world.run(publish, { env: { HOLDFAST_PASSPHRASE: 'not this one' } })
    assert.equal(refused.exit, 2)
    problemOf(refused, 'WRONG_PASSPHRASE')
    assert.ok(!refused.stdout.includes('not this one'), 'what was tried is not repeated')
    const file = await world.run([...publish, '--passphrase-file', wrong], { env: { HOLDFAST_PASSPHRASE: PASSPHRASE } })
    assert.equal(file.exit, 2, 'the file stands above the environment')
    const missing = await world.run([...publish, '--passphrase-file', join(world.path, 'nowhere')])
    assert.equal(missing.exit, 2)
    problemOf(missing, 'PASSPHRASE_NEEDED')

    const done = await world.run([...publish, '--passphrase-file', right])
    assert.equal(done.exit, 0, done.stdout)
    assert.equal(doneOf(done)['published'], 1, 'nothing was lost by the failures, nothing published twice')
    const id = String(linesOfEvent(done, 'published')[0]?.['id'])
    const locked = await world.run(['withdraw', id, '--json'])
    assert.equal(locked.exit, 2)
    const gone = linesOfEvent(await world.run(['list', '--json']), 'listed')[0]
    assert.equal(gone?.['state'], 'withdrawn', 'serving stops before the key is even asked for')
    const recorded = await world.run(['withdraw', id, '--json'], { env: { HOLDFAST_PASSPHRASE: PASSPHRASE } })
    assert.equal(recorded.exit, 0)
    assert.equal(doneOf(recorded)['withdrawn'], 1)
  })
})
