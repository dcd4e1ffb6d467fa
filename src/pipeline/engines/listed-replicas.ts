import type { Replica, ReplicaState } from '../../store/replicas.ts'
import type { Home } from '../home.ts'

/** How far a bundle is at an engine, for its owner. */
export interface ListedReplica {
  readonly engine: string
  readonly state: ReplicaState
  /** Why it failed or is broken; absent otherwise. */
  readonly code?: string
  readonly reason?: string
  /** When blocks were last read back from there and were right, and how many. */
  readonly provenAt?: string
  readonly provenBlocks?: number
}

/** Of the version that is the newest here, and of what else the bundle still has at engines; without what was removed or never there. */
export function listedReplicas(home: Home, id: string): readonly ListedReplica[] {
  const rows = home.replicas.of(id).filter((row) => row.state !== 'removed' && !wasNeverThere(row))
  return rows.map(({ engine, state, code, reason, provenAt, provenBlocks }) => ({
    ...{ engine, state },
    ...(code === '' ? {} : { code, reason }),
    ...(provenAt === '' ? {} : { provenAt, provenBlocks }),
  }))
}

/** An audit asked a place that takes what it likes, and it did not have it. */
function wasNeverThere({ state, code, readAt }: Replica): boolean {
  return state === 'asked' && code === '' && readAt !== ''
}
