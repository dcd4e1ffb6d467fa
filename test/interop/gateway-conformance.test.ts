import assert from 'node:assert/strict'
import { createReadStream, globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { CarBlockIterator } from '@ipld/car/iterator'
import { FakeServedContent } from '../fakes/served-content.ts'
import { serveContent } from './fake-gateway.ts'
import { findPeer } from './peers.ts'
import { runPeer } from './run-peer.ts'

const peer = findPeer('gateway-conformance')
const SPECS = ['trustless-block-gateway', 'trustless-car-gateway', 'trustless-car-gateway-optional']
/** What this gateway does not claim; the README of this directory says why of each. */
const LEFT_OUT = ['TestTrustlessCarPathing/DAG-CBOR', 'TestTrustlessCarDagScopeEntity/DAG-CBOR']
/** Every group of the suite that must have run, so that a renamed one cannot be missing unseen. */
const GROUPS = [
  'TestTrustlessRaw',
  'TestTrustlessRawRanges',
  'TestTrustlessCarPathing',
  'TestTrustlessCarDagScopeBlock',
  'TestTrustlessCarDagScopeEntity',
  'TestTrustlessCarDagScopeAll',
  'TestTrustlessCarEntityBytes',
  'TestTrustlessCarOrderAndDuplicates',
  'TestTrustlessCarFormatPrecedence',
]

/** Every block of the suite's fixtures, as content that is published. */
async function fixtures(directory: string): Promise<FakeServedContent> {
  const content = new FakeServedContent()
  for (const path of globSync(join(directory, 'fixtures/**/*.car'))) {
    const blocks = await CarBlockIterator.fromIterable(createReadStream(path))
    for await (const { cid, bytes } of blocks) content.put(cid, bytes)
  }
  return content
}

describe('ipfs/gateway-conformance', { skip: peer.skip }, () => {
  it('finds nothing wrong with raw blocks and CARs, but for what is left out on purpose', async (context) => {
    assert.ok(peer.skip === false)
    const content = await fixtures(peer.directory)
    assert.ok(content.blocks.size > 100)
    await using server = await serveContent(content)
    const args = ['-test.v', '-test.timeout=4m', `-specs=${SPECS}`, `-test.skip=${LEFT_OUT.join('|')}`]
    const env = { GATEWAY_URL: server.url, GATEWAY_CONFORMANCE_HOME: peer.directory }
    const { exit, stdout } = await runPeer(context, peer.program, args, { cwd: peer.directory, env })
    const failed = stdout.split('\n').filter((line) => line.includes('--- FAIL'))
    assert.deepEqual({ failed, exit }, { failed: [], exit: 0 }, stdout)
    const cases = stdout.match(/^ {4}--- PASS/gm)?.length ?? 0
    context.diagnostic(`${cases} cases passed, ${LEFT_OUT.length} groups of cases were left out`)
    const passed = new Set(Array.from(stdout.matchAll(/^--- PASS: (\w+)/gm), ([, name]) => name))
    for (const group of GROUPS) assert.ok(passed.has(group), `${group} ran`)
  })
})
