import type { Access } from '../intake/layout.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'
import { transaction } from '../store/transaction.ts'
import type { Home } from './home.ts'
import { lintReport } from './lint-bundle.ts'
import { idsOfSelection, type Selection } from './selection.ts'

export interface DecideOptions {
  readonly access: Access
  readonly selection: Selection
  readonly by: string
  readonly reason: string
  /** Also accepts what the lint finds now; what it finds later still holds the bundle. */
  readonly acceptFindings: boolean
  readonly signal: AbortSignal
  /** First Ctrl-C while the lint reads: nothing is decided. */
  readonly stopping: AbortSignal
}

export interface Decided {
  readonly id: string
  readonly at: string
  readonly warning?: string
}

/** Writes a person's decision down for all selected bundles, in one transaction: all of them or none. */
export async function decideAccess(home: Home, options: DecideOptions): Promise<readonly Decided[]> {
  const ids = idsOfSelection(home, options.selection.words, options.selection.where)
  const findings = new Map<string, readonly string[]>()
  if (options.acceptFindings) {
    for (const id of ids) {
      options.stopping.throwIfAborted()
      const bundle = home.bundles.get(id)
      if (bundle === undefined) continue
      const { findings: found } = await lintReport(home, bundle, options.signal)
      if (found.length > 0)
        findings.set(
          bundle.id,
          found.map(({ fingerprint }) => fingerprint),
        )
    }
  }
  const at = home.now()
  return transaction(home.db, () =>
    ids.map((id) => {
      const bundle = home.bundles.get(id)
      home.decisions.setAccess(id, options.access, options.by, options.reason, at)
      const accepted = findings.get(id)
      if (accepted !== undefined) home.decisions.acceptFindings(id, accepted, options.by, at)
      const warning = bundle === undefined ? undefined : warningOf(bundle, options.access)
      return { id, at, ...(warning === undefined ? {} : { warning }) }
    }),
  )
}

/** Where the decision does not do what somebody might think. */
function warningOf({ id, newestIndex, withdrawnAt }: CatalogueBundle, access: Access): string | undefined {
  if (withdrawnAt !== undefined) return access === 'public' ? `${id} is withdrawn and stays so` : undefined
  if (access === 'public' || newestIndex === undefined) return undefined
  return `${id} is published already: \`holdfast withdraw ${id}\` stops serving it`
}
