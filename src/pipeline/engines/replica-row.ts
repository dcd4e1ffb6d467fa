import type { Replica } from '../../store/replicas.ts'
import { transaction } from '../../store/transaction.ts'
import type { Home } from '../home.ts'

type Version = { readonly id: string; readonly root: string }
type News = Partial<Replica> & Pick<Replica, 'state'>

/** Writes down what is new about one version at one engine; the rest stays as it was. */
export function noteReplica(home: Home, engine: string, version: Version, news: News): void {
  transaction(home.db, () => putNews(home, engine, version, news))
}

/** The same for many, on the caller's transaction. */
export function putNews(home: Home, engine: string, { id, root }: Version, news: News): void {
  const before = home.replicas.get(engine, root)
  const blank = { code: '', reason: '', tries: 0, readAt: '', provenAt: '', provenBlocks: 0 }
  home.replicas.put({ ...blank, ...before, engine, id, root, at: home.now(), ...news })
}
