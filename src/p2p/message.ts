import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { CID } from 'multiformats/cid'

/** One line of a peer's want-list. */
export interface Want {
  readonly cid: CID
  readonly cancel: boolean
  /** The peer asks whether we have it, not for the block. */
  readonly haveOnly: boolean
  /** The peer wants to be told when we do not have it. */
  readonly sendDontHave: boolean
}

export type Answer =
  | { readonly kind: 'block'; readonly cid: CID; readonly bytes: Uint8Array }
  | { readonly kind: 'have' | 'dont-have'; readonly cid: CID }

/** Field numbers. Source: github.com/ipfs/specs, bitswap protocol 1.2.0, `message.proto`. */
export const WANTLIST = 1
export const ENTRY = 1
export const PAYLOAD = 3
export const PRESENCE = 4
export const LENGTH_DELIMITED = 2

/**
 * The wants of one message, one at a time; everything else in it (blocks that nobody asked for) is passed over.
 *
 * @throws {Error} while it is read, at the first byte that is no Bitswap message.
 */
export function* readWants(message: Uint8Array): Generator<Want, void, undefined> {
  for (const wantList of fieldsOf(message, WANTLIST))
    for (const entry of fieldsOf(wantList, ENTRY)) yield readWant(entry)
}

/** Each value of a field that holds bytes, as a view. */
export function* fieldsOf(bytes: Uint8Array, wanted: number): Generator<Uint8Array, void, undefined> {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === wanted && wireType === LENGTH_DELIMITED) yield reader.bytes()
    else reader.skip(wireType, field)
  }
}

function readWant(entry: Uint8Array): Want {
  const reader = new BinaryReader(entry)
  let block: Uint8Array = new Uint8Array()
  const flags = { cancel: false, haveOnly: false, sendDontHave: false }
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 1 && wireType === LENGTH_DELIMITED) block = reader.bytes()
    else if (field === 3 && wireType === 0) flags.cancel = reader.bool()
    else if (field === 4 && wireType === 0) flags.haveOnly = reader.int32() === 1
    else if (field === 5 && wireType === 0) flags.sendDontHave = reader.bool()
    else reader.skip(wireType, field)
  }
  // A copy, because a view would keep the whole message while the want waits.
  return { cid: CID.decode(block.slice()), ...flags }
}

/** A message with its length before it, in parts that are sent one after the other; the blocks are not copied. */
export function encodeAnswers(answers: readonly Answer[]): Uint8Array[] {
  const parts = answers.flatMap(partsOf)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return [new BinaryWriter().uint32(length).finish(), ...parts]
}

function partsOf(answer: Answer): Uint8Array[] {
  const { cid } = answer
  if (answer.kind !== 'block') {
    const presence = new BinaryWriter().tag(1, LENGTH_DELIMITED).bytes(cid.bytes)
    if (answer.kind === 'dont-have') presence.tag(2, 0).int32(1)
    return [new BinaryWriter().tag(PRESENCE, LENGTH_DELIMITED).bytes(presence.finish()).finish()]
  }
  const { code, digest } = cid.multihash
  const prefix = new BinaryWriter().uint32(cid.version).uint32(cid.code).uint32(code).uint32(digest.length).finish()
  const head = new BinaryWriter()
    .tag(1, LENGTH_DELIMITED)
    .bytes(prefix)
    .tag(2, LENGTH_DELIMITED)
    .uint32(answer.bytes.length)
  const start = head.finish()
  const length = start.length + answer.bytes.length
  return [new BinaryWriter().tag(PAYLOAD, LENGTH_DELIMITED).uint32(length).finish(), start, answer.bytes]
}
