import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ReadError } from '../../../src/read/errors.ts'
import { startIndexThread } from '../../../src/read/index-thread.ts'
import { openManifest } from '../../../src/read/open-manifest.ts'
import { readInto } from '../../../src/read/read-into.ts'
import { verifyManifest } from '../../../src/read/verify-manifest.ts'
import { nodePrimitives as primitives } from '../../../src/store/node-primitives.ts'
import { openScratchState } from '../../../src/store/scratch-state.ts'
import { aBundle } from '../../fakes/manifest-log.ts'
import { policyOf, WrittenManifest, writeFiles } from '../../fakes/written-manifest.ts'

/** One more than what is worth a thread, with the genesis and the index. */
const BUNDLES = 8_191
const parent = mkdtempSync(join(tmpdir(), 'holdfast-thread-'))
after(() => rmSync(parent, { recursive: true, force: true }))

const log = new WrittenManifest().add(...Array.from({ length: BUNDLES }, (_, n) => aBundle(n))).head()
const directory = join(parent, 'log')
writeFiles(directory, log.files)
const never = new AbortController().signal

interface Verified {
  /** How many statements were read a second time. */
  readonly readAgain: number
}

async function verify(signal: AbortSignal = never, onProgress?: (count: number) => void): Promise<Verified> {
  const manifest = await openManifest(directory, policyOf(), { primitives, signal: never })
  using scratch = openScratchState()
  let readAgain = 0
  const get = (index: number): Uint8Array => {
    readAgain += 1
    return scratch.get(index)
  }
  await verifyManifest(manifest, {
    ...{ primitives, signal, state: scratch.state, entries: { put: scratch.put, get } },
    ...(onProgress === undefined ? {} : { onProgress }),
  })
  return { readAgain }
}

/** Runs with other bytes in a file, or without it, and puts it back. */
async function withFile(path: string, bytes: Uint8Array | undefined, run: () => Promise<unknown>): Promise<void> {
  const file = join(directory, path)
  if (bytes === undefined) rmSync(file)
  else writeFileSync(file, bytes)
  try {
    await run()
  } finally {
    writeFileSync(file, log.files.get(path) ?? assert.fail(`there is no ${path}`))
  }
}

const indexFiles = [...log.files.keys()].filter((path) => path.startsWith('index/') && !path.endsWith('receipt'))
const damaged = (path: string) => (error: unknown) =>
  error instanceof ReadError && error.code === 'INDEX_DAMAGED' && error.message.includes(path)

describe('the index of a long log in a directory', () => {
  it('is verified from its files alone, without reading the statements again', async () => {
    // The index statement itself, and the genesis as a policy that governs.
    assert.ok((await verify()).readAgain < 8)
  })

  it('is damaged when a byte of a file is another one, or a file is missing, and the file is named', async () => {
    const tile = indexFiles.find((path) => path.includes('/tile/0/')) ?? assert.fail('no tile')
    const shards = indexFiles.filter((path) => path.includes('/shard/'))
    for (const path of [tile, ...[0, 100, shards.length - 1].map((i) => shards[i] ?? '')]) {
      const bytes = log.files.get(path) ?? assert.fail(`there is no ${path}`)
      const altered = bytes.with(bytes.length - 2, (bytes.at(-2) ?? 0) ^ 1)
      await withFile(path, altered, () => assert.rejects(verify(), damaged(path)))
      await withFile(path, undefined, () => assert.rejects(verify(), damaged(path)))
    }
  })

  it('is damaged when its statement commits to another one', async () => {
    const other = new WrittenManifest().add(...log.entries.slice(1, -1)).head({ indexRoot: 'ab'.repeat(32) })
    writeFiles(directory, other.files)
    await assert.rejects(verify(), damaged('the index that its newest statement commits to'))
    writeFiles(directory, log.files)
    await verify()
  })

  it('stops with the fold when it is interrupted, and when the fold fails', async () => {
    const abort = new AbortController()
    await assert.rejects(
      verify(abort.signal, (count) => void (count === 300 && abort.abort())),
      { name: 'AbortError' },
    )
    await withFile('tile/entries/001', new Uint8Array(9), () => assert.rejects(verify(), { code: 'MANIFEST_DAMAGED' }))
  })
})

describe('the thread that reads an index', () => {
  const head = { size: log.size, root: Buffer.from(log.root(), 'hex') }

  it('answers with nothing when it cannot read, is stopped, or the head is another one', async () => {
    const abort = new AbortController()
    const tasks = [
      startIndexThread({ directory: join(parent, 'nowhere'), head }, never),
      startIndexThread({ directory, head: { ...head, size: head.size - 1 } }, never),
      startIndexThread({ directory, head }, abort.signal),
    ]
    abort.abort()
    for (const task of tasks) {
      await using thread = task
      assert.equal(await thread.skeletons, undefined)
    }
  })

  it('answers with the skeleton of every shard', async () => {
    await using thread = startIndexThread({ directory, head }, never)
    const skeletons = await thread.skeletons
    assert.equal(skeletons?.size, BUNDLES + 1)
    assert.equal(skeletons?.digests.length, 32 * 2 ** (skeletons?.bits ?? 0))
  })
})

describe('reading a file into memory that is used again', () => {
  const buffer = new Uint8Array(101)
  const path = join(parent, 'file')

  it('gives the bytes, up to as many as there may be', () => {
    writeFileSync(path, Buffer.alloc(100, 7))
    assert.deepEqual(readInto(buffer, path, 100), new Uint8Array(100).fill(7))
    assert.equal(readInto(buffer, path, 99), undefined)
    writeFileSync(path, Buffer.alloc(101, 7))
    assert.equal(readInto(buffer, path, 1_000), undefined)
    writeFileSync(path, '')
    assert.equal(readInto(buffer, path, 100)?.length, 0)
  })

  it('gives nothing where there is no regular file', () => {
    assert.equal(readInto(buffer, join(parent, 'nothing'), 100), undefined)
    assert.equal(readInto(buffer, parent, 100), undefined)
  })
})
