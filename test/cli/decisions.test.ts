import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { aVideo } from '../fakes/yt-dlp-folder.ts'
import { type Archive, codesOf, doneOf, linesOfEvent, problemOf, withArchive } from './harness.ts'

/** Ids by the original they are of. */
async function ids(world: Archive): Promise<(video: string) => string> {
  const listed = linesOfEvent(await world.run(['list', '--json']), 'listed')
  return (video) => String(listed.find(({ originals }) => String(originals).includes(video))?.['id'])
}

async function publicHeldAndFound(context: TestContext): Promise<Archive> {
  const world = await withArchive(context)
  aVideo(world.archive, { id: 'unlisted001', title: 'The court session', availability: 'unlisted', language: 'kk' })
  // The number of the standard's own example: no person has it.
  aVideo(world.archive, {
    id: 'withNumber1',
    title: 'Call +7 701 000 00 00',
    description: 'mail me at someone@example.org',
  })
  assert.equal((await world.run(['add', world.archive, '--json'])).exit, 0)
  return world
}

describe('what may be published', { concurrency: 2 }, () => {
  it('goes out after a yes alone, and nobody answers for a person who is not there', async (context) => {
    const world = await publicHeldAndFound(context)
    const outcome = await world.run(['publish', '--json'], { input: 'y\n' })
    assert.equal(outcome.exit, 2)
    assert.match(String(problemOf(outcome, 'NEEDS_YES')['hint']), /--yes/)
    assert.equal(linesOfEvent(outcome, 'plan')[0]?.['goesOut'], 1)
    const dry = await world.run(['publish', '--dry-run', '--json'])
    assert.equal(dry.exit, 0)
    assert.deepEqual([doneOf(dry)['wouldPublish'], doneOf(dry)['published'], doneOf(dry)['held']], [1, 0, 2])
    assert.deepEqual(linesOfEvent(await world.run(['list', '--where', 'state=published', '--json']), 'listed'), [])
    const text = await world.run(['publish'], { input: 'y\n' })
    assert.equal(text.exit, 2)
    assert.match(text.stderr, /\(NEEDS_YES\)\nholdfast: hint: /)
  })

  it('is held with a reason by the source, by a person and by the lint, until somebody clears it', async (context) => {
    const world = await publicHeldAndFound(context)
    const id = await ids(world)
    const first = await world.run(['publish', '--yes', '--json'])
    assert.equal(first.exit, 0, 'held bundles are no error')
    assert.deepEqual([doneOf(first)['published'], doneOf(first)['held']], [1, 2])
    const reasons = new Map(linesOfEvent(first, 'held').map((line) => [line['id'], String(line['reason'])]))
    assert.match(reasons.get(id('unlisted001')) ?? '', /unlisted/)
    assert.match(reasons.get(id('withNumber1')) ?? '', /lint/)

    const cleared = await world.run([
      'clear',
      id('withNumber1'),
      id('unlisted001'),
      '--reason',
      'consent form',
      '--json',
    ])
    assert.equal(cleared.exit, 0)
    assert.equal(doneOf(cleared)['decided'], 2)
    const second = await world.run(['publish', '--yes', '--json'])
    assert.deepEqual(
      linesOfEvent(second, 'published').map((line) => line['id']),
      [id('unlisted001')],
    )
    assert.deepEqual(
      linesOfEvent(second, 'held').map((line) => line['id']),
      [id('withNumber1')],
      'clearing does not answer the lint',
    )
    const shown = await world.run(['show', id('withNumber1'), '--json'])
    assert.ok(linesOfEvent(shown, 'row').some(({ row }) => (row as { what?: string }).what === 'finding'))

    const accepted = await world.run(['clear', id('withNumber1'), '--accept-findings', '--json'])
    assert.equal(accepted.exit, 0)
    const third = await world.run(['publish', '--yes', '--json'])
    assert.deepEqual(
      linesOfEvent(third, 'published').map((line) => line['id']),
      [id('withNumber1')],
    )
  })

  it('is held again by what the lint finds later, also after its findings were accepted', async (context) => {
    const world = await publicHeldAndFound(context)
    const id = await ids(world)
    await world.run(['clear', id('withNumber1'), '--accept-findings', '--json'])
    const video = { id: 'withNumber1', stem: 'Call +7 701 000 00 00 [withNumber1]', title: 'Call +7 701 000 00 00' }
    aVideo(world.archive, { ...video, description: 'or write to another@example.org' })
    await world.run(['add', world.archive, '--json'])
    const outcome = await world.run(['publish', '--yes', '--json'])
    assert.ok(linesOfEvent(outcome, 'held').some((line) => line['id'] === id('withNumber1')))
  })

  it('can be held after it was published, with a warning that this stops nothing', async (context) => {
    const world = await publicHeldAndFound(context)
    const id = await ids(world)
    await world.run(['publish', '--yes', '--json'])
    const outcome = await world.run(['hold', id('goodVideo01'), '--reason', 'family asked', '--json'])
    assert.equal(outcome.exit, 0)
    const warned = JSON.stringify(outcome.events.filter(({ event }) => event !== 'decided' && event !== 'done'))
    assert.match(warned, /withdraw/)
    assert.ok(warned.includes(id('goodVideo01')))
    const before = await world.run(['hold', id('unlisted001'), '--json'])
    assert.deepEqual(
      before.events.map(({ event }) => event),
      ['decided', 'done'],
      'and without one before',
    )
  })

  it('is decided for all of a selection or for none', async (context) => {
    const world = await publicHeldAndFound(context)
    const id = await ids(world)
    const outcome = await world.run(['clear', id('unlisted001'), 'https://youtu.be/neverAdded1', '--json'])
    assert.equal(outcome.exit, 2)
    problemOf(outcome, 'SELECTION_EMPTY')
    const [listed] = linesOfEvent(await world.run(['list', id('unlisted001'), '--json']), 'listed')
    assert.equal(listed?.['access'], 'hold')
    const nothing = await world.run(['clear', '--json'])
    assert.equal(nothing.exit, 2, 'a bare clear does not mean everything')
  })
})

describe('a selection', { concurrency: 2 }, () => {
  it('is made of ids, URLs in any spelling, CIDs, and files that list them', async (context) => {
    const world = await publicHeldAndFound(context)
    const id = await ids(world)
    const of = async (...words: string[]): Promise<readonly unknown[]> =>
      linesOfEvent(await world.run(['list', ...words, '--json']), 'listed').map((line) => line['id'])
    const wanted = [id('goodVideo01')]
    assert.deepEqual(await of(id('goodVideo01')), wanted)
    assert.deepEqual(await of(id('goodVideo01').toUpperCase()), wanted)
    assert.deepEqual(await of('https://www.youtube.com/watch?v=goodVideo01&t=30'), wanted)
    assert.deepEqual(await of('https://youtu.be/goodVideo01'), wanted)
    assert.deepEqual(await of('youtube:video:goodVideo01'), wanted)
    const [listed] = linesOfEvent(await world.run(['list', id('goodVideo01'), '--json']), 'listed')
    assert.deepEqual(await of(String(listed?.['root'])), wanted)
    writeFileSync(
      join(world.path, 'list.txt'),
      `# two of them\r\n${id('goodVideo01')}\r\n\r\nhttps://youtu.be/unlisted001 # by its URL\n${id('goodVideo01')}\n`,
    )
    assert.deepEqual(await of('list.txt'), [id('goodVideo01'), id('unlisted001')], 'each once')
    const mistyped = id('goodVideo01').replace(/.$/, (check) => (check === '1' ? '2' : '1'))
    const wrong = await world.run(['list', mistyped, '--json'])
    assert.equal(wrong.exit, 2)
    problemOf(wrong, 'SELECTION_EMPTY')
  })

  it('is narrowed by conditions that must all hold', async (context) => {
    const world = await publicHeldAndFound(context)
    const count = async (...where: string[]): Promise<unknown> => {
      const outcome = await world.run(['list', ...where.flatMap((each) => ['--where', each]), '--json'])
      assert.equal(outcome.exit, 0, outcome.stdout)
      return doneOf(outcome)['bundles']
    }
    assert.equal(await count('access=hold'), 1)
    assert.equal(await count('access!=hold'), 2)
    assert.equal(await count('title~COURT', 'platform=youtube'), 1)
    assert.equal(await count('title~court', 'access=public'), 0)
    assert.equal(await count('language=kk'), 1)
    for (const wrong of ['titel=x', 'title', '', 'title>x', 'state=publisched', 'constructor=x']) {
      const outcome = await world.run(['list', '--where', wrong, '--json'])
      assert.equal(outcome.exit, 2, wrong)
      assert.deepEqual(codesOf(outcome), ['CONDITION_MALFORMED'], wrong)
    }
    const cleared = await world.run(['clear', '--where', 'title~court', '--json'])
    assert.equal(doneOf(cleared)['decided'], 1)
  })
})
