import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { aWorld, codesOf, doneOf, linesOfEvent, problemOf, withArchive } from './harness.ts'

const isRoot = process.getuid?.() === 0
/** nobody, on every system that has it. */
const NOBODY = 65_534

describe('add, given paths that it cannot use', { concurrency: 2 }, () => {
  it('reports a missing path and takes the others', async (context) => {
    const world = await withArchive(context)
    const missing = join(world.path, 'nothing-here')
    const outcome = await world.run(['add', missing, world.archive, '--json'])
    assert.equal(outcome.exit, 3)
    assert.equal(problemOf(outcome, 'PATH_MISSING')['path'], missing)
    assert.equal(doneOf(outcome)['added'], 1)
    assert.equal(doneOf(outcome)['failed'], 1)
  })

  it('fails with 1 when there was nothing but a missing path', async (context) => {
    const world = aWorld(context)
    await world.init()
    const outcome = await world.run(['add', join(world.path, 'nothing-here'), '--json'])
    assert.equal(outcome.exit, 1)
    problemOf(outcome, 'PATH_MISSING')
  })

  it('reports what it may not read, takes the rest, and takes it later', async (context) => {
    const world = aWorld(context)
    const archive = join(world.path, 'archive')
    aVideo(archive, { id: 'goodVideo01' })
    aVideo(join(archive, 'closed'), { id: 'inClosed001' })
    const unreadable = aVideo(archive, { id: 'closedFile1' })
    if (isRoot) execFileSync('chown', ['-R', String(NOBODY), world.path])
    const as = isRoot ? { uid: NOBODY } : {}
    const init = await world.run(['init', '--origin', 'archive.example/t', '--no-passphrase', '--json'], as)
    assert.equal(init.exit, 0)
    chmodSync(join(archive, 'closed'), 0)
    for (const path of unreadable.media) chmodSync(path, 0)
    const outcome = await world.run(['add', archive, '--json'], as)
    assert.equal(outcome.exit, 3)
    assert.equal(problemOf(outcome, 'DIRECTORY_UNREADABLE')['path'], join(archive, 'closed'))
    assert.match(String(problemOf(outcome, 'FILE_UNREADABLE')['message']), /closedFile1/)
    assert.equal(doneOf(outcome)['added'], 1)
    chmodSync(join(archive, 'closed'), 0o700)
    for (const path of unreadable.media) chmodSync(path, 0o600)
    const again = await world.run(['add', archive, '--json'], as)
    assert.equal(again.exit, 0)
    assert.equal(doneOf(again)['added'], 2)
    assert.equal(doneOf(again)['known'], 1)
  })

  it('follows no link, out of the archive or in a circle', async (context) => {
    const world = await withArchive(context)
    const secret = join(world.path, 'secret.mp4')
    writeFileSync(secret, 'bytes of somebody else')
    const linked = aVideo(world.archive, { id: 'linkedVid01', media: {} })
    symlinkSync(secret, join(world.archive, `${linked.stem}.mp4`))
    symlinkSync(world.archive, join(world.archive, 'circle'))
    symlinkSync('/etc', join(world.archive, 'system'))
    symlinkSync('points to itself', join(world.archive, 'points to itself'))
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 3)
    assert.equal(doneOf(outcome)['added'], 1)
    problemOf(outcome, 'MEDIA_MISSING')
    const skipped = linesOfEvent(outcome, 'skipped').filter(({ reason }) => String(reason).includes('link'))
    assert.equal(skipped.length, 4)
    const given = await world.run(['add', join(world.archive, 'circle'), '--json'])
    assert.equal(given.exit, 1)
    assert.ok(String(problemOf(given, 'LINK_NOT_FOLLOWED')['hint']).includes(world.archive), 'says what it points to')
  })

  it('opens no pipe, no socket and no device', async (context) => {
    const world = await withArchive(context)
    const { stem } = aVideo(world.archive, { id: 'pipeVideo01', media: {} })
    execFileSync('mkfifo', [join(world.archive, `${stem}.mp4`), join(world.archive, 'x.info.json')])
    if (isRoot) execFileSync('mknod', [join(world.archive, `${stem}.webm`), 'c', '1', '5'])
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 3)
    assert.equal(doneOf(outcome)['added'], 1)
    const skipped = linesOfEvent(outcome, 'skipped').filter(({ reason }) =>
      String(reason).includes('pipe, socket or device'),
    )
    assert.equal(skipped.length, isRoot ? 3 : 2)
    problemOf(outcome, 'MEDIA_MISSING')
  })

  it('says of a name that is not UTF-8 which file it is, and takes the rest', async (context) => {
    const world = await withArchive(context)
    const name = Buffer.concat([Buffer.from(`${world.archive}/caf`), Buffer.from([0xe9]), Buffer.from('.mp4')])
    writeFileSync(name, 'latin 1')
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 3)
    assert.ok(String(problemOf(outcome, 'NAME_NOT_UTF8')['path']).endsWith('caf\\xe9.mp4'))
    assert.equal(doneOf(outcome)['added'], 1)
    assert.equal(doneOf(outcome)['failed'], 1)
  })

  it('takes names with newlines and control characters, of 255 bytes, and twins that differ in their normal form', async (context) => {
    const world = aWorld(context)
    await world.init()
    const archive = join(world.path, 'archive')
    const options = { beside: {} }
    aVideo(archive, { ...options, id: 'newlineVid1', stem: 'first\nsecond\u001b[31m red' })
    const longest = `${'ж'.repeat(122)}x`
    aVideo(archive, { ...options, id: 'longNameVid', stem: longest, ext: 'webm', media: { webm: 'long name' } })
    assert.equal(Buffer.byteLength(`${longest}.info.json`), 255)
    for (const form of ['NFC', 'NFD'] as const)
      aVideo(archive, { ...options, id: `twin${form}0001`.slice(0, 11), stem: 'Күй йод ü'.normalize(form) })
    const outcome = await world.run(['add', archive, '--json'])
    assert.equal(outcome.exit, 0, JSON.stringify(outcome.events))
    assert.equal(doneOf(outcome)['added'], 4)
    const roots = linesOfEvent(outcome, 'bundle').map(({ root }) => root)
    assert.equal(new Set(roots).size, 4, 'each twin has its own media')
    const text = await world.run(['add', archive])
    assert.doesNotMatch(
      text.stdout + text.stderr,
      // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there
      /\u001b\[31m/,
      'no escape sequence of a file name reaches the terminal',
    )
  })

  it('shows no escape sequence of a file name on a terminal when that file is refused', async (context) => {
    const world = await withArchive(context)
    writeFileSync(join(world.archive, 'evil\u001b]0;title\u0007\nholdfast: error.mp4'), 'x')
    const outcome = await world.run(['add', world.archive])
    assert.equal(outcome.exit, 3)
    assert.match(outcome.stderr, /MEDIA_WITHOUT_METADATA/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    assert.doesNotMatch(outcome.stdout + outcome.stderr, /[\u001b\u0007]/)
    assert.doesNotMatch(outcome.stderr, /^holdfast: error\.mp4/m, 'a newline in a name forges no line')
  })

  it('takes a file that is moved into the archive later, and leaves foreign files alone', async (context) => {
    const world = await withArchive(context)
    writeFileSync(join(world.archive, 'notes.txt'), 'about the archive')
    mkdirSync(join(world.path, 'elsewhere'))
    const late = aVideo(join(world.path, 'elsewhere'), { id: 'lateVideo01', media: { mp4: 'late' } })
    for (const path of [late.info, ...late.others])
      renameSync(path, join(world.archive, path.slice(path.lastIndexOf('/') + 1)))
    const without = await world.run(['add', world.archive, '--json'])
    assert.equal(without.exit, 3)
    assert.deepEqual(codesOf(without), ['MEDIA_MISSING'])
    renameSync(late.media[0] ?? '', join(world.archive, `${late.stem}.mp4`))
    const whole = await world.run(['add', world.archive, '--json'])
    assert.equal(whole.exit, 0)
    assert.deepEqual([doneOf(whole)['added'], doneOf(whole)['known']], [1, 1])
  })
})
