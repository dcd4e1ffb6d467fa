import { createHash } from 'node:crypto'
import { importer } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { HoldfastError } from '../../src/model/errors.ts'
import type { ServedContent, Standing } from '../../src/view/ports.ts'

/** A failure of a block as a reference store would raise it; its message holds a path, which must never be answered. */
export class FakeBlockError extends HoldfastError<'BLOCK_DAMAGED' | 'BLOCK_MISSING' | 'FILE_CHANGING'> {
  override name = 'FakeBlockError' as const
}

export interface FakeImport {
  readonly root: CID
  /** Every CID under the root, the root too. */
  readonly all: readonly CID[]
  /** The CID of one of the imported files. */
  file(name: string): CID
}

/** Published content in memory that can be told to withdraw, break, or wait. */
export class FakeServedContent implements ServedContent {
  readonly blocks: Map<string, Uint8Array> = new Map()
  /** CIDs in the order in which they were read. */
  readonly reads: string[] = []
  readonly mediaTypes: Map<string, string> = new Map()
  /** Called before each block; may wait. */
  beforeRead: (cid: CID, signal: AbortSignal) => Promise<void> = async () => undefined
  private readonly standings = new Map<string, Standing>()
  private readonly faults = new Map<string, 'BLOCK_DAMAGED' | 'BLOCK_MISSING' | 'FILE_CHANGING'>()

  standing(cid: CID): Standing {
    return this.standings.get(`${cid}`) ?? (this.blocks.has(`${cid}`) ? 'served' : 'unknown')
  }

  async readBlock(cid: CID, { signal }: { readonly signal: AbortSignal }): Promise<Uint8Array> {
    this.reads.push(`${cid}`)
    await this.beforeRead(cid, signal)
    signal.throwIfAborted()
    const fault = this.faults.get(`${cid}`)
    const block = this.blocks.get(`${cid}`)
    if (fault !== undefined || block === undefined) {
      throw new FakeBlockError(fault ?? 'BLOCK_MISSING', '/home/secret/archive/video.mp4 is not what it was', {
        hint: 'look at the disk',
      })
    }
    const digest = createHash('sha256').update(block).digest()
    if (!digest.equals(cid.multihash.digest))
      throw new FakeBlockError('BLOCK_DAMAGED', '/home/secret/archive/video.mp4')
    return block
  }

  mediaType(root: CID, path: string): string | undefined {
    return this.mediaTypes.get(path === '' ? `${root}` : path)
  }

  setStanding(standing: Standing, cids: readonly CID[]): void {
    for (const cid of cids) this.standings.set(`${cid}`, standing)
  }

  breakBlock(cid: CID, code: 'BLOCK_DAMAGED' | 'BLOCK_MISSING' | 'FILE_CHANGING'): void {
    this.faults.set(`${cid}`, code)
  }

  put(cid: CID, block: Uint8Array): void {
    this.blocks.set(`${cid}`, block)
  }

  /** Imports a directory (`name → bytes`) with the profile that the project uses; `shardAbove` forces a sharded one. */
  async addDirectory(
    files: Readonly<Record<string, Uint8Array>>,
    { shardAbove }: { readonly shardAbove?: number } = {},
  ): Promise<FakeImport> {
    const source = Object.entries(files).map(([path, content]) => ({ path, content }))
    const options = {
      profile: 'unixfs-v1-2025' as const,
      wrapWithDirectory: true,
      ...(shardAbove === undefined ? {} : { shardSplitThresholdBytes: shardAbove }),
    }
    const before = new Set(this.blocks.keys())
    const all: CID[] = []
    const store = {
      put: async (cid: CID, bytes: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> => {
        if (!(bytes instanceof Uint8Array)) throw new TypeError('the importer hands over whole blocks')
        if (!before.has(`${cid}`)) this.blocks.set(`${cid}`, bytes)
        all.push(cid)
        return cid
      },
    }
    let root: CID | undefined
    const named = new Map<string, CID>()
    for await (const entry of importer(source, store, options)) {
      root = entry.cid
      named.set(entry.path ?? '', entry.cid)
    }
    if (root === undefined) throw new Error('nothing was imported')
    const file = (name: string): CID => {
      const cid = named.get(name)
      if (cid === undefined) throw new Error(`${name} was not imported`)
      return cid
    }
    return { root, all, file }
  }
}

/** Bytes that do not repeat, so that no two chunks are the same block. */
export function distinctBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  const words = new Uint32Array(bytes.buffer, 0, length >> 2)
  let state = seed
  for (let i = 0; i < words.length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    words[i] = state
  }
  return bytes
}
