import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { base32 } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import { parseRecord } from '../../src/announce/record.ts'
import { cidText, parseCid } from '../../src/model/content-id.ts'
import { parseIpnsName } from '../../src/model/ipns-name.ts'
import { nodePrimitives } from '../../src/store/node-primitives.ts'
import { exportedRoot, importedRoot } from '../fakes/exported-root.ts'
import { codesOf, doneOf, type Line, linesOfEvent } from './harness.ts'
import { aMirrorWorld, type MirrorWorld, statusOf, synced } from './mirror-world.ts'
import { SIZE } from './published-world.ts'

interface Announced {
  readonly name: string
  readonly root: string
  readonly sequence: bigint
}

async function announced(world: MirrorWorld): Promise<Announced> {
  const outcome = await world.at(world.home, ['announce', '--json'])
  assert.equal(outcome.exit, 0, outcome.stdout)
  const [line] = linesOfEvent(outcome, 'announced')
  return { name: String(line?.['name']), root: String(line?.['root']), sequence: BigInt(String(line?.['sequence'])) }
}

/** The root that a server's record leads to; undefined where it has none. */
async function rootAt(url: string, name: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/routing/v1/ipns/${name}`)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  if (answer.status === 404) return undefined
  assert.equal(answer.status, 200)
  return cidText(parseRecord(nodePrimitives, parseIpnsName(name) ?? new Uint8Array(), bytes).root)
}

/** Everything below a root, block by block from one server. */
async function filesAt(url: string, root: string): Promise<Map<string, Uint8Array>> {
  return exportedRoot(parseCid(root), async (cid) => {
    const answer = await fetch(`${url}/ipfs/${cid}?format=raw`)
    assert.equal(answer.status, 200, `${cid}: ${answer.status}`)
    return new Uint8Array(await answer.arrayBuffer())
  })
}

describe('the name of a log at its mirrors', { concurrency: 2 }, () => {
  it('outlives the publisher: a mirror, and a mirror of that, give the record and the whole root on', async (context) => {
    const world = await aMirrorWorld(context)
    const { name, root } = await announced(world)
    const publisher = await world.serveHome(world.home)
    assert.equal(await rootAt(publisher.url, name), root)
    const one = await world.mirror('one', [publisher.url])
    assert.equal((await synced(world, one))['problems'], 0)
    await publisher.stop()
    const first = await world.serveHome(one)
    const two = await world.mirror('two', [first.url])
    assert.equal((await synced(world, two))['problems'], 0)
    await first.stop()
    rmSync(one, { recursive: true })
    rmSync(world.home, { recursive: true })
    const second = await world.serveHome(two)
    assert.equal(await rootAt(second.url, name), root)
    const files = await filesAt(second.url, root)
    assert.equal(`${await importedRoot(files)}`, root)
    assert.ok([...files.keys()].filter((path) => path.endsWith('/files.json')).length === 4)
    const found = await fetch(`${second.url}/ipns/${name}/manifest/checkpoint`)
    assert.deepEqual(Buffer.from(await found.arrayBuffer()), Buffer.from(files.get('manifest/checkpoint') ?? []))
  })

  it('follows each head, and a mirror that is ahead of the record keeps it to itself', async (context) => {
    const world = await aMirrorWorld(context)
    const before = await announced(world)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url])
    await synced(world, mirror)
    const server = await world.serveHome(mirror)
    assert.equal(await rootAt(server.url, before.name), before.root)
    const own = world.another('newVideo001')
    assert.equal((await world.at(world.home, ['add', own, '--json'])).exit, 0)
    assert.equal((await world.at(world.home, ['publish', '--yes', '--json'])).exit, 0)
    await synced(world, mirror)
    const after = await announced(world)
    assert.notEqual(after.root, before.root)
    assert.ok(after.sequence > before.sequence)
    assert.equal(await rootAt(server.url, after.name), after.root)
    const names = async (): Promise<unknown> =>
      ((await statusOf(world, mirror))['ipnsNames'] as readonly Line[]).map((line) => [
        line['name'],
        line['root'],
        line['served'],
      ])
    assert.deepEqual(await names(), [[after.name, after.root, true]])
    assert.equal(`${await importedRoot(await filesAt(server.url, after.root))}`, after.root)
    // The key cannot be opened, so the head becomes public and the name stays behind.
    rmSync(join(world.home, 'keys/ipns.key'))
    const more = world.another('newVideo002')
    assert.equal((await world.at(world.home, ['add', more, '--json'])).exit, 0)
    const published = await world.at(world.home, ['publish', '--yes', '--json'])
    assert.deepEqual([published.exit, codesOf(published)], [0, ['NAME_NOT_RENEWED']])
    assert.equal((await synced(world, mirror))['problems'], 0)
    assert.equal(await rootAt(publisher.url, after.name), after.root)
    assert.equal(await rootAt(server.url, after.name), undefined)
    assert.deepEqual(await names(), [[after.name, after.root, false]])
  })

  it('is a source itself: where it leads is asked of those who were named, and followed like any other', async (context) => {
    const world = await aMirrorWorld(context)
    const { name } = await announced(world)
    const publisher = await world.serveHome(world.home)
    const spelled = CID.parse(name, base36).toString(base32)
    const through = ['--router', publisher.url, '--gateway', `${publisher.url}/`]
    const mirror = await world.mirror('mirror', [`ipns://${spelled}`], through)
    const done = await synced(world, mirror)
    assert.deepEqual([done['size'], done['held'], done['problems']], [SIZE, 4, 0])
    const [source] = (await statusOf(world, mirror))['sources'] as { name: string; size: number }[]
    assert.deepEqual([source?.name, source?.size], [`ipns://${name}`, SIZE])
    await publisher.stop()
    const away = await world.sync(mirror)
    assert.deepEqual([away.exit, codesOf(away)], [3, ['NAME_UNRESOLVED', 'SOURCES_EXHAUSTED']])
    const nowhere = ['mirror', 'add', 'archive', '--from', 'ipns://archive.example', '--json']
    assert.deepEqual(codesOf(await world.at(mirror, nowhere)), ['USAGE'])
    const secret = ['mirror', 'add', 'archive', '--gateway', 'https://user:secret@gateway.example', '--json']
    const refused = await world.at(mirror, secret)
    assert.deepEqual([refused.exit, codesOf(refused)], [2, ['MIRROR_SETTINGS_INVALID']])
    assert.doesNotMatch(refused.stdout, /secret/)
  })

  it('leads from a mirror that holds a part to that part, and to nothing that is withdrawn', async (context) => {
    const world = await aMirrorWorld(context)
    const publisher = await world.serveHome(world.home)
    const mirror = await world.mirror('mirror', [publisher.url], ['--include', 'key=youtube:video:extraVideo1'])
    const { name, root } = await announced(world)
    assert.equal((await synced(world, mirror))['held'], 1)
    const server = await world.serveHome(mirror)
    assert.equal(await rootAt(server.url, name), root)
    const [match] = linesOfEvent(await world.at(world.home, ['lookup', 'youtube:video:extraVideo1', '--json']), 'match')
    const id = String(match?.['id'])
    const path = `/ipfs/${root}/bundles/${id.slice(0, 2)}/${id}`
    assert.equal((await fetch(`${server.url}${path}/files.json`)).status, 200)
    const listed = linesOfEvent(await world.at(world.home, ['list', '--json']), 'listed')
    const other = String(listed.find((line) => line['id'] !== id)?.['id'])
    assert.equal(
      (await fetch(`${server.url}/ipfs/${root}/bundles/${other.slice(0, 2)}/${other}/files.json`)).status,
      404,
    )
    assert.equal((await fetch(`${server.url}/ipfs/${root}?format=raw`)).status, 200)
    assert.equal(doneOf(await world.at(world.home, ['withdraw', id, '--json']))['exit'], 0)
    await synced(world, mirror)
    assert.equal((await fetch(`${server.url}${path}/files.json`)).status, 410)
    const next = await announced(world)
    assert.equal(await rootAt(server.url, name), next.root)
    assert.equal((await fetch(`${server.url}/ipfs/${next.root}/bundles/${id.slice(0, 2)}/${id}`)).status, 404)
  })
})
