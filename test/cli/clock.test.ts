import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openHasher } from '../../src/address/hash-file.ts'
import { ytDlpLayout } from '../../src/intake/layouts/yt-dlp.ts'
import { heldBundles } from '../../src/pipeline/held-bundles.ts'
import { openLog } from '../../src/pipeline/open-log.ts'
import { add, type Home, openHome, planPublication, publish } from '../../src/pipeline.ts'
import { embeddedEngine } from '../../src/replicate/embedded.ts'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type Archive, doneOf, linesOfEvent, withArchive } from './harness.ts'

const signal = AbortSignal.timeout(60_000)
const calm = { signal, stopping: signal, onEvent: () => undefined }

/**
 * `add` and `publish` as the program does them, at a time that the test chooses. The one clock behind `at` is `home.now`, so
 * a home with another one is a computer whose clock is wrong; nothing has to be preloaded.
 */
async function publishAt(world: Archive, at: string): Promise<void> {
  await using opened = await openHome(world.home, { write: 'publish' })
  await using hasher = openHasher()
  const home: Home = { ...opened, now: () => at }
  await add(home, [world.archive], { ...calm, layouts: [ytDlpLayout], hasher, dryRun: false })
  const plan = await planPublication(home, { ...calm, onItem: () => undefined })
  const stateDirectory = join(world.path, 'state', 'holdfast')
  const log = await openLog(
    home,
    { config: { stateDirectory, manifest: { urls: [] } }, askPassphrase: async () => '' },
    { offline: true, onEvent: () => undefined },
  )
  await publish(home, plan, { ...calm, engines: [embeddedEngine(heldBundles(home))], log })
}

describe('a clock that is set back', () => {
  it('shows in what the statements claim and in nothing else', async (context) => {
    const world = await withArchive(context, { id: 'ordinary001' })
    await publishAt(world, '2038-01-19T03:14:08Z')
    aVideo(world.archive, { id: 'setBack0001' })
    await publishAt(world, '1999-12-31T23:59:59Z')
    aVideo(world.archive, { id: 'rightAgain1' })
    assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
    const last = await world.run(['publish', '--yes', '--json'])
    assert.equal(last.exit, 0, last.stdout)
    assert.deepEqual([doneOf(last)['published'], doneOf(last)['already']], [1, 2])
    const policy = join(world.home, 'policy.txt')
    const verified = await world.run(['manifest', 'verify', join(world.home, 'manifest'), '--policy', policy, '--json'])
    assert.equal(verified.exit, 0)
    assert.equal(doneOf(verified)['problems'], 0)
    const found = await world.run([
      'lookup',
      'https://youtu.be/setBack0001',
      '--manifest',
      join(world.home, 'manifest'),
      '--policy',
      policy,
      '--json',
    ])
    assert.equal(found.exit, 0)
    const index = Number(linesOfEvent(found, 'match')[0]?.['index'])
    const [line] = linesOfEvent(await world.run(['manifest', 'show', String(index), '--json']), 'statement')
    assert.equal(
      (line?.['statement'] as { at?: string } | undefined)?.at,
      '1999-12-31T23:59:59Z',
      'the claim is kept as it was made',
    )
    const listed = linesOfEvent(await world.run(['list', '--json']), 'listed')
    assert.deepEqual(
      listed.map(({ state }) => state),
      ['published', 'published', 'published'],
    )
  })
})
