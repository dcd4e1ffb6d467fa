import { type Problem, problemOf } from '../../model/errors.ts'
import { EMBEDDED } from '../../replicate/embedded.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import { ReplicateError } from '../../replicate/errors.ts'
import type { DueReplica } from '../../store/replicas.ts'
import type { OnEvent } from '../events.ts'
import type { Home } from '../home.ts'
import { ordered } from '../ordered.ts'
import { type AuditedBundle, auditBundle } from './audit-bundle.ts'
import { auditNotes } from './audit-notes.ts'
import { type AuditedPlace, addBundle, addHolder, nothingFound } from './audited-place.ts'
import { boundedReads } from './bounded-reads.ts'
import type { Holder } from './fetch-holdings.ts'
import { falseClaim, hearHolder } from './hear-holder.ts'
import type { HolderClaim } from './holder-claim.ts'

export interface AuditOptions {
  /** Blocks of each bundle, drawn at random; undefined for all. */
  readonly sample: number | undefined
  /** Every file from its first byte to its last, against its SHA-256 as well; `sample` is then undefined. @default false */
  readonly wholeFiles?: boolean
  /** Most bundles at each place, longest unread first. @default all */
  readonly limit?: number | undefined
  /** Who signs what a place has, by name of the place. @default nobody */
  readonly holders?: ReadonlyMap<string, Holder>
  /** RFC 3339: only what was not proven since. @default all */
  readonly since?: string | undefined
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onEvent: OnEvent
}

/** Blocks that are read from one place at a time; at 1 MiB each they fit the memory of a small machine. */
const BLOCKS = 16

/**
 * Reads blocks back from every place and hashes them: all that a place says of itself is a claim. Which blocks is drawn
 * anew each time, so that no place can keep just those. What is wrong is noted, and the next `publish` sends it again.
 */
export async function audit(
  home: Home,
  places: readonly PinEngine[],
  options: AuditOptions,
): Promise<readonly AuditedPlace[]> {
  const runs = await Promise.allSettled(places.map((place) => auditPlace(home, place, options)))
  return runs.map((run) => {
    if (run.status === 'rejected') throw run.reason
    return run.value
  })
}

async function auditPlace(home: Home, place: PinEngine, options: AuditOptions): Promise<AuditedPlace> {
  const { holders, signal, onEvent } = options
  const { name } = place
  const found = nothingFound(name)
  if (place.isUnreadable === true) {
    // What it says is worth asking for all the same: it is the place's own word when a bundle is gone.
    onEvent({ type: 'problem', problem: impossible(name) })
    found.unreachable = true
  }
  try {
    await place.prepare(signal)
    const heard = await hearHolder(home, name, holders?.get(name), options)
    addHolder(found, heard)
    await readBundles(home, place, { ...options, claim: heard.claim }, found)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ReplicateError)) throw error
    onEvent({ type: 'problem', problem: problemOf(error) })
    found.unreachable = true
  }
  return found
}

async function readBundles(
  home: Home,
  place: PinEngine,
  options: AuditOptions & { readonly claim: HolderClaim | undefined },
  found: AuditedPlace,
): Promise<void> {
  const { claim, onEvent } = options
  const { name } = place
  const { atOnce, each } = widths(options)
  const bounded = boundedReads(place, BLOCKS)
  const read = (bundle: DueReplica): Promise<AuditedBundle> => auditBundle(home, bounded, bundle, { ...options, each })
  let disproof = ''
  using notes = auditNotes(home, name)
  try {
    for await (const result of ordered(bundlesOf(home, place, options), atOnce, read)) {
      notes.take(result)
      addBundle(found, result)
      if (disproof === '' && found.contradicted > 0) disproof = result.bundle.id
      if (result.fault !== undefined) onEvent({ type: 'problem', problem: result.fault })
      onEvent({ type: 'progress', label: `reading ${name}`, doneBytes: 0, doneItems: found.checked })
    }
  } finally {
    if (claim !== undefined && found.contradicted > 0)
      onEvent({ type: 'problem', problem: falseClaim(name, claim, disproof, found.contradicted) })
  }
}

/**
 * Bundles at a time, and of each so many blocks: one has five blocks, another thousands. The blocks of whole files wait in
 * memory for their turn.
 */
function widths({ wholeFiles = false }: AuditOptions): { readonly atOnce: number; readonly each: number } {
  return wholeFiles ? { atOnce: 2, each: BLOCKS / 2 } : { atOnce: BLOCKS, each: BLOCKS }
}

function* bundlesOf(
  home: Home,
  { name, isReadOnly }: PinEngine,
  { limit = Number.POSITIVE_INFINITY, since, stopping }: AuditOptions,
): Iterable<DueReplica> {
  let given = 0
  for (const bundle of home.replicas.toRead(name, { everything: name === EMBEDDED || isReadOnly === true, since })) {
    if (stopping.aborted || given >= limit) return
    given += 1
    yield bundle
  }
}

function impossible(name: string): Problem {
  return {
    code: 'AUDIT_IMPOSSIBLE',
    message: `nothing can be read back from ${name}, so nothing shows that it has what it says`,
    hint: 'give it an address to read from, such as a gateway (docs/guides/engines.md); until then count it for nothing',
  }
}
