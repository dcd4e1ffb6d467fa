import { HoldfastError } from '../model/errors.ts'
import type { BlockSource } from '../read/block-source.ts'
import { ReadError } from '../read/errors.ts'
import type { Home } from './home.ts'

/** The own store as a source of verified blocks; what is damaged or gone here is asked of `others`. */
export function homeBlocks(home: Home, others: BlockSource | undefined): BlockSource {
  const fetch: BlockSource['fetch'] = async (cid, signal) => {
    let fault: unknown
    try {
      const block = await home.content.readBlock(cid, { signal })
      if (block !== undefined) return block
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      fault = error
    }
    if (others !== undefined) return others.fetch(cid, signal)
    throw new ReadError('SOURCES_EXHAUSTED', `block ${cid.toString()} cannot be read from the own files`, {
      hint: 'bring the files back and add them again, or name a mirror with --from',
      cause: fault,
    })
  }
  if (others?.fetchLeaves === undefined) return { fetch }
  return {
    fetch,
    async fetchLeaves(file, leaves, sink, signal) {
      const isHere = leaves.some(({ cid }) => home.content.has(cid))
      if (!isHere) return others.fetchLeaves?.(file, leaves, sink, signal)
      for (const leaf of leaves) await sink(leaf, await fetch(leaf.cid, signal))
    },
  }
}
