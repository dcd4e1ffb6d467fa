import type { HomePaths } from '../../store/home.ts'
import { heldUpTo } from './held-up-to.ts'
import { keptHoldings } from './kept-holdings.ts'
import { isLateEnough } from './late-enough.ts'

/** What a holder has signed that it has of the own log: a claim, until an audit has read it there. */
export interface HolderClaim {
  /** `all`: it cosigned a head. `part`: by its note of holdings. */
  readonly kind: 'all' | 'part'
  /** RFC 3339, by the holder's clock. */
  readonly signedAt: string
  /** @param version - its root, and the index of its statement. */
  covers(version: { readonly root: string; readonly index: number }): boolean
}

/**
 * The newest that a holder has signed, of what was brought here and what an audit fetched; asks nobody. A mirror that was given a
 * budget signs notes from then on, and its older cosignature counts no longer, and the other way round.
 *
 * @param name - of its engine.
 * @param holder - its verifier key.
 * @throws {ManifestError} `VKEY_MALFORMED`. @throws {StoreError} for a directory that cannot be read.
 */
export async function holderClaim(
  paths: Pick<HomePaths, 'manifest' | 'holders'>,
  name: string,
  holder: string,
  now: string = new Date().toISOString(),
): Promise<HolderClaim | undefined> {
  const head = await heldUpTo(paths, holder, now)
  const held = await keptHoldings(paths, name, holder)
  const note = held !== undefined && isLateEnough(held.note.signedAt, now) ? held : undefined
  if (note !== undefined && (head === undefined || head.signedAt < note.note.signedAt))
    return { kind: 'part', signedAt: note.note.signedAt, covers: ({ root }) => note.roots.has(root) }
  return head && { kind: 'all', signedAt: head.signedAt, covers: ({ index }) => index < head.size }
}
