import assert from 'node:assert/strict'
import { closeSync, ftruncateSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { aVideo, mediaBytes } from '../fakes/yt-dlp-folder.ts'
import { infoOf } from '../fakes/yt-dlp-info.ts'
import { codesOf, doneOf, linesOfEvent, problemOf, withArchive } from './harness.ts'

describe('add, given sidecars that it cannot use', { concurrency: 2 }, () => {
  it('says of each broken info.json what is wrong with it, and takes the rest', async (context) => {
    const world = await withArchive(context)
    const broken: Readonly<Record<string, [string, string]>> = {
      truncated: ['INFO_JSON_TRUNCATED', JSON.stringify(infoOf({ id: 'truncated01' })).slice(0, 400)],
      empty: ['INFO_JSON_TRUNCATED', ''],
      array: ['INFO_JSON_WRONG_TYPE', '["id", "title"]'],
      word: ['INFO_JSON_WRONG_TYPE', 'null'],
      text: ['INFO_JSON_MALFORMED', '{"id": "x", oops}'],
      nul: ['INFO_JSON_MALFORMED', '{"id": "x\u0000"}'],
      zeros: ['INFO_JSON_MALFORMED', '\u0000'.repeat(4096)],
      deep: ['INFO_JSON_TOO_DEEP', `{"id":"x","a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
      noId: ['INFO_JSON_WRONG_TYPE', JSON.stringify({ title: 'no id' })],
      wrongId: ['INFO_JSON_WRONG_TYPE', JSON.stringify({ id: { $ne: null } })],
    }
    for (const [name, [, text]] of Object.entries(broken)) {
      writeFileSync(join(world.archive, `${name}.info.json`), text)
      writeFileSync(join(world.archive, `${name}.mp4`), `media of ${name}`)
    }
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 3)
    assert.equal(doneOf(outcome)['added'], 1)
    assert.equal(doneOf(outcome)['failed'], Object.keys(broken).length)
    for (const [name, [code]] of Object.entries(broken)) {
      const path = join(world.archive, `${name}.info.json`)
      const problem = linesOfEvent(outcome, 'problem').find((line) => line['path'] === path)
      assert.equal(problem?.['code'], code, name)
      assert.equal(typeof problem?.['hint'], 'string', name)
    }
  })

  it('reads no info.json of more than 64 MiB', async (context) => {
    const world = await withArchive(context)
    const path = join(world.archive, 'huge.info.json')
    const file = openSync(path, 'w')
    writeSync(file, '{"id":"huge')
    ftruncateSync(file, 5_000_000_000)
    closeSync(file)
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 3)
    assert.equal(problemOf(outcome, 'INFO_JSON_TOO_LARGE')['path'], path)
    assert.equal(doneOf(outcome)['added'], 1)
  })

  it('takes an info.json with NUL and wrong types in fields that are not needed, and says what it left out', async (context) => {
    const world = await withArchive(context)
    const info = {
      title: 'before\u0000after',
      duration: 'long',
      tags: 'not a list',
      chapters: [{ start_time: 'x' }],
      language: 7,
    }
    aVideo(world.archive, { id: 'oddFields01', stem: 'odd', info })
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 0)
    assert.equal(doneOf(outcome)['added'], 2)
    assert.deepEqual(new Set(codesOf(outcome)), new Set(['FIELD_DROPPED']))
    const dropped = linesOfEvent(outcome, 'problem').map(({ message }) => String(message).split(' ')[0])
    assert.deepEqual(dropped.sort(), ['chapters', 'duration', 'language', 'tags'])
    const odd = linesOfEvent(outcome, 'bundle').find(({ title }) => String(title).includes('before'))
    assert.ok(odd !== undefined && !String(odd['title']).includes('\u0000'), 'no NUL in what is public')
  })

  it('takes a title of a megabyte, cut, with a word about it', async (context) => {
    const world = await withArchive(context)
    aVideo(world.archive, { id: 'longTitle01', stem: 'long', title: 'Куәлік '.repeat(100_000) })
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 0)
    assert.deepEqual(codesOf(outcome), ['TEXT_CUT'])
    assert.equal(doneOf(outcome)['added'], 2)
  })

  it('reports media without sidecar, a sidecar without media, an empty video and an unfinished download', async (context) => {
    const world = await withArchive(context)
    writeFileSync(join(world.archive, 'nobody described this.mp4'), mediaBytes('orphan'))
    aVideo(world.archive, { id: 'noMedia0001', media: {} })
    aVideo(world.archive, { id: 'emptyMedia1', media: { mp4: '' } })
    aVideo(world.archive, { id: 'unfinished1', media: {}, beside: { 'mp4.part': 'half' } })
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 3)
    for (const code of ['MEDIA_WITHOUT_METADATA', 'MEDIA_MISSING', 'MEDIA_EMPTY', 'MEDIA_INCOMPLETE'])
      problemOf(outcome, code)
    assert.equal(doneOf(outcome)['failed'], 4)
    assert.equal(doneOf(outcome)['added'], 1)
  })

  it('leaves the remains of a download alone when the whole file is there', async (context) => {
    const world = await withArchive(context, {
      id: 'goodVideo01',
      beside: { 'mp4.part': 'half', 'f137.mp4': 'unmerged', 'mp4.ytdl': '{}' },
    })
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 0)
    assert.equal(doneOf(outcome)['added'], 1)
    assert.equal(linesOfEvent(outcome, 'bundle')[0]?.['files'], 1)
  })

  it('gives a folder that holds no archive a reason for every recording', async (context) => {
    const world = await withArchive(context)
    const other = join(world.path, 'other')
    aVideo(other, { id: 'described01' })
    truncateSync(aVideo(other, { id: 'described02' }).info, 0)
    writeFileSync(join(world.path, 'lone.mp4'), 'x')
    const outcome = await world.run(['add', join(world.path, 'lone.mp4'), other, '--json'])
    assert.equal(outcome.exit, 3)
    assert.deepEqual([...codesOf(outcome)].sort(), ['INFO_JSON_TRUNCATED', 'MEDIA_WITHOUT_METADATA'])
    assert.equal(doneOf(outcome)['added'], 1)
  })
})

describe('add, given the same thing twice', { concurrency: 2 }, () => {
  it('keeps one id with other bytes as two bundles and says so', async (context) => {
    const world = await withArchive(context)
    aVideo(world.archive, { id: 'goodVideo01', stem: 'the same, encoded again', media: { webm: 'other bytes' } })
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 0)
    assert.equal(doneOf(outcome)['added'], 2)
    assert.ok(codesOf(outcome).includes('ORIGINAL_TWICE'))
    const found = await world.run(['lookup', 'https://youtu.be/goodVideo01', '--json'])
    assert.equal(linesOfEvent(found, 'match').length, 2)
  })

  it('keeps one id with other bytes in two folders as two bundles', async (context) => {
    const world = await withArchive(context)
    const second = join(world.path, 'second')
    aVideo(second, { id: 'goodVideo01', media: { mp4: 'other bytes' } })
    await world.run(['add', world.archive, '--json'])
    const outcome = await world.run(['add', second, '--json'])
    assert.equal(doneOf(outcome)['added'], 1)
    const found = await world.run(['lookup', 'https://youtu.be/goodVideo01', '--json'])
    assert.equal(new Set(linesOfEvent(found, 'match').map(({ root }) => root)).size, 2)
  })

  it('keeps the same bytes under two ids as two bundles of one content', async (context) => {
    const world = await withArchive(context, { id: 'sameBytes01', media: { mp4: 'the same bytes' } })
    aVideo(world.archive, { id: 'sameBytes02', media: { mp4: 'the same bytes' } })
    const outcome = await world.run(['add', world.archive, '--json'])
    assert.equal(outcome.exit, 0)
    assert.equal(doneOf(outcome)['added'], 2)
    await world.run(['publish', '--yes', '--json'])
    const [match] = linesOfEvent(await world.run(['lookup', 'https://youtu.be/sameBytes01', '--json']), 'match')
    const [file] = (match?.['files'] ?? []) as { cid: string }[]
    const both = await world.run(['lookup', String(file?.cid), '--json'])
    assert.equal(linesOfEvent(both, 'match').length, 2, 'the content leads to both')
  })

  it('takes one folder once that is given twice, and inside another', async (context) => {
    const world = await withArchive(context)
    aVideo(join(world.archive, 'inner'), { id: 'innerVideo1' })
    const outcome = await world.run([
      'add',
      world.archive,
      join(world.archive, 'inner'),
      `${world.archive}/.`,
      '--json',
    ])
    assert.equal(outcome.exit, 0)
    assert.deepEqual([doneOf(outcome)['added'], doneOf(outcome)['known']], [2, 0])
  })

  it('takes a copy of a folder for the same bundles', async (context) => {
    const world = await withArchive(context)
    aVideo(join(world.path, 'copy'), { id: 'goodVideo01' })
    const outcome = await world.run(['add', world.archive, join(world.path, 'copy'), '--json'])
    assert.equal(outcome.exit, 0)
    assert.deepEqual([doneOf(outcome)['added'], doneOf(outcome)['known']], [1, 1])
    const ids = linesOfEvent(outcome, 'bundle').map(({ id }) => id)
    assert.equal(new Set(ids).size, 1)
  })
})
