import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { CID } from 'multiformats/cid'
import { ENTRY, fieldsOf, LENGTH_DELIMITED, PAYLOAD, PRESENCE, WANTLIST } from './message.ts'

/** One line of a want-list of ours. */
export interface Asked {
  readonly cid: CID
  readonly cancel: boolean
}

/** What a peer said in a message. Of a block the bytes alone: its CID is computed from them and never believed. */
export type Told =
  | { readonly kind: 'block'; readonly bytes: Uint8Array }
  | { readonly kind: 'have' | 'dont-have'; readonly cid: CID }

/** A want-list with its length before it: blocks, not whether they are had, and a word when they are not. */
export function encodeAsked(asked: readonly Asked[]): Uint8Array {
  const list = new BinaryWriter()
  for (const { cid, cancel } of asked) {
    const entry = new BinaryWriter().tag(1, LENGTH_DELIMITED).bytes(cid.bytes).tag(2, 0).int32(1)
    if (cancel) entry.tag(3, 0).bool(true)
    else entry.tag(5, 0).bool(true)
    list.tag(ENTRY, LENGTH_DELIMITED).bytes(entry.finish())
  }
  const message = new BinaryWriter().tag(WANTLIST, LENGTH_DELIMITED).bytes(list.finish()).finish()
  return new BinaryWriter().bytes(message).finish()
}

/**
 * Blocks and presences of one message, one at a time; a want-list of the peer's is passed over. Bytes are views of `message`.
 *
 * @throws {Error} while it is read, at the first byte that is no Bitswap message.
 */
export function* readTold(message: Uint8Array): Generator<Told, void, undefined> {
  for (const payload of fieldsOf(message, PAYLOAD)) yield readBlock(payload)
  for (const presence of fieldsOf(message, PRESENCE)) yield readPresence(presence)
}

function readBlock(payload: Uint8Array): Told {
  const reader = new BinaryReader(payload)
  let bytes: Uint8Array = new Uint8Array()
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 2 && wireType === LENGTH_DELIMITED) bytes = reader.bytes()
    else reader.skip(wireType, field)
  }
  return { kind: 'block', bytes }
}

function readPresence(presence: Uint8Array): Told {
  const reader = new BinaryReader(presence)
  let cid: Uint8Array = new Uint8Array()
  let kind = 0
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 1 && wireType === LENGTH_DELIMITED) cid = reader.bytes()
    else if (field === 2 && wireType === 0) kind = reader.int32()
    else reader.skip(wireType, field)
  }
  return { kind: kind === 0 ? 'have' : 'dont-have', cid: CID.decode(cid) }
}
