import { NASTY_BYTES, NASTY_INTEGERS, NASTY_TEXTS } from './nasties.ts'
import type { Random } from './random.ts'
import { bytesOfText } from './text.ts'

/** What one input is made from. */
export interface Stock {
  /** Inputs to begin with and to splice with. */
  readonly seeds: readonly Uint8Array[]
  /** Words of the format. */
  readonly words: readonly Uint8Array[]
  /** No input is longer. */
  readonly maxBytes: number
}

type Mutation = (bytes: Buffer, random: Random, stock: Stock) => Buffer

/** Inputs stay this short unless a rare repetition makes them long: most faults need few bytes, and short inputs are fast. */
const USUAL_BYTES = 8 * 1024
const LONG_ONCE_IN = 1_000
const NASTY: readonly Uint8Array[] = NASTY_TEXTS.map(bytesOfText)
const EMPTY: Buffer = Buffer.alloc(0)

/** One input: a seed as it is, now and then, else with one to eight changes; few changes get furthest into a strict parser. */
export function mutated(random: Random, stock: Stock): Uint8Array {
  let bytes: Buffer = Buffer.from(anyOf(random, stock.seeds))
  if (random.oneIn(8)) return bytes
  const changes = random.oneIn(3) ? 1 + random.below(8) : 1
  for (let change = 0; change < changes; change += 1) bytes = random.pick(MUTATIONS)(bytes, random, stock)
  if (random.oneIn(LONG_ONCE_IN)) bytes = repeated(bytes, random, stock.maxBytes)
  return bytes.subarray(0, stock.maxBytes)
}

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (bytes, random) => withByte(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  (bytes, random) => withByte(bytes, random, () => random.pick(NASTY_BYTES)),
  (bytes, random) => withByte(bytes, random, (byte) => byte + (random.oneIn(2) ? 1 : 255)),
  (bytes, random) =>
    inserted(bytes, random, Buffer.from(Array.from({ length: 1 + random.below(4) }, () => random.below(256)))),
  (bytes, random) => replaced(bytes, someSlice(bytes, random), EMPTY),
  (bytes, random) => inserted(bytes, random, sliceOf(bytes, someSlice(bytes, random))),
  (bytes, random) => repeated(bytes, random, Math.min(USUAL_BYTES, 64 + bytes.length * 4)),
  (bytes, random, { seeds }) => spliced(bytes, random, anyOf(random, seeds)),
  (bytes, random, { seeds }) =>
    inserted(bytes, random, sliceOf(anyOf(random, seeds), someSlice(anyOf(random, seeds), random))),
  (bytes, random) => inserted(bytes, random, anyOf(random, NASTY)),
  (bytes, random) => replaced(bytes, someSlice(bytes, random), anyOf(random, NASTY)),
  (bytes, random, { words }) => inserted(bytes, random, anyOf(random, words)),
  (bytes, random, { words }) => replaced(bytes, someSlice(bytes, random), anyOf(random, words)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  otherNumber,
  otherInteger,
  otherLines,
  (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  nested,
]

interface Slice {
  readonly start: number
  readonly end: number
}

function anyOf(random: Random, items: readonly Uint8Array[]): Uint8Array {
  return items[random.below(items.length)] ?? EMPTY
}

/** Short ones are likeliest. */
function someSlice(bytes: Uint8Array, random: Random): Slice {
  const start = random.below(bytes.length + 1)
  const longest = random.oneIn(2) ? 8 : bytes.length
  return { start, end: Math.min(bytes.length, start + 1 + random.below(longest)) }
}

function sliceOf(bytes: Uint8Array, { start, end }: Slice): Uint8Array {
  return bytes.subarray(start, Math.max(start, end))
}

function replaced(bytes: Uint8Array, { start, end }: Slice, by: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(end)])
}

function inserted(bytes: Uint8Array, random: Random, what: Uint8Array): Buffer {
  const at = random.below(bytes.length + 1)
  return replaced(bytes, { start: at, end: at }, what)
}

function withByte(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(bytes)
  const at = random.below(bytes.length)
  if (at < changed.length) changed[at] = change(changed[at] ?? 0) & 0xff
  return changed
}

/** The same slice many times over: what is quadratic in some repetition shows itself. */
function repeated(bytes: Buffer, random: Random, maxBytes: number): Buffer {
  const slice = someSlice(bytes, random)
  const part = sliceOf(bytes, slice)
  const room = maxBytes - bytes.length
  if (part.length === 0 || room < part.length) return bytes
  return replaced(bytes, { start: slice.end, end: slice.end }, Buffer.alloc(room - (room % part.length), part))
}

function spliced(bytes: Buffer, random: Random, other: Uint8Array): Buffer {
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ])
}

/** Another decimal in the place of one. */
function otherNumber(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString('latin1')
  const numbers = [...text.matchAll(/-?\d+/g)]
  const one = numbers[random.below(numbers.length)]
  if (one === undefined) return bytes
  return replaced(
    bytes,
    { start: one.index, end: one.index + one[0].length },
    Buffer.from(`${random.pick(NASTY_INTEGERS)}`),
  )
}

/** Another binary integer: one to eight bytes of either order, or a varint. */
function otherInteger(bytes: Buffer, random: Random): Buffer {
  const value = random.pick(NASTY_INTEGERS)
  const start = random.below(bytes.length + 1)
  if (random.oneIn(3)) return replaced(bytes, { start, end: start + 1 }, varint(value))
  const wide = Buffer.alloc(8)
  if (random.oneIn(2)) wide.writeBigUInt64BE(value)
  else wide.writeBigUInt64LE(value)
  const width = 1 << random.below(4)
  return replaced(
    bytes,
    { start, end: start + width },
    random.oneIn(2) ? wide.subarray(8 - width) : wide.subarray(0, width),
  )
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)])
    bytes.push(Number(rest & 127n) | 128)
  }
}

/** One line left out, twice, or in the place of another. */
function otherLines(bytes: Buffer, random: Random): Buffer {
  const lines = bytes.toString('latin1').split('\n')
  const [from, to] = [random.below(lines.length), random.below(lines.length)]
  const line = lines[from] ?? ''
  if (random.oneIn(3)) lines.splice(from, 1)
  else if (random.oneIn(2)) lines.splice(to, 0, line)
  else lines.splice(to, 1, line)
  return Buffer.from(lines.join('\n'), 'latin1')
}

const BRACKETS: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['[', ']'],
  ['{"a":', '}'],
  ['(', ')'],
]

function nested(bytes: Buffer, random: Random): Buffer {
  const slice = someSlice(bytes, random)
  const [open, close] = random.pick(BRACKETS)
  const depth = 1 + random.below(random.oneIn(50) ? 5_000 : 80)
  const inner = sliceOf(bytes, slice)
  return replaced(
    bytes,
    slice,
    Buffer.concat([Buffer.from(open.repeat(depth)), inner, Buffer.from(close.repeat(depth))]),
  )
}
