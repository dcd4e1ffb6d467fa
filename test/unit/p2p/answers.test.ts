import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { aP2pWorld, cidFor } from './support.ts'

describe('a peer that wants blocks', { concurrency: 4 }, () => {
  it('gets those that are published, in messages that hold several', async (context) => {
    const { content, client } = await aP2pWorld(context)
    const cids = Array.from({ length: 20 }, () => content.put(randomBytes(60_000)))
    const peer = await client()
    await peer.want(cids.map((cid) => ({ cid })))
    await peer.until(({ blocks }) => blocks.size === cids.length)
    assert.deepEqual([...peer.heard.blocks.keys()].sort(), cids.map(String).sort())
    assert.equal(content.reads, cids.length, 'each is read once')
  })

  it('gets a block of a megabyte, whose CID it computes itself', async (context) => {
    const { content, client } = await aP2pWorld(context)
    const cid = content.put(randomBytes(1_048_576))
    const peer = await client()
    await peer.want([{ cid }])
    await peer.until(({ blocks }) => blocks.has(cid.toString()))
  })

  it('is told what is had and what is not, without a read', async (context) => {
    const { content, client } = await aP2pWorld(context)
    const [here, elsewhere] = [content.put(randomBytes(100)), cidFor(randomBytes(100))]
    const peer = await client()
    await peer.want([here, elsewhere].map((cid) => ({ cid, haveOnly: true, sendDontHave: true })))
    await peer.until(({ have, dontHave }) => have.size + dontHave.size === 2)
    assert.deepEqual([...peer.heard.have], [here.toString()])
    assert.deepEqual([...peer.heard.dontHave], [elsewhere.toString()])
    assert.equal(content.reads, 0)
  })

  it('hears nothing of what is not had unless it asks for that', async (context) => {
    const { content, client } = await aP2pWorld(context)
    const last = content.put(randomBytes(100))
    const peer = await client()
    await peer.want([{ cid: cidFor(randomBytes(100)) }, { cid: last }])
    await peer.until(({ blocks }) => blocks.has(last.toString()))
    assert.equal(peer.heard.dontHave.size, 0)
  })

  it('does not get what was withdrawn a moment ago, on the same connection', async (context) => {
    const { content, client } = await aP2pWorld(context)
    const cid = content.put(randomBytes(100))
    const peer = await client()
    await peer.want([{ cid }])
    await peer.until(({ blocks }) => blocks.size === 1)
    content.withdraw(cid)
    await peer.want([{ cid, sendDontHave: true }])
    await peer.until(({ dontHave }) => dontHave.has(cid.toString()))
    assert.equal(content.reads, 1)
  })

  it('is refused a CID that holds its own bytes, and the content is not even asked', async (context) => {
    const { content, client } = await aP2pWorld(context)
    const cid = CID.createV1(0x55, identity.digest(randomBytes(16)))
    const peer = await client()
    await peer.want([{ cid, sendDontHave: true }])
    await peer.until(({ dontHave }) => dontHave.has(cid.toString()))
    assert.deepEqual(content.asked, [])
  })

  it('is told that a damaged block is not had, while the operator is told that it is damaged', async (context) => {
    const { content, client, problems } = await aP2pWorld(context)
    const [damaged, sound] = [content.put(randomBytes(100)), content.put(randomBytes(100))]
    content.damaged.add(damaged.toString())
    const peer = await client()
    await peer.want([damaged, sound].map((cid) => ({ cid, sendDontHave: true })))
    await peer.until(({ blocks, dontHave }) => blocks.size + dontHave.size === 2)
    assert.deepEqual([...peer.heard.blocks.keys()], [sound.toString()])
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['BLOCK_DAMAGED'],
    )
  })

  it('gets the block when it first asked whether it is there, and nothing after it took its want back', async (context) => {
    const { content, client } = await aP2pWorld(context)
    const [kept, dropped] = [content.put(randomBytes(100)), content.put(randomBytes(100))]
    const peer = await client()
    await peer.want([{ cid: kept, haveOnly: true }, { cid: kept }, { cid: dropped }, { cid: dropped, cancel: true }])
    await peer.until(({ blocks }) => blocks.has(kept.toString()))
    assert.deepEqual([...peer.heard.blocks.keys()], [kept.toString()])
  })
})
