import { existsSync } from 'node:fs'
import type { CID } from 'multiformats/cid'
import { AddressError } from '../address/errors.ts'
import type { HeldBundles } from '../replicate/embedded.ts'
import { ReplicateError } from '../replicate/errors.ts'
import type { Home } from './home.ts'
import { soundPlace } from './sound-place.ts'

/** The catalogue and the reference store, as the embedded engine asks them. */
export function heldBundles(home: Home): HeldBundles {
  return {
    filesOf: (root) =>
      home.bundles.files(root).map(({ path, content }) => ({
        path: home.content.locationsOf(content)[0]?.path ?? path,
        check: () => stateOf(home, content),
      })),
    readBlock: (cid, signal) => readHere(home, cid, signal),
  }
}

/** Damage is the place's own; a file that is away, or is being written to, is only not there now. */
async function readHere(home: Home, cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return await home.content.readBlock(cid, { signal })
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    if (error.code !== 'BLOCK_DAMAGED') return undefined
    throw new ReplicateError('ENGINE_BYTES_DIFFER', error.message, { cause: error })
  }
}

/** Good if any of its places still has the file as it was when it was hashed. */
async function stateOf(home: Home, content: number): Promise<'ok' | 'changing' | 'damaged' | 'missing'> {
  if ((await soundPlace(home, content)) !== undefined) return 'ok'
  const places = home.content.locationsOf(content)
  if (places.some(({ path, state }) => state !== 'damaged' && existsSync(path))) return 'changing'
  return places.some(({ state }) => state === 'damaged') ? 'damaged' : 'missing'
}
