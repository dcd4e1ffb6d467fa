import type { CID } from 'multiformats/cid'
import type { PinEngine } from './engine.ts'
import { ReplicateError } from './errors.ts'

/** What the embedded engine has to know of the catalogue and the reference store. */
export interface HeldBundles {
  /** Files of a root: where each lies, and whether it is still as it was when it was hashed; none for an unknown root. */
  filesOf(
    root: string,
  ): readonly { readonly path: string; check(): Promise<'ok' | 'changing' | 'damaged' | 'missing'> }[]
  /** Reads a block from the files where they lie. Nothing when it cannot be had. @throws `ENGINE_BYTES_DIFFER`. */
  readBlock(cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined>
}

export const EMBEDDED = 'embedded'

/**
 * The engine that needs no daemon: the bundle is pinned by its row in the catalogue, its leaves are the files where they
 * lie. Keeping it means that every file is there, unchanged since it was hashed; bytes are verified on every read.
 */
export function embeddedEngine(held: HeldBundles): PinEngine {
  return {
    name: EMBEDDED,
    prepare: async () => undefined,
    async pin({ id, root }, { signal }) {
      for (const file of held.filesOf(root)) {
        signal.throwIfAborted()
        const state = await file.check()
        if (state !== 'ok') {
          throw new ReplicateError('BUNDLE_INCOMPLETE', `${file.path} of bundle ${id} is ${state}`, {
            hint: 'bring the file back and add its folder again; nothing of this bundle was published',
          })
        }
      }
      return 'pinned'
    },
    async status(root, signal) {
      const files = held.filesOf(root)
      for (const file of files) {
        signal.throwIfAborted()
        if ((await file.check()) !== 'ok') return 'absent'
      }
      return files.length === 0 ? 'absent' : 'pinned'
    },
    // Withdrawing is the catalogue's; the files are the user's and stay where they are.
    remove: async () => undefined,
    readBlock: (_root, cid, signal) => held.readBlock(cid, signal),
  }
}
