import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openDaemon } from '../../src/lbry-sdk-client/index.ts'
import { aBlobServer } from '../fakes/blob-server.ts'
import { aLbryDaemon } from '../fakes/lbry-daemon.ts'
import { codesOf, doneOf, linesOfEvent, withArchive } from './harness.ts'

const WAITS = 'waits = { blockMs = 2000, lookMs = 2000, pollMs = 5, retryMs = 1, unansweredMs = 50 }\n'

interface Copy {
  readonly key: string
  readonly ids: Readonly<Record<string, string>>
}

describe('a recording that was published to LBRY', () => {
  it('is found by its claim, fetched from there without the archive, and proven from what the daemon prints', async (t) => {
    const video = randomBytes(5_000_000)
    const world = await withArchive(t, { id: 'goodVideo01', media: { mp4: video } })
    await using daemon = await aLbryDaemon()
    daemon.wallet.fund('1.0', 20)
    daemon.wallet.mine(2)
    await using client = openDaemon({ url: daemon.url })
    const channel = await client.call('channel_create', { name: '@archive', bid: '0.01', blocking: true })
    daemon.wallet.mine(1)
    for (const args of [
      ['add', world.archive],
      ['target', 'add', 'lbry', '--channel', '@archive', '--url', daemon.url],
      ['publish', '--yes'],
    ])
      assert.equal((await world.run([...args, '--json'])).exit, 0, args.join(' '))
    appendFileSync(join(world.home, 'targets.toml'), WAITS)
    await world.run(['publish', '--to', 'lbry', '--yes', '--json'])
    daemon.wallet.mine(10)
    const settled = await world.run(['publish', '--to', 'lbry', '--yes', '--json'])
    assert.ok([0, 3].includes(settled.exit ?? -1), settled.stdout)
    const manifest = join(world.path, 'usb')
    cpSync(join(world.home, 'manifest'), manifest, { recursive: true })
    const where = ['--manifest', manifest, '--policy', join(world.home, 'policy.txt')]

    // Somebody with a link to the copy, a manifest on a stick, and no archive.
    const [stream] = daemon.wallet.claims().filter(({ purpose }) => 'name' in purpose && !purpose.name.startsWith('@'))
    assert.ok(stream !== undefined && 'name' in stream.purpose)
    const { claimId = '', txid } = stream
    const found = await world.run(['lookup', `lbry://${stream.purpose.name}#${claimId}`, ...where, '--json'])
    assert.equal(found.exit, 0, found.stdout)
    const copies = linesOfEvent(found, 'match')[0]?.['copies'] as readonly Copy[]
    const [copy] = copies
    const [sdHash = '', channelId = ''] = [copy?.ids['sdHash'], copy?.ids['channelId']]
    assert.deepEqual([copy?.ids['claimId'], copy?.ids['txid']], [claimId, txid])

    const blobs = daemon.methods.streams.blobHashes(sdHash)
    const held = new Map(blobs.map((hash) => [hash, daemon.methods.streams.blob(hash) ?? Buffer.of()]))
    await using server = await aBlobServer(held)
    rmSync(world.archive, { recursive: true })
    const out = join(world.path, 'out')
    const got = await world.run(['get', claimId, ...where, '--lbry-blobs', server.url, '-o', out, '--json'])
    assert.deepEqual([got.exit, codesOf(got)], [3, ['BUNDLE_PARTLY_FETCHED']])
    const file = String(linesOfEvent(got, 'file')[0]?.['path'])
    assert.ok(readFileSync(file).equals(video))

    const at = (name: string): string => join(world.path, name)
    mkdirSync(at('blobs'))
    for (const [hash, bytes] of held) writeFileSync(at(`blobs/${hash}`), bytes)
    for (const [name, id] of [
      ['claim.json', txid],
      ['channel.json', channel.txid],
    ] as const)
      writeFileSync(at(name), JSON.stringify(await client.call('transaction_show', { txid: id })))
    const proven = await world.run([
      ...[
        'lbry',
        'verify',
        `lbry://@archive/${stream.purpose.name}#${claimId}`,
        '--file',
        file,
        '--tx',
        at('claim.json'),
      ],
      ...['--blobs', at('blobs'), '--channel-id', channelId, '--channel-tx', at('channel.json'), '--json'],
    ])
    assert.deepEqual([proven.exit, doneOf(proven)['equal']], [0, true], proven.stdout)
    // By the address that a hub gives the claim once it is settled, too.
    for (const { key } of copies) assert.equal((await world.run(['lookup', key, ...where, '--json'])).exit, 0)
    assert.deepEqual(copies.map(({ key }) => key.split(':')[1]).sort(), ['claim', 'url'])
  })
})
