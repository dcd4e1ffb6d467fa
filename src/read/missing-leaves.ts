import { hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { type Leaf, MAX_LEAF_BYTES } from './file-layout.ts'

/**
 * Leaves that a file does not have yet, in runs of neighbours; each that is there is hashed.
 *
 * @param most - leaves of a run.
 * @param onBytes - told what is there.
 */
export async function* missingRuns(
  file: FileHandle,
  leaves: AsyncIterable<Leaf>,
  most: number,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<readonly Leaf[]> {
  let run: Leaf[] = []
  for await (const { leaf, found } of readAhead(file, leaves)) {
    const isThere = isLeaf(leaf, found)
    if (isThere) onBytes?.(leaf.bytes)
    else run.push(leaf)
    if (run.length === 0 || (!isThere && run.length < most)) continue
    yield run
    run = []
  }
  if (run.length > 0) yield run
}

/** What stands in the place of each leaf; one is read while the one before it is looked at. */
async function* readAhead(
  file: FileHandle,
  leaves: AsyncIterable<Leaf>,
): AsyncGenerator<{ readonly leaf: Leaf; readonly found: Buffer }> {
  const buffers = [Buffer.allocUnsafeSlow(MAX_LEAF_BYTES), Buffer.allocUnsafeSlow(MAX_LEAF_BYTES)]
  const read = async (leaf: Leaf, which: number): Promise<{ readonly leaf: Leaf; readonly found: Buffer }> => {
    const buffer = buffers[which] ?? Buffer.alloc(0)
    const { bytesRead } = await file.read(buffer, 0, leaf.bytes, leaf.offset)
    return { leaf, found: buffer.subarray(0, bytesRead) }
  }
  let which = 0
  let before: ReturnType<typeof read> | undefined
  for await (const leaf of leaves) {
    const next = read(leaf, which)
    // Whoever stops in between never looks at it.
    next.catch(() => undefined)
    which = 1 - which
    if (before !== undefined) yield await before
    before = next
  }
  if (before !== undefined) yield await before
}

function isLeaf({ cid, bytes }: Leaf, found: Buffer): boolean {
  if (found.length !== bytes) return false
  // Most of a fresh part file is a hole: do not hash zeros that cannot match.
  if (bytes >= 16 && found.readBigUInt64LE(0) === 0n && isZero(found)) return false
  return hash('sha256', found, 'buffer').equals(cid.multihash.digest)
}

const zeros = Buffer.alloc(MAX_LEAF_BYTES)

function isZero(buffer: Buffer): boolean {
  return buffer.equals(zeros.subarray(0, buffer.length))
}
