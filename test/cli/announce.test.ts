import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { makeRecord, type NameRecord, parseRecord } from '../../src/announce/record.ts'
import { VALID_MS } from '../../src/announce/sequence.ts'
import { parseIpnsName } from '../../src/model/ipns-name.ts'
import { openKey } from '../../src/store/keys.ts'
import { nodePrimitives } from '../../src/store/node-primitives.ts'
import { aSocksProxy } from '../fakes/fake-proxies.ts'
import { aNameRouter, type NameRouter } from '../fakes/name-router.ts'
import { codesOf, doneOf, type Line, linesOfEvent, type Outcome, problemOf } from './harness.ts'
import { aPublishedWorld, type PublishedWorld, SIZE } from './published-world.ts'

async function announce(world: PublishedWorld, ...more: readonly string[]): Promise<Outcome & { readonly line: Line }> {
  const outcome = await world.run(['announce', '--json', ...more])
  const [line] = linesOfEvent(outcome, 'announced')
  return { ...outcome, line: line ?? assert.fail(outcome.stdout) }
}

function configure(world: PublishedWorld, lines: string): void {
  writeFileSync(join(world.home, 'holdfast.toml'), lines)
}

function recordAt({ records }: NameRouter, name: unknown): NameRecord {
  const key = parseIpnsName(String(name))
  const bytes = records.get(String(name))
  assert.ok(key !== undefined && bytes !== undefined)
  return parseRecord(nodePrimitives, key, bytes)
}

describe('announce', { concurrency: 2 }, () => {
  it('shows what publish has announced, with a line for DNS that names the own host', async (context) => {
    const world = await aPublishedWorld(context)
    configure(world, '[serve]\nhostNames = ["archive.example"]\n')
    const shown = await announce(world, '--dry-run')
    const { name, root, size, made, dnslink } = shown.line
    assert.deepEqual([shown.exit, size, made], [0, SIZE, false])
    assert.equal(dnslink, `_dnslink.archive.example TXT "dnslink=/ipns/${name}"`)
    const again = await announce(world)
    assert.deepEqual([again.exit, again.line['root'], again.line['made']], [0, root, false])
    assert.deepEqual([doneOf(again)['told'], doneOf(again)['failed'], doneOf(again)['leftOut']], [0, 0, 0])
    const renewed = await announce(world, '--renew')
    assert.deepEqual([renewed.line['made'], renewed.line['root']], [true, root])
    assert.equal(BigInt(String(renewed.line['sequence'])), BigInt(String(shown.line['sequence'])) + 1n)
    const text = await world.run(['announce', '--dry-run'])
    assert.match(text.stdout, new RegExp(`^unchanged /ipns/${name}\n  leads to ${root} \\(${SIZE} statements\\)`))
  })

  it('brings the record to each place that is named, and repeats what one of them refused', async (context) => {
    const world = await aPublishedWorld(context)
    const [good, bad, kubo] = [await aNameRouter(context), await aNameRouter(context), await aNameRouter(context)]
    configure(world, `[announce]\nrouters = ["${good.url}", "${bad.url}/"]\nkubo = "${kubo.url}"\n`)
    await announce(world, '--dry-run')
    assert.deepEqual([good.asked, kubo.asked], [[], []], 'a dry run asks nobody')
    bad.status = 500
    const first = await announce(world)
    const told = linesOfEvent(first, 'told').map(({ kind, taken }) => [kind, taken])
    assert.deepEqual(
      [first.exit, told],
      [
        3,
        [
          ['router', true],
          ['router', false],
          ['kubo', true],
        ],
      ],
      first.stdout,
    )
    assert.match(String(linesOfEvent(first, 'told')[1]?.['message']), /^status 500: not today$/)
    assert.deepEqual(kubo.asked, ['POST /api/v0/name/put'])
    const { name } = first.line
    for (const place of [good, kubo]) assert.equal(`${recordAt(place, name).root}`, first.line['root'])
    bad.status = 200
    const second = await announce(world)
    assert.deepEqual([second.exit, second.line['made'], doneOf(second)['told']], [0, false, 3])
  })

  it('goes above a record that a router has, and refuses one that nothing honest could have made', async (context) => {
    const world = await aPublishedWorld(context)
    const router = await aNameRouter(context)
    configure(world, `[announce]\nrouters = ["${router.url}"]\n`)
    const { key } = await openKey(join(world.home, 'keys/ipns.key'), async () => '')
    const { name, sequence } = (await announce(world)).line
    const own = recordAt(router, name)
    const put = (ahead: bigint): void => {
      const order = { ...own, sequence: own.sequence + ahead, validUntilMs: Date.now() + VALID_MS }
      router.records.set(String(name), makeRecord(key, order).bytes)
    }
    put(7n)
    const above = await announce(world)
    assert.equal(above.line['sequence'], `${BigInt(String(sequence)) + 8n}`)
    assert.equal(recordAt(router, name).sequence, own.sequence + 8n)
    put(2n ** 20n)
    const refused = await world.run(['announce', '--json'])
    assert.deepEqual([refused.exit, codesOf(refused)], [4, ['RECORD_AHEAD']])
    router.records.set(String(name), new Uint8Array(5))
    const broken = await announce(world)
    assert.deepEqual(
      [broken.exit, codesOf(broken)],
      [0, ['RECORD_MALFORMED']],
      'what is no record is told and replaced',
    )
    assert.equal(recordAt(router, name).sequence, own.sequence + 8n)
  })

  it('does not lead back when the home is an old backup, as its own published copy tells', async (context) => {
    const world = await aPublishedWorld(context)
    const server = await world.serve()
    assert.equal((await announce(world)).exit, 0)
    const settings = `[manifest]\nurls = ["${server.url}/manifest"]\n`
    writeFileSync(join(world.older, 'holdfast.toml'), settings)
    const older = await world.at(world.older, ['announce', '--renew', '--json'])
    assert.deepEqual([older.exit, codesOf(older)], [4, ['RECORD_AHEAD']], older.stdout)
    assert.match(String(problemOf(older, 'RECORD_AHEAD')['hint']), /old backup/)
    configure(world, settings)
    assert.equal((await announce(world, '--renew')).exit, 0)
  })

  it('goes through the proxy, but for a Kubo on this computer', async (context) => {
    const world = await aPublishedWorld(context)
    const [router, kubo] = [await aNameRouter(context), await aNameRouter(context)]
    await using proxy = await aSocksProxy(router.url)
    configure(
      world,
      `[announce]\nrouters = ["http://router.example"]\nkubo = "${kubo.url}"\n[network]\nproxy = "${proxy.url}"\n`,
    )
    assert.equal((await announce(world)).exit, 0)
    assert.ok(
      proxy.asked.length > 0 && proxy.asked.every((host) => host === 'name router.example:80'),
      proxy.asked.join(),
    )
    assert.deepEqual([router.records.size, kubo.records.size], [1, 1])
  })

  it('says in a word what is missing', async (context) => {
    const world = await aPublishedWorld(context)
    rmSync(join(world.home, 'keys/ipns.key'))
    const renewed = await world.run(['announce', '--renew', '--json'])
    assert.deepEqual([renewed.exit, codesOf(renewed)], [2, ['KEY_MISSING']])
    configure(world, '[announce]\nkubo = "http://kubo.example:5001"\n')
    const remote = await world.run(['announce', '--json'])
    assert.equal(remote.exit, 3, 'plain http to another computer is not spoken')
    assert.match(String(linesOfEvent(remote, 'told')[0]?.['message']), /ENGINE_REMOTE_REFUSED/)
    configure(world, '[announce]\nrouters = ["https://user:secret@router.example"]\n')
    const secret = await world.run(['announce', '--json'])
    assert.deepEqual([secret.exit, codesOf(secret)], [2, ['CONFIG_INVALID']])
    assert.doesNotMatch(secret.stdout, /secret/)
  })
})
