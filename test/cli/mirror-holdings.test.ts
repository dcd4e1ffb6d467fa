import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { codesOf, doneOf, linesOfEvent, type Outcome, problemOf } from './harness.ts'
import { aMirrorWorld, logHome, type MirrorWorld, synced } from './mirror-world.ts'

/** What is said of the one mirror of a publisher. */
function placeOf(outcome: Outcome): Readonly<Record<string, unknown>> {
  const [place] = linesOfEvent(outcome, 'place')
  assert.ok(place !== undefined, outcome.stdout)
  return place
}

async function audited(world: MirrorWorld, ...args: readonly string[]): Promise<Outcome> {
  return world.at(world.home, ['audit', '--place', 'oslo', ...args, '--json'])
}

async function claimedBeside(world: MirrorWorld): Promise<unknown> {
  return doneOf(await world.at(world.home, ['drill', '--without', 'embedded', '--json']))['maybeLost']
}

describe('a mirror with a budget, counted by its publisher', () => {
  it('has what its note of holdings says, is held to it, and is told as false when it does not', async (t) => {
    const world = await aMirrorWorld(t)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url], ['--budget', '3000', '--order', 'smallest'])
    const some = doneOf(await world.sync(mirror))
    assert.deepEqual([some['held'], some['missing']], [2, 2])
    await publisher.stop()
    const { url, stop } = await world.serveHome(mirror)
    const { holder } = doneOf(await world.at(mirror, ['key', 'show', '--json']))
    const add = ['engine', 'add', 'mirror', '--name', 'oslo', '--url', url, '--operator', 'Friends', '--country', 'SE']
    const slip = await world.at(world.home, [
      ...add,
      '--holder',
      `${holder}`.replace('/holder+', '1/holder+'),
      '--json',
    ])
    assert.deepEqual([slip.exit, codesOf(slip)], [2, ['VKEY_MALFORMED']])
    assert.equal((await world.at(world.home, [...add, '--holder', String(holder), '--json'])).exit, 0)
    assert.equal(await claimedBeside(world), 0, 'nobody has asked it yet')

    const nothing = placeOf(await audited(world, '--limit', '0'))
    assert.deepEqual([nothing['holder'], nothing['bundles']], ['part', 0])
    assert.equal(await claimedBeside(world), 2, 'a claim, until blocks were read')
    const note = join(world.home, 'holders/oslo/note')
    const [held = ''] = readdirSync(join(world.home, 'holders/oslo')).filter((name) => name !== 'note')
    const again = ['verify', note, '--policy', world.policy, '--holder', String(holder)]
    const verified = await world.at(world.home, [...again, '--file', join(note, '..', held), '--json'])
    assert.equal(linesOfEvent(verified, 'holdings')[0]?.['roots'], 2, 'kept as it was signed')

    const proven = await audited(world)
    const { bundles, absent, contradicted } = placeOf(proven)
    assert.deepEqual([proven.exit, bundles, absent, contradicted], [0, 2, 2, 0])
    assert.equal(await claimedBeside(world), 0, 'two are proven, two are not there')
    const list = (await world.at(world.home, ['list'])).stdout
    assert.deepEqual(
      list.match(/oslo: .*/g)?.map((line) => line.slice(0, 12)),
      ['oslo: pinned', 'oslo: pinned'],
    )

    // A disk that rots below files which nobody has read again since the mirror signed.
    const content = join(logHome(mirror), 'content')
    for (const name of readdirSync(content, { recursive: true, withFileTypes: true }).filter((file) => file.isFile()))
      writeFileSync(
        join(name.parentPath, name.name),
        readFileSync(join(name.parentPath, name.name)).map((byte) => byte ^ 1),
      )
    const wrong = await audited(world, '--all')
    assert.equal(wrong.exit, 4, wrong.stdout)
    assert.equal(placeOf(wrong)['contradicted'], 2)
    assert.equal(codesOf(wrong).filter((code) => code === 'AUDIT_CLAIM_FALSE').length, 1)
    assert.match(
      String(problemOf(wrong, 'AUDIT_CLAIM_FALSE')['message']),
      /^the holder of oslo signed at .* and 1 more/,
    )
    assert.equal(doneOf(wrong)['contradicted'], 2)

    // What takes its place is no note of this mirror.
    const shown = join(logHome(mirror), 'holdings/note')
    writeFileSync(shown, readFileSync(shown, 'utf8').replace('holdfast/holding/v1\n', 'holdfast/holding/v2\n'))
    const other = await audited(world, '--limit', '0')
    assert.deepEqual([other.exit, placeOf(other)['holder'], codesOf(other)], [4, 'wrong', ['HOLDINGS_MALFORMED']])
    await stop()
  })

  it('that was given all the room it needs signs heads instead, and says no more what it holds in part', async (t) => {
    const world = await aMirrorWorld(t)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url], ['--budget', '1GB'])
    await synced(world, mirror)
    const server = await world.serveHome(mirror)
    const { holder } = doneOf(await world.at(mirror, ['key', 'show', '--json']))
    const add = ['engine', 'add', 'mirror', '--name', 'oslo', '--url', server.url, '--holder', String(holder), '--json']
    assert.equal((await world.at(world.home, add)).exit, 0)
    assert.equal(placeOf(await audited(world, '--limit', '0'))['holder'], 'part')
    assert.equal(await claimedBeside(world), 4)
    assert.equal((await world.at(mirror, ['mirror', 'add', 'archive', '--budget', '0', '--json'])).exit, 0)
    assert.equal((await synced(world, mirror))['cosigned'], 1, 'as a holder')
    assert.equal(placeOf(await audited(world, '--limit', '0'))['holder'], 'none', 'nobody brought its cosignature')
    assert.deepEqual(readdirSync(join(world.home, 'holders/oslo')), [])
    await Promise.all([server.stop(), publisher.stop()])
  })
})
