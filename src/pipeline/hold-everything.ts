import type { Home } from './home.ts'

const REASON = 'recovered from an older state: decisions made since are not known, clear it again'

/**
 * Takes clearance back from every bundle, because somebody may have held it after the backup was made, and that decision is
 * lost. What is published stays so. Inside the caller's transaction.
 *
 * @returns how many were cleared before and are not published: those that a person has to look at.
 */
export function holdEverything({ bundles, decisions, now }: Home): number {
  const cleared = [...bundles.all()].filter(({ access }) => access === 'public')
  for (const { id } of cleared) decisions.setAccess(id, 'hold', 'recovery', REASON, now())
  return cleared.filter(({ logIndex }) => logIndex === undefined).length
}
