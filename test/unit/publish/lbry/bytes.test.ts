import assert from 'node:assert/strict'
import { lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Outcome } from '../../../../src/publish/target.ts'
import { listening } from '../../../fakes/fake-gateway.ts'
import { sendJson } from '../../../fakes/lbry-daemon.ts'
import { endless, raises, silent } from '../../../fakes/lbry-faults.ts'
import { aLedger, aPublisher, aStep, type Publisher } from './a-publisher.ts'

const signal = new AbortController().signal

function equalityOf(outcome: Outcome): unknown {
  assert.ok('evidence' in outcome, JSON.stringify(outcome))
  return outcome.evidence.equality
}

function problemOf(outcome: Outcome): unknown {
  assert.ok('problem' in outcome, JSON.stringify(outcome))
  return outcome.problem.code
}

/** Other bytes lie under the path from the n-th time on that the daemon reads it: 1 is the preview, 2 the publication. */
function replaceAt(publisher: Publisher, nth: number): void {
  const { streams } = publisher.fake.methods
  let reads = 0
  streams.whileHashing = (path) => {
    reads += 1
    if (reads === nth) streams.virtualFiles.set(path, Buffer.from('something else'))
  }
}

describe('a file that is replaced under the daemon', () => {
  it('is noticed before anything is sent when the daemon reads it for the price', async () => {
    await using publisher = await aPublisher()
    replaceAt(publisher, 1)
    const ledger = aLedger()
    const outcome = await publisher.open().publish(await publisher.offer('7k3q2m9x4ht'), aStep(ledger))
    assert.equal(problemOf(outcome), 'FILE_CHANGED')
    assert.deepEqual(ledger.saved, [])
    assert.equal(publisher.fake.wallet.claims().length, 1)
  })

  it('is recorded as another one when it is published, and again whenever it is looked at', async () => {
    await using publisher = await aPublisher()
    replaceAt(publisher, 2)
    const target = publisher.open()
    const offer = await publisher.offer('7k3q2m9x4ht')
    const ledger = aLedger()
    const outcome = await target.publish(offer, aStep(ledger))
    assert.equal(outcome.status, 'copied')
    assert.equal(equalityOf(outcome), 'differs')
    assert.equal(ledger.evidence.equality, 'differs')
    assert.notEqual(ledger.evidence.sourceHash, offer.sourceHash)
    assert.equal((await target.settle(ledger.evidence, offer, signal))?.equality, 'differs')
    // The same ledger finds its own claim; another one finds a name that is taken.
    assert.equal(equalityOf(await target.publish(offer, aStep(ledger))), 'differs')
    assert.equal(problemOf(await target.publish(offer, aStep(aLedger()))), 'CLAIM_NAME_TAKEN')
    assert.equal(publisher.fake.wallet.claims().length, 2)
  })

  it('is found out when the claim names our bytes and the stream has others', async () => {
    await using publisher = await aPublisher()
    const target = publisher.open({ blobs: publisher.directory })
    const offer = await publisher.offer('7k3q2m9x4ht')
    const ledger = aLedger()
    // A daemon that lies: the stream of one file under the hash of another.
    const other = join(publisher.directory, 'other.mp4')
    await writeFile(other, Buffer.alloc(offer.bytes, 1))
    const { streams } = publisher.fake.methods
    const lie = await streams.read(other)
    streams.keep(lie)
    for (const [hash, bytes] of lie.blobs) await writeFile(join(publisher.directory, hash), bytes)
    const params = {
      ...{ name: offer.claim.name, bid: '0.002', channel_id: publisher.channelId, blocking: true },
      ...{ sd_hash: lie.sdHash, file_name: 'x.mp4', file_size: offer.bytes, file_hash: offer.sourceHash },
    }
    await publisher.fake.methods.answer('stream_create', params)
    assert.equal(equalityOf(await target.publish(offer, aStep(ledger))), 'differs')
  })
})

describe('the descriptor', () => {
  async function published(
    answer: (hash: string, publisher: Publisher) => Parameters<typeof createServer>[1] | undefined,
  ): Promise<unknown> {
    await using publisher = await aPublisher()
    let hash = ''
    const server: Server = createServer((request, reply) => {
      hash = new URL(request.url ?? '', 'http://x').searchParams.get('hash') ?? ''
      void answer(hash, publisher)?.(request, reply)
    })
    const blobs = await listening(server)
    const stop = new AbortController()
    try {
      const target = publisher.open({ blobs })
      return equalityOf(await target.publish(await publisher.offer('7k3q2m9x4ht'), aStep(aLedger(), stop.signal)))
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  it('proves the stream when a blob server has it', async () => {
    const blob =
      (hash: string, { fake }: Publisher) =>
      (_: unknown, reply: { end(bytes: unknown): unknown }) =>
        void reply.end(fake.methods.streams.blob(hash))
    assert.equal(await published(blob), 'verified')
  })

  it('proves the stream when the daemon itself gives it, and claims no more than it knows when it does not', async () => {
    await using publisher = await aPublisher()
    const target = publisher.open({ blobs: 'daemon' })
    assert.equal(equalityOf(await target.publish(await publisher.offer('first'), aStep(aLedger()))), 'verified')
    publisher.fake.fault('blob_get', raises('NameError', 'dht is not a known Component'))
    assert.equal(equalityOf(await target.publish(await publisher.offer('second'), aStep(aLedger()))), 'asserted')
    publisher.fake.fault('blob_get', (answer) => sendJson(answer, '{"jsonrpc":"2.0","result":"{}"}'))
    assert.equal(equalityOf(await target.publish(await publisher.offer('third'), aStep(aLedger()))), 'asserted')
    publisher.fake.fault('blob_list', (answer) =>
      sendJson(
        answer,
        '{"jsonrpc":"2.0","result":{"items":[],"page":1,"page_size":1,"total_items":0,"total_pages":0}}',
      ),
    )
    const before = publisher.fake.asked.length
    assert.equal(equalityOf(await target.publish(await publisher.offer('fourth'), aStep(aLedger()))), 'asserted')
    assert.equal(
      publisher.fake.asked.slice(before).some(({ method }) => method === 'blob_get'),
      false,
    )
  })

  it('leaves the claim asserted when the server gives nothing, other bytes, too many, or fails', async () => {
    assert.equal(await published(() => (_, reply) => void reply.writeHead(404).end('no')), 'asserted')
    assert.equal(await published(() => (_, reply) => void reply.end('{"blobs":[]}')), 'asserted')
    assert.equal(await published(() => (_, reply) => void endless(reply, () => Promise.resolve(''))), 'asserted')
    assert.equal(await published(() => (_, reply) => void reply.destroy()), 'asserted')
    const elsewhere = 'http://127.0.0.1:1/'
    assert.equal(
      await published(() => (_, reply) => void reply.writeHead(302, { location: elsewhere }).end()),
      'asserted',
    )
  })

  it('is waited for until the work is aborted, and no longer', async () => {
    await using publisher = await aPublisher()
    const server = createServer((_, reply) => void silent(reply, () => Promise.resolve('')))
    const blobs = await listening(server)
    const stop = new AbortController()
    server.on('request', () => stop.abort(new Error('Ctrl-C')))
    const ledger = aLedger()
    const target = publisher.open({ blobs })
    await assert.rejects(target.publish(await publisher.offer('7k3q2m9x4ht'), aStep(ledger, stop.signal)), /Ctrl-C/)
    // The claim was noted before.
    assert.equal(ledger.evidence.equality, 'asserted')
    assert.match(String(ledger.evidence.claimId), /^[0-9a-f]{40}$/)
    server.closeAllConnections()
    server.close()
  })
})

describe('the link with the public name', () => {
  it('is cleaned up after a run that was killed, and nothing else is', async () => {
    await using publisher = await aPublisher()
    const links = join(publisher.directory, 'links')
    const target = join(publisher.directory, 'precious.mp4')
    await writeFile(target, 'precious')
    await mkdir(join(links, 'holdfast-link-aB3xY9'), { recursive: true })
    await symlink(target, join(links, 'holdfast-link-aB3xY9', 'a.mp4'))
    await mkdir(join(links, 'holdfast-link-000000'))
    await mkdir(join(links, 'holdfast-link-withafile'))
    await mkdir(join(links, 'holdfast-link-bbbbbb'))
    await writeFile(join(links, 'holdfast-link-bbbbbb', 'somebody-elses'), 'x')
    await symlink(publisher.directory, join(links, 'holdfast-link-cccccc'))
    await symlink(target, join(links, 'mine.mp4'))
    await publisher.open().prepare(signal)
    assert.deepEqual((await readdir(links)).sort(), [
      'holdfast-link-bbbbbb',
      'holdfast-link-cccccc',
      'holdfast-link-withafile',
      'mine.mp4',
    ])
    assert.equal((await lstat(target)).size, 8)
    assert.ok((await readdir(publisher.directory)).includes('precious.mp4'))
  })

  it('keeps a daemon that looks through it from publishing the name behind it', async () => {
    await using publisher = await aPublisher()
    const { fake } = publisher
    const offer = await publisher.offer('7k3q2m9x4ht')
    const { streams } = fake.methods
    const read = streams.read.bind(streams)
    streams.read = (_) => read(offer.localPath)
    const outcome = await publisher.open().publish(offer, aStep(aLedger()))
    assert.equal(problemOf(outcome), 'TARGET_UNSUITABLE')
    assert.equal(outcome.status === 'waiting' && outcome.stop, true)
    assert.equal(
      fake.asked.filter(({ method, params }) => method === 'stream_create' && params['preview'] !== true).length,
      0,
    )
  })

  it('is refused where it cannot be made, in words, and where the public name is a path', async () => {
    await using publisher = await aPublisher()
    const offer = await publisher.offer('7k3q2m9x4ht')
    const blocked = publisher.open({ linkDirectory: offer.localPath })
    await assert.rejects(blocked.publish(offer, aStep(aLedger())), { code: 'TARGET_UNSUITABLE' })
    for (const publicName of ['../x.mp4', 'a/b.mp4', '..', '', 'x\n.mp4', 'x'.repeat(300)]) {
      const outcome = await publisher.open().publish({ ...offer, publicName }, aStep(aLedger()))
      assert.equal(problemOf(outcome), 'FILE_UNPUBLISHABLE', publicName)
    }
    const target = publisher.open()
    assert.equal(problemOf(await target.publish({ ...offer, bytes: 0 }, aStep(aLedger()))), 'FILE_UNPUBLISHABLE')
    assert.equal(problemOf(await target.publish({ ...offer, bytes: 3e10 }, aStep(aLedger()))), 'FILE_UNPUBLISHABLE')
    assert.deepEqual(
      publisher.fake.asked.filter(({ method }) => method === 'stream_create'),
      [],
    )
  })
})
