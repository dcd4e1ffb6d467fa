import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { encodeStatement } from '../../src/manifest/statement.ts'
import { commitHead } from '../../src/record/commit-head.ts'
import { transaction } from '../../src/store/transaction.ts'
import { manifestDirectory } from '../../src/view/manifest-directory.ts'
import { openServer } from '../../src/view/server.ts'
import { aBundle, aGenesis, anOriginal } from '../fakes/manifest-log.ts'
import { FakeServedContent } from '../fakes/served-content.ts'
import { aDirectory, openSmallLog, signal, VKEY } from '../unit/record/small-log.ts'
import { findPeer } from './peers.ts'
import { runPeer } from './run-peer.ts'

const peer = findPeer('fsck')

/** What fsck says of a log; it ends with 0 whatever it finds. With one worker it would wait for ever after a bad tile. */
async function fsck(context: TestContext, home: string, url: string): Promise<string> {
  assert.ok(peer.skip === false)
  const key = join(home, 'vkey')
  writeFileSync(key, VKEY)
  const args = [`-storage_url=${url}`, `-public_key=${key}`, '-ui=false', '-logtostderr', '-N=4']
  const { exit, stderr } = await runPeer(context, peer.program, args)
  assert.equal(exit, 0, stderr)
  return stderr
}

function directoryUrl(home: string): string {
  return `file://${join(home, 'manifest')}`
}

/** Makes the log in `home` exactly `size` entries long, under a head of that size. */
async function growTo(home: string, size: number): Promise<void> {
  using log = await openSmallLog(home)
  transaction(log.parts.db, () => {
    for (let n = log.journal.size(); n < size; n += 1) {
      log.journal.append(encodeStatement(n === 0 ? aGenesis() : n % 2 === 0 ? aBundle(n) : anOriginal(n)))
    }
  })
  await commitHead({ ...log.parts, finish: async () => undefined })
}

function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  writeFileSync(path, bytes)
}

/** A byte of each kind of file, at a place that changes what it says. */
const CHANGES = [
  ['tile/entries/000', 300],
  ['tile/0/000', 40],
  ['tile/0/001.p/1', 0],
  ['tile/1/000.p/1', 3],
  ['checkpoint', 40],
] as const

describe("tessera's fsck", { skip: peer.skip }, () => {
  it('accepts one log as it grows over every edge of a tile', async (context) => {
    const home = await aDirectory(context)
    for (const size of [0, 1, 2, 255, 256, 257, 512, 70_000]) {
      await growTo(home, size)
      assert.match(await fsck(context, home, directoryUrl(home)), RegExp(`Successfully fsck'd log with size ${size} `))
    }
  })

  it('accepts a log that was written in one go, over HTTP from our server', async (context) => {
    const home = await aDirectory(context)
    await growTo(home, 70_000)
    await using server = await openServer({
      ...{ listen: '127.0.0.1:0', content: new FakeServedContent(), signal },
      ...{ manifest: manifestDirectory(join(home, 'manifest')), health: () => ({ ok: true, origin: '', size: 0 }) },
    })
    assert.match(await fsck(context, home, `${server.url}/manifest/`), /Successfully fsck'd log with size 70000 /)
  })

  it('refuses a log with one bit changed in an entry, a tile or the head', async (context) => {
    for (const [name, at] of CHANGES) {
      const home = await aDirectory(context)
      await growTo(home, 257)
      flipByte(join(home, 'manifest', name), at)
      const said = await fsck(context, home, directoryUrl(home))
      assert.match(said, /fsck failed/, name)
      assert.doesNotMatch(said, /Successfully/, name)
    }
  })
})
