import { existsSync } from 'node:fs'
import type { HeldBundles } from '../replicate/embedded.ts'
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
  }
}

/** Good if any of its places still has the file as it was when it was hashed. */
async function stateOf(home: Home, content: number): Promise<'ok' | 'changing' | 'damaged' | 'missing'> {
  if ((await soundPlace(home, content)) !== undefined) return 'ok'
  const places = home.content.locationsOf(content)
  if (places.some(({ path, state }) => state !== 'damaged' && existsSync(path))) return 'changing'
  return places.some(({ state }) => state === 'damaged') ? 'damaged' : 'missing'
}
