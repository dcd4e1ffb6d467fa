import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { truncateSync } from 'node:fs'
import { describe, it } from 'node:test'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { doneOf, linesOfEvent, problemOf, withArchive } from './harness.ts'

/** A process that appends to a file without pause, as a download does. */
class Writer implements AsyncDisposable {
  readonly #child: ChildProcess
  constructor(path: string) {
    this.#child = spawn(
      process.execPath,
      ['-e', "setInterval(() => fs.appendFileSync(process.argv[1], 'more'), 1); console.log('writing')", path],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
  }
  async ready(): Promise<void> {
    if (this.#child.stdout !== null) await once(this.#child.stdout, 'data')
  }
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await closed
  }
}

describe('add, while somebody writes', { concurrency: 2 }, () => {
  it('takes no state of a file that nobody ever saw, takes the rest, and takes it when the writer is done', async (context) => {
    const world = await withArchive(context)
    const [media = ''] = aVideo(world.archive, { id: 'growing0001' }).media
    // Sparse, so that it takes long enough to read and no room.
    truncateSync(media, 400 * 1024 * 1024)
    {
      await using writer = new Writer(media)
      await writer.ready()
      const outcome = await world.run(['add', world.archive, '--json'])
      assert.equal(outcome.exit, 3)
      assert.ok(String(problemOf(outcome, 'FILE_CHANGED')['message']).includes(media))
      assert.equal(doneOf(outcome)['added'], 1)
      assert.equal(linesOfEvent(await world.run(['list', '--json']), 'listed').length, 1)
    }
    const after = await world.run(['add', world.archive, '--json'])
    assert.equal(after.exit, 0)
    assert.deepEqual([doneOf(after)['added'], doneOf(after)['known']], [1, 1])
  })

  it('publishes nothing whose bytes are no longer those that were added', async (context) => {
    const world = await withArchive(context)
    const [media = ''] = aVideo(world.archive, { id: 'cutLater001', media: { mp4: 'x'.repeat(100_000) } }).media
    await world.run(['add', world.archive, '--json'])
    truncateSync(media, 50_000)
    const outcome = await world.run(['publish', '--yes', '--json'])
    assert.equal(outcome.exit, 0, outcome.stdout)
    assert.deepEqual([doneOf(outcome)['published'], doneOf(outcome)['held']], [1, 1])
    assert.match(String(linesOfEvent(outcome, 'held')[0]?.['reason']), /add its folder again/)
    const again = await world.run(['add', world.archive, '--json'])
    assert.equal(doneOf(again)['failed'], 0)
    assert.equal(doneOf(await world.run(['publish', '--yes', '--json']))['published'], 1)
  })
})
