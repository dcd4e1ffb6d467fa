import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { CopyStatement } from '../../src/manifest/statement-types.ts'
import { aBlobServer } from '../fakes/blob-server.ts'
import { aCopiedManifest, type CopiedManifest } from '../fakes/copied-manifest.ts'
import { honest } from '../fakes/fake-gateway.ts'
import { anHttpProxy } from '../fakes/fake-proxies.ts'
import { aWorld, codesOf, doneOf, linesOfEvent, type Outcome, problemOf, type World } from './harness.ts'

interface Copied extends CopiedManifest, World {
  readonly out: string
  lookup(what: string): Promise<Outcome>
  get(...args: readonly string[]): Promise<Outcome>
}

function aCopiedWorld(
  context: TestContext,
  given: Partial<CopyStatement> = {},
  published?: (video: Uint8Array) => Uint8Array,
): Copied {
  const world = aWorld(context)
  const made = aCopiedManifest(world.path, given, published)
  const out = join(world.path, 'out')
  const where = ['--manifest', made.manifest, '--policy', made.policy]
  return {
    ...made,
    ...world,
    out,
    lookup: (what) => world.run(['lookup', what, ...where, '--json']),
    get: (...args) => world.run(['get', `lbry://name#${made.claimId}`, ...where, '-o', out, ...args, '--json']),
  }
}

/** Every blob of a directory, to be served. */
function blobsIn(directory: string): Map<string, Uint8Array> {
  return new Map(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name))]))
}

describe('lookup of a copy', { concurrency: 2 }, () => {
  it('finds the bundle by everything that the claim is called, and by nothing else', async (t) => {
    const world = aCopiedWorld(t)
    const { claimId } = world
    for (const what of [
      ...[`lbry://name#${claimId}`, `lbry://@channel/Name:${claimId}`, claimId, claimId.toUpperCase()],
      ...[
        'lbry://@channel#c/name#d',
        'https://odysee.com/@channel:c/name:d',
        `https://odysee.com/@channel:c/name:${claimId}`,
      ],
      ...[`lbry:claim:${claimId}`, `https://odysee.com/$/embed/name/${claimId}`],
    ]) {
      const found = await world.lookup(what)
      assert.deepEqual([found.exit, linesOfEvent(found, 'match')[0]?.['id']], [0, world.id], what)
    }
    for (const [what, hint] of [
      ['lbry://@channel#cc/name#d', /whole claim id/],
      ['lbry://name', /whole claim id/],
      [`${'e'.repeat(64)}:0`, /claim id/],
    ] as const) {
      const absent = await world.lookup(what)
      assert.equal(absent.exit, 1, what)
      assert.match(String(problemOf(absent, 'NOT_IN_MANIFEST')['hint']), hint)
    }
  })

  it('finds it by the output, too, where a statement names that', async (t) => {
    const world = aCopiedWorld(t, { key: `lbry:output:${'e'.repeat(64)}:0` })
    assert.equal((await world.lookup(`${'e'.repeat(64)}:0`)).exit, 0)
  })

  it('says the grade as the publisher’s word, and where the claim is found without its name', async (t) => {
    for (const [equality, words] of [
      ['verified', /verified: the publisher says that it compared the copy itself/],
      ['asserted', /asserted: the publisher says .* was not compared/],
      ['differs', /DIFFERS: the publisher says that this is NOT the same file/],
      ['unknown', /unknown: the publisher did not compare it/],
    ] as const) {
      const world = aCopiedWorld(t, { equality })
      const [match] = linesOfEvent(await world.lookup(world.claimId), 'match')
      const copies = match?.['copies'] as readonly Readonly<Record<string, unknown>>[]
      const page = `https://odysee.com/$/search?q=${world.claimId}`
      assert.deepEqual(
        copies.map((copy) => [copy['equality'], copy['page']]),
        [
          [equality, page],
          [equality, page],
        ],
      )
      const { stdout } = await world.run([
        'lookup',
        world.claimId,
        '--manifest',
        world.manifest,
        '--policy',
        world.policy,
      ])
      assert.match(stdout, words)
      assert.equal(stdout.split(page).length, 2, 'one claim is shown once')
    }
  })
})

describe('a receipt of a copy', () => {
  it('proves what the publisher said of it, and says that it is no more than that', async (t) => {
    const world = aCopiedWorld(t)
    const verify = ['verify', world.receipt, '--policy', world.policy]
    const { exit, stdout } = await world.run(verify)
    assert.equal(exit, 0)
    assert.match(stdout, new RegExp(`a copy of video.mp4 is at lbry: lbry:claim:${world.claimId}`))
    assert.match(stdout, /asserted: the publisher says/)
    assert.match(stdout, /not checked: whether the copy is the same file/)
    const [proof] = linesOfEvent(await world.run([...verify, '--json']), 'proof')
    assert.deepEqual(
      [proof?.['verified'], (proof?.['statement'] as { equality?: string } | undefined)?.equality],
      [true, 'asserted'],
    )
  })
})

describe('get from LBRY', { concurrency: 2 }, () => {
  it('writes the recording when nothing else answers, and says with 3 what is missing', async (t) => {
    const world = aCopiedWorld(t)
    const got = await world.get('--lbry-blobs', world.blobs)
    assert.deepEqual([got.exit, doneOf(got)['bundles'], doneOf(got)['files']], [3, 0, 1])
    assert.match(String(problemOf(got, 'BUNDLE_PARTLY_FETCHED')['message']), /files\.json.* and|missing: bundle\.json/)
    const [file] = linesOfEvent(got, 'file')
    assert.equal(file?.['verified'], true)
    assert.deepEqual(readdirSync(join(world.out, world.id)), ['video.mp4'])
    assert.ok(readFileSync(String(file?.['path'])).equals(world.video))
    assert.equal((await world.get('--lbry-blobs', world.blobs)).exit, 3)
    const without = await world.get()
    assert.deepEqual([without.exit, codesOf(without)], [2, ['USAGE']])
    const nowhere = await world.get('--lbry-blobs', join(world.path, 'nowhere'))
    assert.equal(nowhere.exit, 2)
    problemOf(nowhere, 'EVIDENCE_UNREADABLE')
  })

  it('ends with 4 for a copy that is another file, and leaves none under its name', async (t) => {
    const world = aCopiedWorld(t, {}, (video) => Buffer.concat([video.subarray(0, -1), Buffer.of(1)]))
    const got = await world.get('--lbry-blobs', world.blobs)
    assert.equal(got.exit, 4, got.stdout)
    problemOf(got, 'COPY_DIFFERS')
    assert.equal(existsSync(join(world.out, world.id, 'video.mp4')), false)
  })

  it('goes around a server that lies, names it once, and ends with 3 when there is no other', async (t) => {
    const world = aCopiedWorld(t)
    await using liar = await aBlobServer(blobsIn(world.blobs), (answer, blob) => void answer.end(blob?.toReversed()))
    const alone = await world.get('--lbry-blobs', liar.url)
    assert.equal(alone.exit, 3)
    problemOf(alone, 'BLOB_WRONG')
    problemOf(alone, 'SOURCES_EXHAUSTED')
    const both = await world.get('--lbry-blobs', liar.url, world.blobs)
    assert.deepEqual([both.exit, codesOf(both)], [3, ['BLOB_WRONG', 'BUNDLE_PARTLY_FETCHED']])
    assert.ok(readFileSync(join(world.out, world.id, 'video.mp4')).equals(world.video))
  })

  it('that was killed fetches only what is missing when it runs again', async (t) => {
    const world = aCopiedWorld(t)
    await using server = await aBlobServer(blobsIn(world.blobs))
    const stalled = new Promise<void>((resolve) => {
      server.behave((answer, blob, at) => {
        if (at < 3) honest(answer, blob, at)
        else resolve()
      })
    })
    const part = join(world.out, world.id, 'video.mp4.part')
    const where = ['--manifest', world.manifest, '--policy', world.policy, '-o', world.out]
    const running = world.start(['get', world.claimId, ...where, '--lbry-blobs', server.url, '--json'])
    await stalled
    while (!existsSync(part) || readFileSync(part).length < 2_000_000) await new Promise((r) => setTimeout(r, 10))
    running.process.kill('SIGKILL')
    await running.outcome()
    server.behave(honest)
    server.asked.splice(0)
    assert.equal((await world.get('--lbry-blobs', server.url)).exit, 3)
    assert.ok(server.asked.length <= 3, `${server.asked.length} of 4 blobs`)
    assert.ok(readFileSync(join(world.out, world.id, 'video.mp4')).equals(world.video))
  })

  it('goes through a configured proxy with every request', async (t) => {
    const world = aCopiedWorld(t)
    await world.init()
    await using server = await aBlobServer(blobsIn(world.blobs))
    await using proxy = await anHttpProxy((asked) => asked.replace('http://blobs.invalid', server.url))
    const config = join(world.home, 'holdfast.toml')
    writeFileSync(config, readFileSync(config, 'utf8').replace('proxy = ""', `proxy = "${proxy.url}"`))
    const got = await world.get('--lbry-blobs', 'http://blobs.invalid')
    assert.deepEqual(codesOf(got), ['BUNDLE_PARTLY_FETCHED'])
    assert.equal(proxy.asked.filter((asked) => asked.startsWith('http://blobs.invalid/')).length, server.asked.length)
    assert.ok(server.asked.length >= 4)
    const onion = await world.get('--lbry-blobs', 'http://blobs.onion', '-o', join(world.path, 'other'))
    problemOf(onion, 'ONION_NEEDS_PROXY')
  })

  it('goes on when a blob is back that was missing', async (t) => {
    const world = aCopiedWorld(t)
    const missing = readdirSync(world.blobs).find((name) => name !== world.sdHash) ?? ''
    const blob = readFileSync(join(world.blobs, missing))
    rmSync(join(world.blobs, missing))
    const first = await world.get('--lbry-blobs', world.blobs)
    assert.equal(first.exit, 3)
    problemOf(first, 'SOURCES_EXHAUSTED')
    writeFileSync(join(world.blobs, missing), blob)
    assert.deepEqual(codesOf(await world.get('--lbry-blobs', world.blobs)), ['BUNDLE_PARTLY_FETCHED'])
  })
})
