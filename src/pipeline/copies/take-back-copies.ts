import { problemOf } from '../../model/errors.ts'
import type { PublicationTarget } from '../../publish/target.ts'
import { transaction } from '../../store/transaction.ts'
import type { Home } from '../home.ts'
import { evidenceOf } from './notes.ts'
import type { CopiesOptions } from './publish-copies.ts'

/**
 * Takes the copies of withdrawn bundles back, before anything new is published. What does not succeed stays as it is
 * and is tried by every run after this one.
 *
 * @returns how many were taken back.
 */
export async function takeBackCopies(
  home: Home,
  target: PublicationTarget,
  { signal, stopping, onEvent }: Pick<CopiesOptions, 'signal' | 'stopping' | 'onEvent'>,
): Promise<number> {
  let taken = 0
  for (const { id } of home.bundles.withdrawn()) {
    const row = home.publications.get(target.name, id)
    if (row === undefined || row.state === 'taken-back') continue
    if (stopping.aborted) break
    try {
      let evidence = evidenceOf(row)
      const put = (state: 'taken-back' | typeof row.state): void =>
        transaction(home.db, () =>
          home.publications.put({ ...row, state, evidence: JSON.stringify(evidence), at: home.now() }),
        )
      const save = (saved: typeof evidence): void => {
        evidence = saved
        put(row.state)
      }
      await target.takeBack({ evidence, save }, signal)
      put('taken-back')
      taken += 1
      onEvent({ type: 'taken-back', id, target: target.name })
    } catch (error) {
      signal.throwIfAborted()
      onEvent({ type: 'problem', problem: problemOf(error) })
    }
  }
  return taken
}
