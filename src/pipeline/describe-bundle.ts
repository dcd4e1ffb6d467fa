import { ClearError } from '../clear/errors.ts'
import type { LintReport } from '../clear/lint.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'
import { documentOf } from './catalogue-text.ts'
import type { Home } from './home.ts'
import { lintReport } from './lint-bundle.ts'

/** What a source says that is never published, or not in its own words; a spreadsheet's columns. */
const PRIVATE_WORDS = ['id', 'speaker', 'recorded', 'published', 'note'] as const

export type DescriptionRow = Readonly<Record<string, unknown>>

/** Everything that this installation knows of one bundle, a fact a row. For its owner's eyes: it names local paths. */
export async function* describeBundle(
  home: Home,
  bundle: CatalogueBundle,
  signal: AbortSignal,
): AsyncGenerator<DescriptionRow> {
  const document = documentOf(bundle)
  yield {
    what: 'bundle',
    id: bundle.id,
    state: bundle.state,
    access: bundle.access,
    reason: bundle.accessReason,
    by: bundle.accessBy,
    root: bundle.root,
    statement: bundle.newestIndex ?? null,
    added: bundle.addedAt,
    withdrawn: bundle.withdrawnAt ?? null,
  }
  for (const { language, value } of document.title) yield { what: 'title', language, text: value }
  for (const original of document.originals) yield { what: 'original', ...original }
  yield* privateWords(home.bundles.asGiven(bundle.id))
  for (const file of home.bundles.files(bundle.root)) {
    const content = home.content.content(file.content)
    const places = home.content.locationsOf(file.content).map(({ path, state }) => ({ path, state }))
    yield {
      what: 'file',
      path: file.path,
      role: file.role,
      cid: content?.cid.toString() ?? null,
      bytes: content?.bytes ?? null,
      places,
    }
  }
  const { findings, notChecked } = await lintOrReason(home, bundle, signal)
  for (const { where, reason } of notChecked) yield { what: 'not-checked', where, reason }
  for (const finding of findings) {
    yield { what: 'finding', ...finding, accepted: bundle.acceptedFindings.includes(finding.fingerprint) }
  }
  for (const { at, by, what, reason } of home.decisions.of(bundle.id))
    yield { what: 'decision', at, by, decision: what, reason }
}

function privateWords(asGiven: string | undefined): readonly DescriptionRow[] {
  const words: unknown = asGiven === undefined ? {} : JSON.parse(asGiven)
  if (typeof words !== 'object' || words === null) return []
  const given = new Map<string, unknown>(Object.entries(words))
  return PRIVATE_WORDS.flatMap((field) =>
    given.has(field) ? [{ what: 'private', field, text: given.get(field) }] : [],
  )
}

/** A bundle whose files are away can still be described. */
async function lintOrReason(home: Home, bundle: CatalogueBundle, signal: AbortSignal): Promise<LintReport> {
  try {
    return await lintReport(home, bundle, signal)
  } catch (error) {
    if (!(error instanceof ClearError)) throw error
    return { findings: [], notChecked: [{ where: 'bundle', reason: error.message }] }
  }
}
