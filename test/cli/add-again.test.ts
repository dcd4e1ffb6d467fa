import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aWorld, codesOf, doneOf, type Line, linesOfEvent, type Outcome, withArchive } from './harness.ts'

function firstOf(outcome: Outcome, event: string): Line {
  const [line] = linesOfEvent(outcome, event)
  assert.ok(line !== undefined, `a ${event} line`)
  return line
}

/** Every file below a directory, with size and time of change; without what SQLite keeps beside an open database. */
function imageOf(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/-(wal|shm)$/.test(name))
    .sort()
    .map((name) => ({ name, stats: statSync(join(directory, name)) }))
    .map(({ name, stats }) => (stats.isFile() ? `${name} ${stats.size} ${stats.mtimeMs}` : name))
}

describe('add, run again', { concurrency: 2 }, () => {
  it('knows an unchanged folder, and says so', async (context) => {
    const world = await withArchive(context)
    const first = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 0)
    assert.deepEqual([doneOf(outcome)['added'], doneOf(outcome)['known'], doneOf(outcome)['failed']], [0, 1, 0])
    const listed = linesOfEvent(await world.run(['list', '--json']), 'listed')
    assert.deepEqual(
      listed.map(({ id }) => id),
      [first['id']],
    )
  })

  it('knows an unchanged bundle in a folder that gained another', async (context) => {
    const world = await withArchive(context)
    await world.run(['add', world.archive, '--json'])
    aVideo(world.archive, { id: 'newVideo001' })
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.deepEqual([doneOf(outcome)['added'], doneOf(outcome)['known']], [1, 1])
  })

  it('relinks a folder that was moved after its bundle was published, and goes on serving it', async (context) => {
    const world = await withArchive(context)
    const { root } = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    await world.run(['publish', '--yes', '--json'])
    const moved = join(world.path, 'another disk')
    renameSync(world.archive, moved)
    const server = await world.serve()
    const away = await fetch(`${server.url}/ipfs/${root}/video.mp4`)
    await away.arrayBuffer()
    assert.ok(away.status >= 500, `its bytes are away: ${away.status}`)
    const outcome = await world.run(['add', moved, '--json'])
    assert.equal(outcome.exit, 0)
    assert.deepEqual([doneOf(outcome)['added'], doneOf(outcome)['known']], [0, 1])
    const back = await fetch(`${server.url}/ipfs/${root}/video.mp4`)
    assert.equal(back.status, 200)
    assert.equal(await back.text(), 'media of goodVideo01 '.repeat(64))
    await server.stop()
    const again = await world.run(['publish', '--yes', '--json'])
    assert.deepEqual([doneOf(again)['published'], doneOf(again)['already']], [0, 1])
  })

  it('reads a moved file once more and no file that stayed', async (context) => {
    const world = await withArchive(context)
    await world.run(['add', world.archive, '--json'])
    const copy = join(world.path, 'copy')
    cpSync(world.archive, copy, { recursive: true })
    rmSync(world.archive, { recursive: true })
    const outcome = await world.run(['add', copy, '--json'])
    assert.equal(doneOf(outcome)['known'], 1)
    const shown = await world.run(['show', String(firstOf(outcome, 'bundle')['id']), '--json'])
    const files = linesOfEvent(shown, 'row').map(({ row }) => JSON.stringify(row))
    assert.ok(
      files.some((row) => row.includes(copy)),
      'the catalogue knows the new place',
    )
    assert.equal(firstOf(await world.run(['list', '--json']), 'listed')['state'], 'added')
  })

  it('makes a new version of a bundle whose sidecar changed, and serves both roots', async (context) => {
    const world = await withArchive(context)
    const before = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    await world.run(['publish', '--yes', '--json'])
    aVideo(world.archive, {
      id: 'goodVideo01',
      stem: 'Testimony goodVideo01 [goodVideo01]',
      title: 'The corrected title',
    })
    const after = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    assert.equal(after['status'], 'version')
    assert.equal(after['id'], before['id'])
    assert.notEqual(after['root'], before['root'])
    const published = await world.run(['publish', '--yes', '--json'])
    assert.equal(doneOf(published)['published'], 1)
    const log = await world.run(['manifest', 'show', ...['0', '1', '2', '3', '4', '5'], '--json'])
    const bundles = linesOfEvent(log, 'statement').filter(
      ({ statement }) => (statement as { type: string }).type === 'bundle/1',
    )
    assert.equal(bundles.length, 2)
    assert.equal((bundles[1]?.['statement'] as { replaces?: number } | undefined)?.replaces, bundles[0]?.['index'])
    const server = await world.serve()
    for (const root of [before['root'], after['root']]) {
      const answer = await fetch(`${server.url}/ipfs/${root}/bundle.json`)
      assert.equal(answer.status, 200)
      assert.ok(
        (await answer.text()).includes(root === after['root'] ? 'The corrected title' : 'Testimony goodVideo01'),
      )
    }
    await server.stop()
    const old = firstOf(await world.run(['lookup', String(before['root']), '--json']), 'match')
    assert.equal(old['state'], 'superseded')
    assert.equal(
      firstOf(await world.run(['lookup', 'https://youtu.be/goodVideo01', '--json']), 'match')['root'],
      after['root'],
    )
  })

  it('goes back to the older version when the sidecar is put back', async (context) => {
    const world = await withArchive(context)
    const stem = 'Testimony goodVideo01 [goodVideo01]'
    const before = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    aVideo(world.archive, { id: 'goodVideo01', stem, title: 'A mistake' })
    await world.run(['add', world.archive, '--json'])
    aVideo(world.archive, { id: 'goodVideo01', stem })
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 0)
    assert.equal(firstOf(outcome, 'bundle')['id'], before['id'])
    const listed = firstOf(await world.run(['list', '--json']), 'listed')
    assert.equal(listed['root'], before['root'], 'what is on disk is what will be published')
    assert.equal(listed['title'], 'Testimony goodVideo01')
  })

  it('publishes an older version once more when it was put back after the newer one was published', async (context) => {
    const world = await withArchive(context)
    const stem = 'Testimony goodVideo01 [goodVideo01]'
    const { root } = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    await world.run(['publish', '--yes', '--json'])
    aVideo(world.archive, { id: 'goodVideo01', stem, title: 'A mistake' })
    await world.run(['add', world.archive, '--json'])
    await world.run(['publish', '--yes', '--json'])
    aVideo(world.archive, { id: 'goodVideo01', stem })
    await world.run(['add', world.archive, '--json'])
    const outcome = await world.run(['publish', '--yes', '--json'])
    assert.equal(firstOf(outcome, 'published')['root'], root)
    assert.equal(firstOf(await world.run(['lookup', 'https://youtu.be/goodVideo01', '--json']), 'match')['root'], root)
    assert.equal(doneOf(await world.run(['publish', '--yes', '--json']))['already'], 1)
    const policy = ['--policy', join(world.home, 'policy.txt'), '--json']
    assert.equal(
      doneOf(await world.run(['manifest', 'verify', join(world.home, 'manifest'), ...policy]))['problems'],
      0,
    )
  })

  it('takes the word of a source back that says less than before, though the bundle is the same', async (context) => {
    const world = await withArchive(context)
    const { root } = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    aVideo(world.archive, { id: 'goodVideo01', availability: 'private' })
    const again = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    assert.deepEqual([again['root'], again['access']], [root, 'hold'])
    assert.equal(doneOf(await world.run(['publish', '--yes', '--json']))['published'], 0)
  })

  it('takes a video back that was deleted and restored', async (context) => {
    const world = await withArchive(context)
    const { id } = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    const media = join(world.archive, 'Testimony goodVideo01 [goodVideo01].mp4')
    const bytes = readFileSync(media)
    rmSync(media)
    const without = await world.run(['add', world.archive, '--json'])
    assert.deepEqual(codesOf(without), ['MEDIA_MISSING'])
    const plan = await world.run(['publish', '--yes', '--json'])
    assert.equal(doneOf(plan)['published'], 0, 'nothing goes out whose bytes are gone')
    writeFileSync(media, bytes)
    assert.equal(doneOf(await world.run(['add', world.archive, '--json']))['known'], 1)
    const outcome = await world.run(['publish', '--yes', '--json'])
    assert.equal(firstOf(outcome, 'published')['id'], id)
  })
})

describe('add, told what to do', { concurrency: 2 }, () => {
  it('holds or clears everything of the run by --access, also what was known', async (context) => {
    const world = await withArchive(context)
    aVideo(world.archive, { id: 'unlisted001', availability: 'unlisted' })
    const held = await world.run(['add', world.archive, '--access', 'hold', '--json'])
    assert.deepEqual(
      linesOfEvent(held, 'bundle').map(({ access }) => access),
      ['hold', 'hold'],
    )
    const open = await world.run(['add', world.archive, '--access', 'public', '--json'])
    assert.deepEqual(
      linesOfEvent(open, 'bundle').map(({ access, status }) => [access, status]),
      [
        ['public', 'known'],
        ['public', 'known'],
      ],
    )
    const outcome = await world.run(['publish', '--yes', '--json'])
    assert.equal(doneOf(outcome)['published'], 2)
    const wrong = await world.run(['add', world.archive, '--access', 'secret', '--json'])
    assert.equal(wrong.exit, 2)
    assert.deepEqual(codesOf(wrong), ['USAGE'])
  })

  it("leaves a person's hold alone when it is run again without --access", async (context) => {
    const world = await withArchive(context)
    await world.run(['add', world.archive, '--access', 'hold', '--json'])
    aVideo(world.archive, { id: 'goodVideo01', title: 'changed', stem: 'Testimony goodVideo01 [goodVideo01]' })
    await world.run(['add', world.archive, '--json'])
    const outcome = await world.run(['publish', '--yes', '--json'])
    assert.deepEqual([doneOf(outcome)['published'], doneOf(outcome)['held']], [0, 1])
  })

  it('writes nothing with --dry-run', async (context) => {
    const world = await withArchive(context)
    const before = imageOf(world.home)
    const outcome = await world.run(['add', world.archive, '--dry-run', '--json'])
    assert.equal(outcome.exit, 0)
    assert.deepEqual([doneOf(outcome)['added'], firstOf(outcome, 'bundle')['status']], [1, 'would-add'])
    assert.deepEqual(imageOf(world.home), before)
    assert.equal(linesOfEvent(await world.run(['list', '--json']), 'listed').length, 0)
    const real = await world.run(['add', world.archive, '--json'])
    assert.equal(firstOf(real, 'bundle')['root'], firstOf(outcome, 'bundle')['root'], 'and tells the root')
    const after = await world.run(['add', world.archive, '--dry-run', '--json'])
    assert.deepEqual([doneOf(after)['added'], doneOf(after)['known']], [0, 1])
  })

  it('tells with --dry-run of which bundle it would be a version', async (context) => {
    const world = await withArchive(context)
    const { id } = firstOf(await world.run(['add', world.archive, '--json']), 'bundle')
    aVideo(world.archive, { id: 'goodVideo01', title: 'changed', stem: 'Testimony goodVideo01 [goodVideo01]' })
    const outcome = await world.run(['add', world.archive, '--dry-run', '--json'])
    assert.equal(firstOf(outcome, 'bundle')['id'], id, 'it would be a version of what is known')
  })

  it('refuses an unknown --format before anything is read', async (context) => {
    const world = await withArchive(context)
    const outcome = await world.run(['add', world.archive, '--format', 'floppy', '--json'])
    assert.equal(outcome.exit, 2)
    assert.deepEqual(codesOf(outcome), ['FORMAT_UNKNOWN'])
  })

  it('says which home is missing, before it reads anything', async (context) => {
    const world = aWorld(context)
    const outcome = await world.run(['add', world.path, '--json'])
    assert.equal(outcome.exit, 2)
    assert.deepEqual(codesOf(outcome), ['HOME_MISSING'])
    assert.equal(existsSync(world.home), false)
  })
})
