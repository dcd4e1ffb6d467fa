import type { BundleView } from '../manifest/bundle-view.ts'
import { applyEntry } from '../manifest/fold.ts'
import { type FoldContext, type Governance, readGovernance } from '../manifest/governance.ts'
import { indexReceiptPath } from '../manifest/index-build.ts'
import { type IndexKind, rowKey } from '../manifest/index-key.ts'
import { lookupInShard } from '../manifest/index-lookup.ts'
import {
  MAX_SHARD_BYTES,
  parseShard,
  type Shard,
  shardEvidence,
  shardOfKey,
  shardPath,
} from '../manifest/index-shard.ts'
import { memoryState } from '../manifest/memory-state.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { parseTlogProof, verifyTlogProof } from '../manifest/proof.ts'
import { parseStatement } from '../manifest/statement.ts'
import { bytesOfHex } from '../manifest/statement-fields.ts'
import type { IndexStatement } from '../manifest/statement-types.ts'
import { hashAtFromTiles, TILE_WIDTH, type Tile, tilesForInclusion } from '../manifest/tiles.ts'
import { HoldfastError } from '../model/errors.ts'
import { ReadError } from './errors.ts'
import { openLogReader } from './log-reader.ts'
import type { OpenManifest } from './open-manifest.ts'
import { requireSigner, type Successor } from './verify-governance.ts'
import { MAX_RECEIPT_BYTES } from './verify-receipt.ts'

export interface LookupOptions {
  readonly primitives: Primitives
  readonly signal: AbortSignal
  readonly jurisdictions?: readonly string[]
}

/** One value to look up; several kinds of one word lie in several shards. */
export interface LookupValue {
  readonly kind: IndexKind
  readonly value: string
}

export interface Answer {
  /** In log order; none is a proven "not in the manifest". */
  readonly views: readonly BundleView[]
  /** When the publisher says that it made the index that this was read from, RFC 3339 UTC. */
  readonly asOf: string
  /** Where the log goes on, when its approvers have closed it. */
  readonly successor?: Successor
}

/**
 * Looks one value up in a manifest (manifest-v1 §5.9): one shard, proven to be of the committed index, and the statements
 * in it, proven to be in the log. Every value of a shard causes the same requests.
 *
 * @throws {ReadError} `LOOKUP_UNKNOWN` when the source cannot prove an answer; `INDEX_DAMAGED`, `MANIFEST_DAMAGED` when it is wrong.
 */
export async function lookupIn(
  manifest: OpenManifest,
  { kind, value }: LookupValue,
  options: LookupOptions,
): Promise<Answer> {
  const { primitives, signal } = options
  const { shard, at } = await missingIsUnknown(manifest, async () => {
    const index = await newestIndex(manifest, options)
    const number = shardOfKey(rowKey(primitives.sha256, kind, value), index.bits)
    const found = await provenShard(manifest, index, number, options)
    await proveEntries(manifest, found, options)
    return { shard: found, at: index.at }
  })
  const context: FoldContext = { origin: manifest.origin, logKeys: manifest.logKeys, primitives }
  signal.throwIfAborted()
  const governance = governanceOf(shard, context)
  if (governance !== undefined) requireSigner(manifest, governance.chain)
  const views = damaged(manifest, () =>
    lookupInShard(
      shard,
      kind,
      value,
      context,
      options.jurisdictions === undefined ? {} : { jurisdictions: options.jurisdictions },
    ),
  )
  return { views, asOf: at, ...(governance?.ended === undefined ? {} : { successor: governance.ended }) }
}

/** Every shard carries the statements that govern; they are those that no row names. */
function governanceOf(shard: Shard, context: FoldContext): Governance | undefined {
  const named = new Set([...shard.rows.values()].flatMap(({ indices }) => indices))
  const state = memoryState()
  for (const entry of shard.entries.values())
    if (!named.has(entry.index)) applyEntry(state, entry, context, { sparse: true })
  return readGovernance(state)
}

/** A file that is not there says nothing about what was asked for. */
async function missingIsUnknown<T>(manifest: OpenManifest, prove: () => Promise<T>): Promise<T> {
  try {
    return await prove()
  } catch (error) {
    if (error instanceof ReadError && error.code === 'MANIFEST_INCOMPLETE') throw unknown(manifest, error.message)
    throw error
  }
}

/** §5.9, 1: the statement that commits to the index, which is the last one under the head. */
async function newestIndex(manifest: OpenManifest, { primitives, signal }: LookupOptions): Promise<IndexStatement> {
  const { head } = manifest.log
  const bytes = await manifest.source.read(indexReceiptPath(head.size - 1), { maxBytes: MAX_RECEIPT_BYTES, signal })
  if (bytes === undefined) throw unknown(manifest, 'it has no index for its newest head')
  return damaged(manifest, () => {
    const proof = parseTlogProof(bytes, MAX_RECEIPT_BYTES)
    if (proof.extra === undefined || proof.index !== head.size - 1)
      throw new ReadError('INDEX_DAMAGED', 'the proof of the index is about something else')
    verifyTlogProof(primitives.sha256, proof, proof.extra, { origin: manifest.origin, ...head })
    const parsed = parseStatement(proof.extra)
    if (parsed.kind === 'known' && parsed.statement.type === 'index/1' && parsed.statement.size === head.size - 1)
      return parsed.statement
    throw unknown(manifest, 'its newest statement commits to no index')
  })
}

/** §5.9, 2 and 3: the shard tree is a little log of its own, whose entries are the shards. */
async function provenShard(
  manifest: OpenManifest,
  index: IndexStatement,
  number: number,
  { primitives, signal }: LookupOptions,
): Promise<Shard> {
  const prefix = `index/${index.size}/`
  const source = {
    ...manifest.source,
    read: (path: string, each: { maxBytes: number; signal: AbortSignal }) =>
      manifest.source.read(`${prefix}${path}`, each),
  }
  const tree = openLogReader(source, { size: 2 ** index.bits, root: bytesOfHex(index.root) }, primitives)
  const tiles = await tree.tiles(tilesForInclusion(number, 2 ** index.bits), signal)
  const hash = hashAtFromTiles(primitives.sha256, 2 ** index.bits, tiles)(0, number)
  const path = shardPath(index.bits, number, hash)
  const bytes = await manifest.source.read(path, { maxBytes: MAX_SHARD_BYTES, signal })
  if (bytes === undefined) throw unknown(manifest, `it lacks ${path}`)
  return damaged(manifest, () => {
    const leaf = primitives.sha256(Buffer.concat([Uint8Array.of(0), bytes]))
    if (Buffer.compare(leaf, hash) !== 0)
      throw new ReadError('INDEX_DAMAGED', `${path} does not hash to what the index commits to`)
    return parseShard(bytes, { bits: index.bits, number })
  })
}

/** §5.9, 4: every statement of the shard, not only those that were asked for, so that requests tell nothing. */
async function proveEntries(
  manifest: OpenManifest,
  shard: Shard,
  { primitives, signal }: LookupOptions,
): Promise<void> {
  const evidence = shardEvidence(shard, primitives.sha256)
  const { size } = manifest.log.head
  const wanted = new Map<string, Tile>()
  for (const { level, n } of evidence) {
    for (const tile of tilesForInclusion(n * TILE_WIDTH, size)) {
      // The path in the shard stands for the full leaf tile itself.
      if (level === 0 || tile.level > 0 || tile.n !== n) wanted.set(`${tile.level}/${tile.n}`, tile)
    }
  }
  const tiles = await manifest.log.tiles([...wanted.values()], signal)
  const hashAt = hashAtFromTiles(primitives.sha256, size, tiles)
  for (const { index, level, n, hash } of evidence) {
    const expected = index < size ? hashAt(level * 8, level === 0 ? index : n) : undefined
    if (expected === undefined || Buffer.compare(expected, hash) !== 0) {
      throw new ReadError(
        'INDEX_DAMAGED',
        `${manifest.source.name}: the index holds another statement ${index} than the log`,
        {
          hint: 'this copy of the index was altered: use another source',
        },
      )
    }
  }
}

/** Whatever does not check out is one thing to who looks up: this source's index is not to be believed. */
function damaged<T>(manifest: OpenManifest, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof HoldfastError) || error instanceof ReadError) throw error
    if (error.code === 'UPDATE_NEEDED') throw error
    if (error.code === 'GENESIS_MISSING' || error.code === 'GENESIS_MISMATCH') {
      throw new ReadError('GENESIS_INVALID', `${manifest.source.name}: ${error.message}`, {
        hint: 'this is not the log that its checkpoint and your policy say it is',
        cause: error,
      })
    }
    throw new ReadError('INDEX_DAMAGED', `${manifest.source.name}: ${error.message}`, {
      hint: 'this copy of the index was altered or is incomplete: use another source',
      cause: error,
    })
  }
}

function unknown(manifest: OpenManifest, why: string): ReadError {
  return new ReadError('LOOKUP_UNKNOWN', `${manifest.source.name} cannot prove an answer: ${why}`, {
    hint: 'this says nothing about what you asked for: try again, or another source',
  })
}
