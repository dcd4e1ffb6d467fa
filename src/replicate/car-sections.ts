import { createWriter, headerLength } from '@ipld/car/buffer-writer'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import type { PinBlock } from './engine.ts'

/** The header of a CARv1 with one root. @see https://ipld.io/specs/transport/car/carv1/ */
export function carHeader(root: CID): Uint8Array {
  const roots = [root]
  return createWriter(new ArrayBuffer(headerLength({ roots })), { roots }).close()
}

/** What stands before the bytes of a block: the length of what follows, and the CID. */
export function sectionHead({ cid, bytes }: PinBlock): Uint8Array {
  const length = cid.bytes.length + bytes.length
  const head = new Uint8Array(varint.encodingLength(length) + cid.bytes.length)
  head.set(cid.bytes, varint.encodeTo(length, head).length - cid.bytes.length)
  return head
}

/** A CARv1 of these blocks; a block is read when the one before it was taken. */
export async function* carOf(root: CID, blocks: AsyncIterable<PinBlock>): AsyncGenerator<Uint8Array, void, void> {
  yield carHeader(root)
  for await (const block of blocks) {
    yield sectionHead(block)
    yield block.bytes
  }
}
