import type { Access } from '../intake/layout.ts'
import type { Home } from './home.ts'

/** Reason of every decision by `add --access`; a person's own reason marks one that was made for this bundle. */
export const WHEN_ADDED = 'decided when it was added'

export type Word = { readonly value: Access; readonly reason: string }

/** After a recovery nobody knows which bundles a person had held, so the source's word alone is not enough any more. */
export const HELD_AFTER_RECOVERY: Word = {
  value: 'hold',
  reason: 'decisions were lost with the old state: clear it again',
}

/**
 * What the source of a bundle says now, where it said something else before or lies beside other bytes.
 *
 * A person's `hold` stands whatever the source says. A person's clearance stands for the bytes that this person could see
 * (docs/decisions/0004): with other bytes the source's own word counts, as for a bundle that is new.
 */
export function followSource(
  home: Home,
  id: string,
  word: Word,
  at: string,
  { otherBytes = false }: { readonly otherBytes?: boolean } = {},
): void {
  const bundle = home.bundles.get(id)
  if (bundle === undefined) return
  const bySource = bundle.accessBy === 'source'
  const says = home.decisionsLost && otherBytes && word.value === 'public' ? HELD_AFTER_RECOVERY : word
  if (!bySource && !(otherBytes && bundle.access === 'public')) return
  if (bySource && bundle.access === says.value) return
  if (says.value === 'public' && home.decisionsLost) return
  home.decisions.setAccess(id, says.value, 'source', says.reason, at)
}

/** A second copy of the same bytes that says less takes the first one's word back; one that says more changes nothing. */
export function narrowToSource(home: Home, id: string, word: Word, at: string): void {
  if (word.value === 'hold') followSource(home, id, word, at)
}

/**
 * `add --access`: a person's word for everything that a run meets. It never overrules what somebody held by `hold`, since
 * that run may be a nightly one over the whole archive: only `clear` does. Repeating it records nothing.
 */
export function decideWhenAdded(
  home: Home,
  id: string,
  { access, by }: { readonly access: Access; readonly by: string },
  at: string,
): void {
  const bundle = home.bundles.get(id)
  if (bundle === undefined) return
  const byPerson = bundle.accessBy !== 'source'
  if (byPerson && bundle.access === access) return
  if (byPerson && bundle.access === 'hold' && bundle.accessReason !== WHEN_ADDED) return
  home.decisions.setAccess(id, access, by, WHEN_ADDED, at)
}
