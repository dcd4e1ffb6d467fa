import type { PinEngine } from './engine.ts'
import { ReplicateError } from './errors.ts'

/** What the embedded engine has to know of the catalogue and the reference store. */
export interface HeldBundles {
  /** Files of a root: where each lies, and whether it is still as it was when it was hashed. */
  filesOf(
    root: string,
  ): readonly { readonly path: string; check(): Promise<'ok' | 'changing' | 'damaged' | 'missing'> }[]
}

/**
 * The engine that needs no daemon: the bundle is pinned by its row in the catalogue, its leaves are the files where they
 * lie. Keeping it means that every file is there, unchanged since it was hashed; bytes are verified on every read.
 */
export function embeddedEngine(held: HeldBundles): PinEngine {
  return {
    name: 'embedded',
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
    },
  }
}
