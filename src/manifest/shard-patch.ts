import type { GrowingBuffer } from './growing-buffer.ts'
import { shardHeader } from './index-shard.ts'
import type { ShardScope } from './shard-skeleton.ts'
import type { KeyRow } from './state.ts'
import { TILE_WIDTH } from './tile-layout.ts'

const LINE_END = 0x0a
const SPACE = 0x20
const DASH = 0x2d
const ZERO = 0x30

/** A line of a shard file, its end included. */
interface Line {
  readonly start: number
  readonly end: number
}

/**
 * Writes a shard from the one before it: in a long log nearly all of it is the same. Rows never lose an entry and never go,
 * and the path of an entry in a full tile never changes, so what is not among the changed rows is copied as it stands.
 *
 * @param old - the shard of the index before, with the same number, bits and governing entries; its hash was checked.
 * @param rows - those of it that changed or are new, ascending.
 * @param writeEntry - writes the line of one entry.
 */
export function patchShard(
  buffer: GrowingBuffer,
  { size, bits }: ShardScope,
  { number, rows, old }: { readonly number: number; readonly rows: readonly KeyRow[]; readonly old: Uint8Array },
  writeEntry: (index: number) => void,
): void {
  const firstPartial = size - (size % TILE_WIDTH)
  buffer.reset()
  buffer.text(`${shardHeader(bits, number)}\n`)
  const entries = writeRows(buffer, old, rows)
  buffer.text('\n')
  const more = Float64Array.from(new Set(rows.flatMap(({ indices }) => indices))).sort()
  let next = 0
  for (let line = lineAt(old, entries); line !== undefined; line = lineAt(old, line.end)) {
    const index = indexAt(old, line.start)
    for (; next < more.length && (more[next] ?? 0) < index; next++) writeEntry(more[next] ?? 0)
    if (more[next] === index) next++
    // What had no path because its tile was not full may have one now.
    if (isPartial(old, line.start) && index < firstPartial) writeEntry(index)
    else buffer.bytes(old, line.start, line.end - line.start)
  }
  for (; next < more.length; next++) writeEntry(more[next] ?? 0)
}

/** Merges rows by their keys. @returns where the entries of the old shard begin. */
function writeRows(buffer: GrowingBuffer, old: Uint8Array, rows: readonly KeyRow[]): number {
  let next = 0
  let at = old.indexOf(LINE_END) + 1
  while (old[at] !== LINE_END && at < old.length) {
    const line = lineAt(old, at) ?? { start: at, end: old.length }
    let order = next < rows.length ? compareKey(old, at, rows[next]?.hash) : -1
    for (; order > 0; order = next < rows.length ? compareKey(old, at, rows[next]?.hash) : -1)
      writeRow(buffer, rows[next++])
    if (order === 0) writeRow(buffer, rows[next++])
    else buffer.bytes(old, line.start, line.end - line.start)
    at = line.end
  }
  while (next < rows.length) writeRow(buffer, rows[next++])
  return at + 1
}

function writeRow(buffer: GrowingBuffer, row: KeyRow | undefined): void {
  if (row === undefined) return
  buffer.hex(row.hash)
  for (const [i, index] of row.indices.entries()) {
    buffer.text(i === 0 ? ' ' : ',')
    buffer.decimal(index)
  }
  buffer.text('\n')
}

/** Compares the hex at that place with a hash: below 0 when the text comes first. */
function compareKey(text: Uint8Array, at: number, hash: Uint8Array = new Uint8Array(0)): number {
  for (let i = 0; i < hash.length; i++) {
    const byte = hexDigit(text[at + 2 * i]) * 16 + hexDigit(text[at + 2 * i + 1])
    const difference = byte - (hash[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Digits and lower-case letters, as this program writes them. */
function hexDigit(byte = 0): number {
  return byte < 0x60 ? byte - ZERO : byte - 0x57
}

function lineAt(bytes: Uint8Array, start: number): Line | undefined {
  if (start >= bytes.length) return undefined
  const end = bytes.indexOf(LINE_END, start)
  return end < 0 ? undefined : { start, end: end + 1 }
}

function indexAt(bytes: Uint8Array, start: number): number {
  let value = 0
  for (let at = start; bytes[at] !== SPACE; at++) value = value * 10 + (bytes[at] ?? 0) - ZERO
  return value
}

function isPartial(bytes: Uint8Array, start: number): boolean {
  return bytes[bytes.indexOf(SPACE, start) + 1] === DASH
}
