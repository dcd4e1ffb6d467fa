import type { Access } from '../intake/layout.ts'
import { transaction } from '../store/transaction.ts'
import type { Home } from './home.ts'
import { lintReport } from './lint-bundle.ts'
import { type Selection, selectBundles } from './selection.ts'

export interface DecideOptions {
  readonly access: Access
  readonly selection: Selection
  readonly by: string
  readonly reason: string
  /** Also accepts what the lint finds now; what it finds later still holds the bundle. */
  readonly acceptFindings: boolean
  readonly signal: AbortSignal
}

export interface Decided {
  readonly id: string
  readonly at: string
  readonly warning?: string
}

/** Writes a person's decision down for all selected bundles, in one transaction: all of them or none. */
export async function decideAccess(home: Home, options: DecideOptions): Promise<readonly Decided[]> {
  const bundles = [...selectBundles(home, options.selection)]
  const findings = new Map<string, readonly string[]>()
  if (options.acceptFindings) {
    for (const bundle of bundles) {
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
    bundles.map((bundle) => {
      home.decisions.setAccess(bundle.id, options.access, options.by, options.reason, at)
      const accepted = findings.get(bundle.id)
      if (accepted !== undefined) home.decisions.acceptFindings(bundle.id, accepted, options.by, at)
      const isOut = bundle.newestIndex !== undefined && bundle.withdrawnAt === undefined
      const warning =
        options.access === 'hold' && isOut
          ? `${bundle.id} is published already: \`holdfast withdraw ${bundle.id}\` stops serving it`
          : undefined
      return { id: bundle.id, at, ...(warning === undefined ? {} : { warning }) }
    }),
  )
}
