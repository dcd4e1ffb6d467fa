import type { ReferenceStore } from '../address/reference-store.ts'
import type { Primitives } from '../manifest/primitives.ts'
import type { FoldState } from '../manifest/state.ts'
import type { BundleTable } from '../store/catalogue/bundles.ts'
import type { Decisions } from '../store/catalogue/decisions.ts'
import type { SeenFiles } from '../store/catalogue/seen.ts'
import type { Standings } from '../store/catalogue/standing.ts'
import type { HomePaths } from '../store/home.ts'
import type { Journal } from '../store/journal.ts'
import type { Publications } from '../store/publications.ts'
import type { Replicas } from '../store/replicas.ts'
import type { StateDatabase } from '../store/state-database.ts'

/** One installation, opened: everything that the stages remember. Closing it releases the lock. */
export interface Home extends AsyncDisposable {
  readonly paths: HomePaths
  readonly db: StateDatabase
  readonly primitives: Primitives
  /** The log's origin and its verifier key. */
  readonly origin: string
  readonly vkey: string
  readonly bundles: BundleTable
  readonly decisions: Decisions
  readonly seen: SeenFiles
  readonly standings: Standings
  readonly publications: Publications
  readonly replicas: Replicas
  readonly content: ReferenceStore
  readonly journal: Journal
  /** All that is sequenced, which may be more than is published. */
  readonly fold: FoldState
  /** Statements under the head that others see. */
  publishedSize(): number
  /** True after `manifest recover` rebuilt the state: people's decisions before it are not known. */
  readonly decisionsLost: boolean
  /** Id under which the log already knows a root; how a rebuilt home finds its bundles again. */
  recoveredIdOf(root: string): string | undefined
  /** Now, RFC 3339 UTC, whole seconds. */
  now(): string
}
