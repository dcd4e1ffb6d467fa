import type { Replica } from '../../store/replicas.ts'
import { transaction } from '../../store/transaction.ts'
import type { Home } from '../home.ts'

/** Writes down what is new about one version at one engine; the rest stays as it was. */
export function noteReplica(
  home: Home,
  engine: string,
  { id, root }: { readonly id: string; readonly root: string },
  news: Partial<Replica> & Pick<Replica, 'state'>,
): void {
  transaction(home.db, () => {
    const before = home.replicas.get(engine, root)
    const blank = { code: '', reason: '', tries: 0, readAt: '', provenAt: '', provenBlocks: 0 }
    home.replicas.put({ ...blank, ...before, engine, id, root, at: home.now(), ...news })
  })
}
