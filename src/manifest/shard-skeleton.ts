import { type GrowingBuffer, growingBuffer } from './growing-buffer.ts'
import { HASH_TEXT, shardHeader } from './index-shard.ts'
import type { Sha256 } from './primitives.ts'
import type { KeyRow } from './state.ts'
import { TILE_HEIGHT, TILE_WIDTH } from './tile-layout.ts'
import type { TreeHashes } from './tree-hashes.ts'

/*
 * The skeleton of a shard is its file without paths and statements: header, rows, the empty line, and of each entry the
 * index alone, each on a line. What is left out follows from the indices and the tree of the log, so a shard whose
 * skeleton is right, and whose paths and statements are those of the tree, is right to its last byte.
 */

const SPACE = 0x20
const LINE_END = 0x0a
const DASH = 0x2d
const ZERO = 0x30
const PATH_TEXT = HASH_TEXT * TILE_HEIGHT
/** No entry has a larger index; 2^53-1 has sixteen digits. */
const MAX_DIGITS = 16
/** An entry stands behind a uint16 length. @see C2SP tlog-tiles */
const MAX_ENTRY_BYTES = 65_535

/** What all shards of an index have in common. */
export interface ShardScope {
  /** Entries [0, size) are covered. */
  readonly size: number
  readonly bits: number
  /** Entries that every shard carries. */
  readonly governing: readonly number[]
}

/** Writes header and rows of a shard, ascending, and every entry that it must carry by `writeEntry`. */
export function writeShard(
  buffer: GrowingBuffer,
  { bits, governing }: ShardScope,
  { number, rows }: { readonly number: number; readonly rows: readonly KeyRow[] },
  writeEntry: (index: number) => void,
): void {
  buffer.reset()
  buffer.text(`${shardHeader(bits, number)}\n`)
  const needed = [...governing]
  for (const { hash, indices } of rows) {
    buffer.hex(hash)
    for (const [i, index] of indices.entries()) {
      buffer.text(i === 0 ? ' ' : ',')
      buffer.decimal(index)
      needed.push(index)
    }
    buffer.text('\n')
  }
  buffer.text('\n')
  let last: number | undefined
  for (const index of Float64Array.from(needed).sort()) {
    if (index !== last) writeEntry(index)
    last = index
  }
}

/** Makes SHA-256 of the skeleton that a shard must have, 32 bytes. */
export function skeletonWriter(
  scope: ShardScope,
  sha256: Sha256,
): (number: number, rows: readonly KeyRow[]) => Uint8Array {
  const buffer = growingBuffer()
  const writeEntry = (index: number): void => {
    buffer.decimal(index)
    buffer.text('\n')
  }
  return (number, rows) => {
    writeShard(buffer, scope, { number, rows }, writeEntry)
    return sha256(buffer.written())
  }
}

/**
 * Makes SHA-256 of the skeleton that a shard file has, or nothing when one of its paths or statements is not that of the
 * tree, or it has another form.
 *
 * @param tree - the whole log under a verified head. @param size - what the index covers.
 */
export function skeletonReader(
  tree: TreeHashes,
  size: number,
  sha256: Sha256,
): (file: Uint8Array) => Uint8Array | undefined {
  const firstPartial = size - (size % TILE_WIDTH)
  const skeleton = growingBuffer()
  // RFC 6962, 2.1: a zero stands before the bytes of a leaf.
  const leaf = new Uint8Array(1 + MAX_ENTRY_BYTES)

  /** Length of the path at that place; -1 when it is another one. */
  function pathLength(file: Uint8Array, index: number, at: number): number {
    if (index >= firstPartial) return file[at] === DASH ? 1 : -1
    return at + PATH_TEXT <= file.length && tree.isPath(index, file, at) ? PATH_TEXT : -1
  }

  function isEntry(file: Uint8Array, index: number, start: number, end: number): boolean {
    if (end - start > MAX_ENTRY_BYTES) return false
    leaf.set(file.subarray(start, end), 1)
    return tree.isLeaf(index, sha256(leaf.subarray(0, 1 + end - start)))
  }

  return (file) => {
    const head = endOfRows(file)
    skeleton.reset()
    skeleton.bytes(file, 0, head)
    let at = head
    while (at < file.length) {
      const digits = digitsAt(file, at)
      const index = numberAt(file, at, digits)
      if (digits === 0 || index >= size || file[at + digits] !== SPACE) return undefined
      const path = at + digits + 1
      const length = pathLength(file, index, path)
      const start = path + length + 1
      if (length < 0 || file[start - 1] !== SPACE) return undefined
      const end = file.indexOf(LINE_END, start)
      if (end < 0 || !isEntry(file, index, start, end)) return undefined
      skeleton.bytes(file, at, digits)
      skeleton.text('\n')
      at = end + 1
    }
    return sha256(skeleton.written())
  }
}

/** Behind the first empty line; the end of a file that has none, which no skeleton of ours equals. */
function endOfRows(file: Uint8Array): number {
  for (let end = file.indexOf(LINE_END); end >= 0; end = file.indexOf(LINE_END, end + 1))
    if (file[end + 1] === LINE_END) return end + 2
  return file.length
}

function digitsAt(file: Uint8Array, at: number): number {
  let digits = 0
  while (digits <= MAX_DIGITS && isDigit(file[at + digits])) digits++
  return digits > MAX_DIGITS ? 0 : digits
}

/** Leading zeros are not refused: they would stand in the skeleton. */
function numberAt(file: Uint8Array, at: number, digits: number): number {
  let value = 0
  for (let i = at; i < at + digits; i++) value = value * 10 + (file[i] ?? 0) - ZERO
  return value
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9
}
