import { createWriter, headerLength } from '@ipld/car/buffer-writer'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import type { DagLimits } from './limits.ts'
import { isIdentity, type ReadServed } from './served-blocks.ts'
import { type ByteRange, type DagScope, walkDag } from './walk.ts'

/** What goes into a CAR. */
export interface CarContents {
  /** Blocks that prove the way down from the requested root, each sent before what it leads to. */
  readonly trail: readonly CID[]
  /** Where the walk begins, and the CAR's only root: importing it elsewhere then pins what was asked for. */
  readonly start: CID
  readonly scope: DagScope
  readonly range?: ByteRange | undefined
}

/** Blocks below this are joined with the head of their section: one larger write instead of two. */
const JOIN_BELOW = 16 * 1024

/** A CARv1, section by section. Throws, mid-way, what `read` and the walk throw. */
export async function* carBytes(
  read: ReadServed,
  { trail, start, scope, range }: CarContents,
  limits: DagLimits,
): AsyncGenerator<Uint8Array> {
  const roots = [start]
  yield createWriter(new ArrayBuffer(headerLength({ roots })), { roots }).close()
  for (const cid of trail) yield* section(cid, await read(cid))
  for await (const { cid, block } of walkDag(read, start, { scope, range, limits })) yield* section(cid, block)
}

function* section(cid: CID, block: Uint8Array): Generator<Uint8Array> {
  // Source: trustless-gateway, `dups`: identity CIDs must not be in a CAR, whatever links to them.
  if (isIdentity(cid)) return
  const length = cid.bytes.length + block.length
  const lengthBytes = varint.encodingLength(length)
  const joined = block.length < JOIN_BELOW
  const head = new Uint8Array(lengthBytes + cid.bytes.length + (joined ? block.length : 0))
  varint.encodeTo(length, head, 0)
  head.set(cid.bytes, lengthBytes)
  if (joined) head.set(block, lengthBytes + cid.bytes.length)
  yield head
  if (!joined) yield block
}
