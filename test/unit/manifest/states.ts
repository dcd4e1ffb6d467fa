import { DatabaseSync } from 'node:sqlite'
import { memoryState } from '../../../src/manifest/memory-state.ts'
import type { FoldState } from '../../../src/manifest/state.ts'
import { sqliteState } from '../../../src/store/fold-state.ts'
import { SCHEMA_VERSIONS } from '../../../src/store/schema.ts'
import { scratchFold } from '../../../src/store/scratch/scratch-fold.ts'

/** Every implementation of the port; each test of the fold and of the index runs over all. */
export const STATES: Readonly<Record<string, () => FoldState>> = {
  memory: memoryState,
  SQLite: () => {
    const database = new DatabaseSync(':memory:')
    for (const version of SCHEMA_VERSIONS) database.exec(version)
    return sqliteState(database)
  },
  'files without names': scratchFold,
}

/** Everything that a state holds, to compare two. */
export function dump(state: FoldState): object {
  const ids = [...state.bundleIds()]
  return {
    facts: [...state.facts('')].map(([name, value]) => `${name} ${value}`).sort(),
    bundles: ids.map((id) => [id, state.bundle(id), state.touches(id)]),
    links: [...state.links(new Uint8Array(32), undefined)].map(
      ({ hash, id }) => `${Buffer.from(hash).toString('hex')} ${id}`,
    ),
    counts: state.countKeys().reduce((sum, count) => sum + count, 0),
  }
}
