import { createWriter, headerLength } from '@ipld/car/buffer-writer'
import { varint } from 'multiformats'
import type { CID } from 'multiformats/cid'
import type { DagLimits } from './limits.ts'
import type { SentBlocks } from './sent-blocks.ts'
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
  /** Called as the CAR begins, when it may hold no block twice; without it a block is sent as often as it is linked. */
  readonly remember?: (() => SentBlocks) | undefined
}

/** Blocks below this are joined with the head of their section: one larger write instead of two. */
const JOIN_BELOW = 16 * 1024

/** A CARv1, section by section. Throws, mid-way, what `read` and the walk throw. */
export async function* carBytes(
  read: ReadServed,
  { trail, start, scope, range, remember }: CarContents,
  limits: DagLimits,
): AsyncGenerator<Uint8Array> {
  using sent = remember?.()
  // A CID that holds its own bytes is not sent, and may be as long as a block: it is not remembered either.
  const isSent = (cid: CID): boolean => sent !== undefined && !isIdentity(cid) && !sent.isNew(cid)
  const roots = [start]
  yield createWriter(new ArrayBuffer(headerLength({ roots })), { roots }).close()
  for (const cid of trail) if (!isSent(cid)) yield* section(cid, await read(cid))
  // The same node may stand at two places of a file, of which the range touches one in other parts than the other.
  const passOver = range === undefined ? isSent : undefined
  for await (const { cid, block } of walkDag(read, start, { scope, range, limits, passOver }))
    if (passOver !== undefined || !isSent(cid)) yield* section(cid, block)
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
