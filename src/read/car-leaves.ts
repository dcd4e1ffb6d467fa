import { hash } from 'node:crypto'
import type { LeafSink } from './block-source.ts'
import { type ByteInput, byteInput } from './byte-input.ts'
import { ReadError } from './errors.ts'
import { type Leaf, MAX_LEAF_BYTES } from './file-layout.ts'

/** A CIDv1 of the profile: version, codec, kind and length of the hash, one byte each, and 32 bytes of SHA-256. */
const CID_BYTES = 36
/** One root or some; more would be no answer to a question for a part of one file. */
const MAX_HEADER_BYTES = 4_096
/** Bytes of a length: four of seven bits are far above the largest block. Source: unsigned-varint in multiformats. */
const MAX_VARINT_BYTES = 4

/**
 * Takes leaves that are known beforehand out of a CARv1 whose blocks are in the order of the file. Between them stand
 * inner nodes, which are passed over; each leaf is hashed before it is given on. Memory: two leaves.
 *
 * @param host - who sent it, for the message.
 * @throws {ReadError} `BLOCK_WRONG`: not what was asked for; `SOURCE_UNREACHABLE`: it ended early. What `body` and `sink`
 *   throw passes through.
 */
export async function takeLeaves(
  host: string,
  body: AsyncIterable<Uint8Array>,
  leaves: readonly Leaf[],
  sink: LeafSink,
): Promise<void> {
  const input = byteInput(body)
  const cid = new Uint8Array(CID_BYTES)
  await passHeader(input, host)
  // One is written while the next one comes.
  const buffers = [new Uint8Array(0), new Uint8Array(0)]
  let written: Promise<void> = Promise.resolve()
  try {
    for (const [n, leaf] of leaves.entries()) {
      const bytes = await toLeaf(input, leaf, cid, host)
      const buffer = bufferOf(buffers, n % 2, leaf.bytes)
      if (bytes !== leaf.bytes) throw wrong(host)
      if (!(await input.fill(buffer))) throw ended(host)
      if (!hash('sha256', buffer, 'buffer').equals(leaf.cid.multihash.digest)) throw wrong(host)
      await written
      written = sink(leaf, buffer)
      // Looked at when the next one is here; until then it must not count as unhandled.
      written.catch(() => undefined)
    }
    // To the end, so that the connection can be used again.
    await input.skip(1)
  } finally {
    await written
  }
}

function bufferOf(buffers: Uint8Array[], which: number, bytes: number): Uint8Array {
  const before = buffers[which]
  if (before !== undefined && before.length >= bytes) return before.subarray(0, bytes)
  const made = Buffer.allocUnsafeSlow(bytes)
  buffers[which] = made
  return made
}

async function passHeader(input: ByteInput, host: string): Promise<void> {
  const length = await varint(input, host)
  if (length === 0 || length > MAX_HEADER_BYTES) throw wrong(host)
  if (!(await input.skip(length))) throw ended(host)
}

/** Goes on to the section of a leaf. @returns the length of its block, which comes next. */
async function toLeaf(input: ByteInput, leaf: Leaf, cid: Uint8Array, host: string): Promise<number> {
  for (;;) {
    const length = (await varint(input, host)) - CID_BYTES
    if (length < 0 || length > MAX_LEAF_BYTES) throw wrong(host)
    if (!(await input.fill(cid))) throw ended(host)
    if (Buffer.compare(cid, leaf.cid.bytes) === 0) return length
    if (!(await input.skip(length))) throw ended(host)
  }
}

async function varint(input: ByteInput, host: string): Promise<number> {
  const byte = new Uint8Array(1)
  let value = 0
  for (let n = 0; n < MAX_VARINT_BYTES; n++) {
    if (!(await input.fill(byte))) throw ended(host)
    const [seven = 0] = byte
    value += (seven & 0x7f) * 128 ** n
    if (seven < 0x80) return value
  }
  throw wrong(host)
}

function wrong(host: string): ReadError {
  return new ReadError('BLOCK_WRONG', `${host} gave other bytes than those of the file that was asked for`, {
    hint: 'this source is broken or lies; its bytes were thrown away',
  })
}

function ended(host: string): ReadError {
  return new ReadError('SOURCE_UNREACHABLE', `${host} ended its answer early`, {
    hint: 'it has troubles of its own: try it again later',
  })
}
