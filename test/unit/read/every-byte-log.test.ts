import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rowKey } from '../../../src/manifest/index-key.ts'
import { shardOfKey } from '../../../src/manifest/index-shard.ts'
import { openLogReader } from '../../../src/read/log-reader.ts'
import { type Answer, lookupIn } from '../../../src/read/lookup.ts'
import { type OpenManifest, openManifestFrom } from '../../../src/read/open-manifest.ts'
import { verifyIndex } from '../../../src/read/verify-index.ts'
import { verifyKeptHeads } from '../../../src/read/verify-kept-heads.ts'
import { verifyManifest } from '../../../src/read/verify-manifest.ts'
import { nodePrimitives as primitives } from '../../../src/store/node-primitives.ts'
import { openScratchState } from '../../../src/store/scratch-state.ts'
import { sha256 } from '../../fakes/manifest-log.ts'
import { memorySource } from '../../fakes/written-manifest.ts'
import { flips, lineWith, otherLengths, SLOW, Tally } from './every-byte.ts'
import { aLongLog, EARLIER_SIZE, POLICY, SIZE, STRANGER_NAME, WITNESS_NAME } from './long-log.ts'
import { outcome, verify } from './reading.ts'

/** Errors that say that bytes are wrong; all but the last two end `manifest verify` with exit 4. */
const FOUND = [
  ...['MANIFEST_DAMAGED', 'MANIFEST_INCONSISTENT', 'INDEX_DAMAGED', 'GENESIS_INVALID', 'QUORUM_NOT_MET'],
  ...['SIGNATURE_INVALID', 'SIGNATURE_MISSING', 'NOTE_MALFORMED', 'CHECKPOINT_MALFORMED', 'ORIGIN_UNKNOWN'],
]
const BITS = 4
const SHARDS = 2 ** BITS
const signal = new AbortController().signal
const options = { primitives, signal }
const log = aLongLog()
const truth = JSON.stringify(await verify(log.files, POLICY))

/** One file as an array of its own, to be altered, and all files with it in its place. */
function altering(path: string): { readonly bytes: Uint8Array; readonly files: Map<string, Uint8Array> } {
  const bytes = Uint8Array.from(log.files.get(path) ?? assert.fail(`there is no ${path}`))
  return { bytes, files: new Map(log.files).set(path, bytes) }
}

async function opened(files: ReadonlyMap<string, Uint8Array>): Promise<OpenManifest> {
  return openManifestFrom(memorySource(files), POLICY, options)
}

/** A manifest whose head was checked before its files were altered. */
async function openedBefore(files: ReadonlyMap<string, Uint8Array>): Promise<OpenManifest> {
  const source = memorySource(files)
  const manifest = await opened(log.files)
  return { ...manifest, source, log: openLogReader(source, manifest.log.head, primitives) }
}

/** A link for each shard, so that every shard is looked into; of bundles as far as there are some. */
const links = new Map<number, string>()
for (let n = 0; links.size < SHARDS; n += 1) {
  const key = `youtube:video:${String(n).padStart(11, '0')}`
  const number = shardOfKey(rowKey(sha256, 'original', key), BITS)
  if (!links.has(number)) links.set(number, key)
}

async function answerFrom(manifest: OpenManifest, shard: number): Promise<Answer> {
  return lookupIn(manifest, { kind: 'original', value: links.get(shard) ?? '' }, options)
}

const answers = await Promise.all(
  Array.from({ length: SHARDS }, async (_, shard) => JSON.stringify(await answerFrom(await opened(log.files), shard))),
)
const shardPaths = Array.from({ length: SHARDS }, (_, shard) => {
  const [path, ...more] = [...log.files.keys()].filter((one) => one.startsWith(`index/shard/${shard.toString(16)}/`))
  // The index of the earlier head has fewer and larger ones under the same numbers.
  return more.at(-1) ?? path ?? ''
})

/** Folds all but the newest statement, as `manifest verify` does before it comes to the index. */
async function indexCheck(): Promise<(files: ReadonlyMap<string, Uint8Array>) => Promise<void>> {
  const scratch = openScratchState()
  const folded = openScratchState()
  const manifest = await opened(log.files)
  let before = 0
  await verifyManifest(manifest, {
    ...{ ...options, entries: scratch, state: folded.state },
    onProgress: (count) => {
      before = count
    },
  })
  assert.equal(before, SIZE)
  return async (files) => {
    // A state remembers what was built from it and then builds what changed alone; `manifest verify` begins with a new one.
    folded.state.removeFacts('built')
    const source = memorySource(files)
    await verifyIndex({ ...manifest, source }, { ...options, state: folded.state, entryBytes: scratch.get })
  }
}

describe('of a log of 300 statements, every altered byte is found', () => {
  it('in its checkpoint, but for the line of a witness whom no policy names', async (t) => {
    const { bytes, files } = altering('checkpoint')
    const tally = new Tally(FOUND)
    for (const flip of flips(bytes, { short: 150 }))
      await tally.take('checkpoint', flip, truth, async () => JSON.stringify(await verify(files, POLICY)))
    tally.assertRedundantOnlyIn('checkpoint', [lineWith(bytes, STRANGER_NAME)])
    tally.tell(t, 'checkpoint')
  })

  it('in its policy', async (t) => {
    const { bytes, files } = altering('policies/1')
    const tally = new Tally(FOUND)
    for (const flip of flips(bytes, { short: 150 }))
      await tally.take('policies/1', flip, truth, async () => JSON.stringify(await verify(files, POLICY)))
    tally.assertRedundantOnlyIn('policies/1', [])
    tally.tell(t, 'policies/1')
  })

  it('in the heads that it keeps, but for lines of witnesses, whom only the newest head needs', async (t) => {
    for (const path of [`checkpoints/${EARLIER_SIZE}`, `checkpoints/${SIZE}`]) {
      const { bytes, files } = altering(path)
      const tally = new Tally(FOUND)
      for (const flip of flips(bytes, { short: 100 }))
        await tally.take(path, flip, '2', async () =>
          String(await verifyKeptHeads(await opened(files), [EARLIER_SIZE, SIZE], options)),
        )
      tally.assertRedundantOnlyIn(path, [lineWith(bytes, STRANGER_NAME), lineWith(bytes, WITNESS_NAME)])
      tally.tell(t, path)
    }
  })

  it('in its tiles', async (t) => {
    for (const path of ['tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1']) {
      const { bytes, files } = altering(path)
      const tally = new Tally(FOUND)
      for (const flip of flips(bytes, { short: 60 }))
        await tally.take(path, flip, 'none', async () => {
          const { log } = await openedBefore(files)
          await log.bundle(0, signal)
          await log.bundle(1, signal)
          return 'not found'
        })
      tally.tell(t, path)
    }
  })

  it('in its statements', async (t) => {
    for (const [n, path] of ['tile/entries/000', 'tile/entries/001.p/44'].entries()) {
      const { bytes, files } = altering(path)
      const { log } = await openedBefore(files)
      await log.bundle(n, signal)
      const tally = new Tally(FOUND)
      for (const flip of flips(bytes, { short: 300, oneMask: true }))
        await tally.take(path, flip, 'none', async () => {
          await log.bundle(n, signal)
          return 'not found'
        })
      tally.tell(t, path)
    }
  })

  it('in the tile and the statements under the head before its keys changed', async (t) => {
    for (const path of [`tile/0/000.p/${EARLIER_SIZE}`, `tile/entries/000.p/${EARLIER_SIZE}`]) {
      const { bytes, files } = altering(path)
      const tally = new Tally(FOUND)
      for (const flip of flips(bytes, { short: 100, oneMask: true }))
        await tally.take(path, flip, 'none', async () => {
          await opened(files)
          return 'not found'
        })
      tally.tell(t, path)
    }
  })

  it('in the receipt and the tile of its index, by verify', async (t) => {
    const check = await indexCheck()
    await check(log.files)
    for (const path of [`index/${SIZE - 1}/receipt`, `index/${SIZE - 1}/tile/0/000.p/${SHARDS}`]) {
      const { bytes, files } = altering(path)
      const tally = new Tally(FOUND)
      for (const flip of flips(bytes, { short: 40 }))
        await tally.take(path, flip, 'fine', async () => {
          await check(files)
          return 'fine'
        })
      // Witnesses sign later than the index is made, so their lines may differ from those of the newest head.
      const lines = path.endsWith('receipt') ? [STRANGER_NAME, WITNESS_NAME].map((name) => lineWith(bytes, name)) : []
      tally.assertRedundantOnlyIn(path, lines)
      tally.tell(t, path)
    }
  })

  it('in the receipt and the tile of its index, by a lookup, but for the note, since the head is known by then', async (t) => {
    for (const path of [`index/${SIZE - 1}/receipt`, `index/${SIZE - 1}/tile/0/000.p/${SHARDS}`]) {
      const { bytes, files } = altering(path)
      const tally = new Tally(FOUND)
      for (const flip of flips(bytes, { short: 40 }))
        await tally.take(path, flip, answers[3] ?? '', async () =>
          JSON.stringify(await answerFrom(await openedBefore(files), 3)),
        )
      const note = Buffer.from(bytes).indexOf('\n\n') + 2
      tally.assertRedundantOnlyIn(path, path.endsWith('receipt') ? [[note, bytes.length]] : [])
      tally.tell(t, path)
    }
  })

  it('in every shard of its index, by a lookup', async (t) => {
    let tried = 0
    for (const [shard, path] of shardPaths.entries()) {
      const { bytes, files } = altering(path)
      const manifest = await openedBefore(files)
      const tally = new Tally(FOUND)
      for (const flip of flips(bytes, { short: 30, oneMask: true }))
        await tally.take(path, flip, 'none', async () => {
          await answerFrom(manifest, shard)
          return 'not found'
        })
      tried += tally.tried
    }
    t.diagnostic(`${tried} flips in ${shardPaths.length} shards`)
  })

  it('in every shard of its index, by verify, at places spread over it', async () => {
    const check = await indexCheck()
    for (const path of shardPaths) {
      const { bytes, files } = altering(path)
      const places = SLOW ? 100 : 1
      for (let i = 0; i < places; i += 1) {
        const at = Math.floor(((i + 0.5) * bytes.length) / places)
        bytes[at] = (bytes[at] ?? 0) ^ 0x01
        assert.equal(await outcome(check(files)), 'INDEX_DAMAGED', `${path} ${at}`)
        bytes[at] = (bytes[at] ?? 0) ^ 0x01
      }
    }
  })
})

describe('of a log of 300 statements, nothing depends on', () => {
  it('the files of an index that a newer one replaced, and on no others', async () => {
    const asked = new Set<string>()
    const source = memorySource(log.files)
    const manifest = await openManifestFrom(source, POLICY, options)
    using scratch = openScratchState()
    await verifyManifest(manifest, { ...options, state: scratch.state, entries: scratch })
    await verifyKeptHeads(manifest, [EARLIER_SIZE, SIZE], options)
    for (let shard = 0; shard < SHARDS; shard += 1) await answerFrom(manifest, shard)
    for (const path of source.asked) asked.add(path)
    const unread = [...log.files.keys()].filter((path) => !asked.has(path))
    // 8 shards, a receipt and a tile.
    assert.equal(unread.length, 10)
    for (const path of unread)
      assert.ok(path.startsWith(`index/${EARLIER_SIZE - 1}/`) || /^index\/shard\/[0-7]\//.test(path), path)
  })
})

describe('a file of a log of 300 statements that is a byte too short or too long', () => {
  it('is refused, whichever it is', async () => {
    const needed = [...log.files.keys()].filter((path) => isNeeded(path))
    for (const [i, path] of needed.entries()) {
      const lengths = otherLengths(log.files.get(path) ?? new Uint8Array(0))
      for (const bytes of path.includes('shard') && !SLOW ? lengths.slice(i % 5, (i % 5) + 1) : lengths) {
        const code = await outcome(verify(new Map(log.files).set(path, bytes), POLICY))
        assert.ok(FOUND.includes(code), `${path} with ${bytes.length} bytes that end in ${bytes.at(-1)}: ${code}`)
      }
    }
  })
})

/** Of the others the test before this one proves that nothing reads them. */
function isNeeded(path: string): boolean {
  if (path.startsWith('index/shard/')) return shardPaths.includes(path)
  return !path.startsWith(`index/${EARLIER_SIZE - 1}/`)
}
