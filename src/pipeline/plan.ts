import type { LintReport } from '../clear/lint.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'
import type { Home } from './home.ts'
import { lintReport } from './lint-bundle.ts'
import { ordered } from './ordered.ts'

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
  /** First Ctrl-C: what is not decided yet does not go out. */
  readonly stopping: AbortSignal
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
  const decide = (bundle: CatalogueBundle): Promise<Decision> => decideOne(home, bundle, options)
  for await (const { bundle, outcome, reason } of ordered(untilStopped(home, options), WIDTH, decide)) {
    done += 1
    options.onItem(done)
    if (outcome === 'already') already += 1
    if (outcome === 'held') held.push({ id: bundle.id, reason })
    if (outcome === 'goes-out') {
      goesOut.push(bundle.id)
      bytes += bundle.bytes
    }
    if (options.stopping.aborted) break
  }
  return { goesOut, held, already, bytes }
}

/** Bundles whose files are looked into at a time: most of it is waiting for the disk. */
const WIDTH = 8

interface Decision {
  readonly bundle: CatalogueBundle
  readonly outcome: 'goes-out' | 'held' | 'already' | 'passed-over'
  /** Why it is held, else empty. */
  readonly reason: string
}

async function decideOne(home: Home, bundle: CatalogueBundle, { selection, signal }: PlanOptions): Promise<Decision> {
  signal.throwIfAborted()
  // Taken back is not held: it is only worth a word when somebody asks for it by name.
  if (bundle.state === 'withdrawn' && selection === undefined) return { bundle, outcome: 'passed-over', reason: '' }
  if (isNewestInLog(bundle) && bundle.state !== 'withdrawn') return { bundle, outcome: 'already', reason: '' }
  const reason = await reasonToHold(home, bundle, signal)
  return reason === undefined ? { bundle, outcome: 'goes-out', reason: '' } : { bundle, outcome: 'held', reason }
}

function* untilStopped(home: Home, { selection, stopping }: PlanOptions): Iterable<CatalogueBundle> {
  for (const bundle of selected(home, selection)) {
    if (stopping.aborted) return
    yield bundle
  }
}

/** An older version that is the newest here again has an index, but not the newest one: it goes out once more. */
function isNewestInLog({ logIndex, newestIndex }: CatalogueBundle): boolean {
  return logIndex !== undefined && logIndex === newestIndex
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
  const withdrawn = withdrawnKinOf(home, bundle)
  if (withdrawn !== undefined) return withdrawn
  let findings: LintReport['findings']
  try {
    findings = (await lintReport(home, bundle, signal)).findings
  } catch {
    // What cannot be read cannot be cleared; the rest of the plan goes on.
    // Without its message, which may name a local path.
    signal.throwIfAborted()
    return 'lint: a file cannot be read, or is not what it was when it was added: add its folder again'
  }
  const open = findings.filter(({ fingerprint }) => !bundle.acceptedFindings.includes(fingerprint))
  if (open.length === 0) return undefined
  const [first] = open
  const more = open.length > 1 ? ` and ${open.length - 1} more` : ''
  return `lint: ${first?.code ?? ''} in ${first?.where ?? ''} (${first?.excerpt ?? ''})${more}`
}

/**
 * What was taken back must not come out again under another id: a second copy on another disk, or a newer download. A
 * person who clears it after the withdrawal knows of it.
 */
function withdrawnKinOf(home: Home, bundle: CatalogueBundle): string | undefined {
  const kin = home.bundles.withdrawnKin(bundle.id)
  if (kin === undefined) return undefined
  return `${kin}, which has the same original or the same media, was withdrawn: clear this one by its id if it may go out`
}
