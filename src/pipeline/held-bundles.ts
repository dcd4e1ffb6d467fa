import { lstat } from 'node:fs/promises'
import type { HeldBundles } from '../replicate/embedded.ts'
import type { Home } from './home.ts'

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
  let worst: 'changing' | 'damaged' | 'missing' = 'missing'
  for (const { path, state } of home.content.locationsOf(content)) {
    if (state === 'damaged') {
      worst = 'damaged'
      continue
    }
    const stat = await lstat(path, { bigint: true }).catch(() => undefined)
    if (stat === undefined) continue
    if (home.content.knownContent(path, stat) === content) return 'ok'
    worst = 'changing'
  }
  return worst
}
