import type { Blockstore, InputPair, Pair } from 'interface-blockstore'
import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import { AddressError } from './errors.ts'
import type { ReferenceStore } from './reference-store.ts'

interface Abortable {
  readonly signal?: AbortSignal
}

/**
 * The reference store as Helia and @helia/unixfs want one. Blocks that are put are kept as small blocks, unless a file
 * of the archive has them. Nothing is ever deleted through it: what is kept is the catalogue's decision, and a garbage
 * collection that knows only Helia's pins would take every bundle for garbage.
 */
export function heliaBlockstore(store: ReferenceStore): Blockstore {
  const never = new AbortController().signal
  async function put(cid: CID, value: InputPair['bytes']): Promise<CID> {
    const bytes = await gather(value)
    if (!store.has(cid)) store.putSmall(cid, bytes)
    return cid
  }
  async function* get(cid: CID, options?: Abortable): AsyncGenerator<Uint8Array, void, undefined> {
    const bytes = await store.readBlock(cid, { signal: options?.signal ?? never })
    if (bytes === undefined) throw new AddressError('BLOCK_MISSING', `${cidText(cid)} is not in this store`)
    yield bytes
  }
  return {
    ...{ put, get },
    has: (cid) => store.has(cid),
    async *putMany(source) {
      for await (const { cid, bytes } of source) yield await put(cid, bytes)
    },
    async *getMany(source, options) {
      for await (const cid of source) yield { cid, bytes: get(cid, options) } satisfies Pair
    },
    async *getAll(options) {
      for (const cid of store.allBlocks()) yield { cid, bytes: get(cid, options) } satisfies Pair
    },
    delete: () => undefined,
    async *deleteMany(source) {
      for await (const cid of source) yield cid
    },
  }
}

async function gather(value: InputPair['bytes']): Promise<Uint8Array> {
  if (value instanceof Uint8Array) return value
  const parts: Uint8Array[] = []
  for await (const part of value) parts.push(part)
  return Buffer.concat(parts)
}
