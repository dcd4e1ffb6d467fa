import assert from 'node:assert/strict'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { StoreError } from '../../../src/store/errors.ts'
import { openPeerSeed } from '../../../src/store/peer-seed.ts'
import { temporaryDirectory } from './temporary-directory.ts'

describe('the seed of the peer id', () => {
  it('is made once, for this user alone, and is another one in another home', async (t) => {
    const [home, other] = [await temporaryDirectory(t), await temporaryDirectory(t)]
    const seed = await openPeerSeed(join(home, 'p2p.key'))
    assert.equal(seed.length, 32)
    assert.deepEqual(await openPeerSeed(join(home, 'p2p.key')), seed)
    assert.notDeepEqual(await openPeerSeed(join(other, 'p2p.key')), seed)
    assert.equal((await stat(join(home, 'p2p.key'))).mode & 0o777, 0o600)
    assert.deepEqual(await readdir(home), ['p2p.key'], 'nothing else is left')
  })

  it('is the same for all that start at once', async (t) => {
    const path = join(await temporaryDirectory(t), 'p2p.key')
    const seeds = await Promise.all(Array.from({ length: 20 }, () => openPeerSeed(path)))
    assert.equal(new Set(seeds.map((seed) => Buffer.from(seed).toString('hex'))).size, 1)
  })

  it('is not made anew when its file is damaged', async (t) => {
    const path = join(await temporaryDirectory(t), 'p2p.key')
    for (const text of ['', 'abc', `${'0'.repeat(64)}\nmore`, 'g'.repeat(64)]) {
      await writeFile(path, text)
      await assert.rejects(openPeerSeed(path), (error) => error instanceof StoreError && error.code === 'KEY_MALFORMED')
    }
  })
})
