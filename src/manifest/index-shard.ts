import { decodeBase64 } from './base64.ts'
import { parseDecimal } from './decimal.ts'
import { ManifestError } from './errors.ts'
import { leafHash, nodeHash } from './merkle.ts'
import type { Sha256 } from './primitives.ts'
import { parseStatement } from './statement.ts'
import { bytesOfHex, hexOf, isHex } from './statement-fields.ts'
import { HASH_BYTES, TILE_HEIGHT, TILE_WIDTH } from './tile-layout.ts'

/** @see manifest-v1 §5.6 */
export const MAX_SHARD_BYTES: number = 4 * 1024 * 1024
export const MAX_SHARD_BITS = 16
/** Characters of one hash in base64. */
export const HASH_TEXT = 44

/** A row: what a key leads to. */
export interface ShardRow {
  /** Row key in hex. */
  readonly key: string
  /** Entries that touch a bundle of this key, ascending. */
  readonly indices: readonly number[]
}

/** An entry with its way to the root of its tile. */
export interface ShardEntry {
  readonly index: number
  readonly bytes: Uint8Array
  /** Eight hashes, lowest first; absent where the tile was not full. */
  readonly path?: readonly Uint8Array[]
}

/** A shard file as it was read; nothing in it is proven yet. */
export interface Shard {
  readonly bits: number
  readonly number: number
  readonly rows: ReadonlyMap<string, ShardRow>
  readonly entries: ReadonlyMap<number, ShardEntry>
}

/** What an entry of a shard must be equal to in the tiles of the log. @see manifest-v1 §5.9, 4 */
export type ShardEvidence =
  /** `hash` stands at place `n mod 256` of the tile `tile/1/⌊n / 256⌋`. */
  | { readonly index: number; readonly level: 1; readonly n: number; readonly hash: Uint8Array }
  /** `hash` stands at place `index mod 256` of the partial tile `tile/0/n`. */
  | { readonly index: number; readonly level: 0; readonly n: number; readonly hash: Uint8Array }

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8 = new TextEncoder()

/** First line of a shard. @see manifest-v1 §5.6 */
export function shardHeader(bits: number, number: number): string {
  return `holdfast/index-shard/v1 ${bits} ${number}`
}

/** Path of a shard file below the manifest directory. @param hash - leaf hash, 32 bytes. @see manifest-v1 §9 */
export function shardPath(bits: number, number: number, hash: Uint8Array): string {
  const prefix = bits === 0 ? '-' : number.toString(16).padStart(Math.ceil(bits / 4), '0')
  return `index/shard/${prefix}/${hexOf(hash)}`
}

/** Number of the shard that a row key belongs to: its first `bits` bits. */
export function shardOfKey(key: Uint8Array, bits: number): number {
  const [high = 0, low = 0] = key
  return (high * 256 + low) >>> (MAX_SHARD_BITS - bits)
}

/**
 * Reads a shard file, strictly: two shards with the same content have the same bytes.
 *
 * @param expected - which shard it must be.
 * @throws {ManifestError} `INDEX_MALFORMED`.
 */
export function parseShard(bytes: Uint8Array, expected: { readonly bits: number; readonly number: number }): Shard {
  if (bytes.length > MAX_SHARD_BYTES) throw malformed('is longer than 4 MiB')
  const lines = decode(bytes).split('\n')
  if (lines.pop() !== '') throw malformed('does not end with a line end')
  const blank = lines.indexOf('')
  if (blank < 1) throw malformed('has no empty line')
  if (lines[0] !== shardHeader(expected.bits, expected.number)) throw malformed('is another shard')
  const rows = parseRows(lines.slice(1, blank), expected)
  const entries = parseEntries(lines.slice(blank + 1))
  assertComplete(rows, entries)
  return { ...expected, rows, entries }
}

/** What the caller must find in the tiles of the log, for each entry of a shard. */
export function shardEvidence(shard: Shard, sha256: Sha256): ShardEvidence[] {
  return [...shard.entries.values()].map(({ index, bytes, path }): ShardEvidence => {
    const leaf = leafHash(sha256, bytes)
    const n = Math.floor(index / TILE_WIDTH)
    if (path === undefined) return { index, level: 0, n, hash: leaf }
    let hash = leaf
    for (const [level, sibling] of path.entries()) {
      const isRight = ((index % TILE_WIDTH) >>> level) % 2 === 1
      hash = isRight ? nodeHash(sha256, sibling, hash) : nodeHash(sha256, hash, sibling)
    }
    return { index, level: 1, n, hash }
  })
}

function parseRows(
  lines: readonly string[],
  shard: { readonly bits: number; readonly number: number },
): Map<string, ShardRow> {
  const rows = new Map<string, ShardRow>()
  let last = ''
  for (const line of lines) {
    const [key = '', list = '', extra] = line.split(' ', 3)
    if (extra !== undefined || !isHex(key, HASH_BYTES)) throw malformed('has a row that is not KEY INDEX,INDEX,…')
    if (key <= last) throw malformed('has rows that do not ascend')
    if (shardOfKey(bytesOfHex(key), shard.bits) !== shard.number) throw malformed('has a key of another shard')
    const indices = list.split(',').map(decimal)
    if (indices.some((index, i) => i > 0 && index <= (indices[i - 1] ?? 0)))
      throw malformed('has a row whose indices do not ascend')
    rows.set(key, { key, indices })
    last = key
  }
  return rows
}

function parseEntries(lines: readonly string[]): Map<number, ShardEntry> {
  const entries = new Map<number, ShardEntry>()
  let last = -1
  for (const line of lines) {
    const [, number = '', path = '', statement = ''] = /^([^ ]+) ([^ ]+) (.+)$/s.exec(line) ?? []
    const index = decimal(number)
    if (index <= last) throw malformed('has entries that do not ascend')
    last = index
    const bytes = utf8.encode(statement)
    entries.set(index, path === '-' ? { index, bytes } : { index, bytes, path: parsePath(path) })
  }
  return entries
}

function parsePath(text: string): Uint8Array[] {
  if (text.length !== HASH_TEXT * TILE_HEIGHT) throw malformed('has a path that is not eight hashes')
  return Array.from({ length: TILE_HEIGHT }, (_, level) => {
    const hash = decodeBase64(text.slice(level * HASH_TEXT, (level + 1) * HASH_TEXT))
    if (hash === undefined || hash.length !== HASH_BYTES) throw malformed('has a path that is not eight hashes')
    return hash
  })
}

/** Every row finds its entries, and there is no entry that nobody needs. */
function assertComplete(rows: ReadonlyMap<string, ShardRow>, entries: ReadonlyMap<number, ShardEntry>): void {
  const needed = new Set<number>()
  for (const { indices } of rows.values()) for (const index of indices) needed.add(index)
  for (const index of needed)
    if (!entries.has(index)) throw malformed(`has a row that names entry ${index}, which it does not hold`)
  for (const { index, bytes } of entries.values()) {
    if (!needed.has(index) && !isGoverning(bytes)) throw malformed(`holds entry ${index}, which no row names`)
  }
}

/** A genesis, or anything critical: a later version of the format may have types that we do not know. */
function isGoverning(bytes: Uint8Array): boolean {
  const parsed = parseStatement(bytes)
  if (parsed.kind === 'malformed') return false
  return parsed.value['critical'] === true || parsed.value['type'] === 'genesis/1'
}

function decode(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch (cause) {
    throw malformed('is not UTF-8', cause)
  }
}

function decimal(text: string): number {
  const value = parseDecimal(text)
  if (value === undefined) throw malformed('has something else where a number belongs')
  return value
}

function malformed(what: string, cause?: unknown): ManifestError {
  return new ManifestError('INDEX_MALFORMED', `the shard of the index ${what}`, {
    cause,
    hint: 'get the manifest from another source; this one serves a damaged index',
  })
}
