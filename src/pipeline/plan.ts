import { inspectBundle, type LintReport } from '../clear/lint.ts'
import { PUBLIC_ROLES } from '../model/bundle.ts'
import { problemOf } from '../model/errors.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'
import { documentOf } from './catalogue-text.ts'
import type { Home } from './home.ts'

/** What a publication would do, before it does anything. */
export interface Plan {
  readonly goesOut: readonly string[]
  readonly held: readonly { readonly id: string; readonly reason: string }[]
  readonly already: number
  /** Bytes of the public files that go out. */
  readonly bytes: number
}

export interface PlanOptions {
  /** Ids; @default everything in the catalogue */
  readonly selection?: readonly string[]
  readonly signal: AbortSignal
  readonly onItem: (done: number) => void
}

/**
 * Decides for each bundle: goes out, is held and why, or is published already. A bundle goes out only if it is `public`
 * and the lint found nothing that a person has not accepted.
 */
export async function planPublication(home: Home, options: PlanOptions): Promise<Plan> {
  const goesOut: string[] = []
  const held: { id: string; reason: string }[] = []
  let already = 0
  let bytes = 0
  let done = 0
  for (const bundle of selected(home, options.selection)) {
    options.signal.throwIfAborted()
    done += 1
    options.onItem(done)
    // Taken back is not held: it is only worth a word when somebody asks for it by name.
    if (bundle.state === 'withdrawn' && options.selection === undefined) continue
    if (bundle.logIndex !== undefined && bundle.state !== 'withdrawn') {
      already += 1
      continue
    }
    const reason = await reasonToHold(home, bundle, options.signal)
    if (reason !== undefined) held.push({ id: bundle.id, reason })
    else {
      goesOut.push(bundle.id)
      bytes += bundle.bytes
    }
  }
  return { goesOut, held, already, bytes }
}

function* selected(home: Home, selection: readonly string[] | undefined): Iterable<CatalogueBundle> {
  if (selection === undefined) {
    yield* home.bundles.all()
    return
  }
  for (const id of selection) {
    const bundle = home.bundles.get(id)
    if (bundle !== undefined) yield bundle
  }
}

async function reasonToHold(home: Home, bundle: CatalogueBundle, signal: AbortSignal): Promise<string | undefined> {
  if (bundle.state === 'withdrawn') return 'withdrawn'
  if (bundle.access === 'hold') return bundle.accessReason
  if (bundle.state === 'missing') return 'a file is missing: add it again from where it lies now'
  let findings: LintReport['findings']
  try {
    findings = (await lintReport(home, bundle, signal)).findings
  } catch (error) {
    // What cannot be read cannot be cleared; the rest of the plan goes on.
    return `lint: ${problemOf(error).message}`
  }
  const open = findings.filter(({ fingerprint }) => !bundle.acceptedFindings.includes(fingerprint))
  if (open.length === 0) return undefined
  const [first] = open
  const more = open.length > 1 ? ` and ${open.length - 1} more` : ''
  return `lint: ${first?.code ?? ''} in ${first?.where ?? ''} (${first?.excerpt ?? ''})${more}`
}

/** What the lint says of the newest version of a bundle, and which of its files it cannot judge. */
export async function lintReport(home: Home, bundle: CatalogueBundle, signal: AbortSignal): Promise<LintReport> {
  const files = home.bundles.files(bundle.root).flatMap((file) => {
    const [location] = home.content.locationsOf(file.content)
    const role = PUBLIC_ROLES.find((known) => known === file.role)
    if (location === undefined || role === undefined) return []
    return [{ publicPath: file.path, localPath: location.path, mediaType: file.mediaType, role }]
  })
  return inspectBundle({ document: documentOf(bundle), files, signal })
}
