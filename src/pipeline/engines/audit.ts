import { hash, randomInt } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { cidText, digestOf, parseCid } from '../../model/content-id.ts'
import { HoldfastError, problemOf } from '../../model/errors.ts'
import { EMBEDDED } from '../../replicate/embedded.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import { ReplicateError } from '../../replicate/errors.ts'
import type { DueReplica } from '../../store/replicas.ts'
import type { OnEvent } from '../events.ts'
import type { Home } from '../home.ts'
import { ordered } from '../ordered.ts'
import { noteReplica } from './replica-row.ts'

export interface AuditOptions {
  /** Blocks of each bundle, drawn at random; undefined for all. */
  readonly sample: number | undefined
  /** Most bundles at each place, longest unread first. @default all */
  readonly limit?: number | undefined
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  readonly onEvent: OnEvent
}

/** What was found at one place. */
export interface AuditedPlace {
  readonly name: string
  bundles: number
  /** Blocks that were read. */
  checked: number
  /** Blocks with other bytes than their CID says. */
  bad: number
  /** Blocks that the place should have and does not. */
  missing: number
  /** True when it could not be asked, or not to the end. */
  unreachable: boolean
}

/** Blocks that are read from one place at a time. */
const WIDTH = 4

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
  const { limit = -1, stopping, signal, onEvent } = options
  const found: AuditedPlace = { name: place.name, bundles: 0, checked: 0, bad: 0, missing: 0, unreachable: false }
  try {
    await place.prepare(signal)
    const { replicas } = home
    const all = place.name === EMBEDDED ? replicas.toReadHere(place.name, limit) : replicas.toRead(place.name, limit)
    for (const bundle of all) {
      if (stopping.aborted) break
      await auditBundle(home, place, bundle, found, options)
      found.bundles += 1
      onEvent({ type: 'progress', label: `reading ${place.name}`, doneBytes: 0, doneItems: found.checked })
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ReplicateError)) throw error
    onEvent({ type: 'problem', problem: problemOf(error) })
    found.unreachable = true
  }
  return found
}

async function auditBundle(
  home: Home,
  place: PinEngine,
  bundle: DueReplica,
  found: AuditedPlace,
  { sample, signal, onEvent }: AuditOptions,
): Promise<void> {
  const { id, root, before } = bundle
  const blocks = drawn(home, bundle, sample, onEvent)
  let fault: { readonly code: string; readonly reason: string } | undefined
  for await (const { cid, verdict } of ordered(blocks, WIDTH, (cid) => readOne(place, root, cid, signal))) {
    found.checked += 1
    if (verdict === 'good') continue
    found[verdict] += 1
    fault ??= faultOf(place.name, id, cid, verdict)
  }
  const readAt = home.now()
  if (fault !== undefined) {
    noteReplica(home, place.name, bundle, { state: 'broken', readAt, ...fault })
    onEvent({ type: 'problem', problem: { code: fault.code, message: fault.reason, hint: hintFor(place.name) } })
    return
  }
  if (blocks.length === 0) return
  // A sample can miss what was found before, so only a whole reading takes that back.
  const isStillBroken = before?.state === 'broken' && sample !== undefined
  if (isStillBroken) noteReplica(home, place.name, bundle, { state: 'broken', readAt })
  else {
    const proven = { readAt, provenAt: readAt, provenBlocks: blocks.length }
    noteReplica(home, place.name, bundle, { state: 'pinned', code: '', reason: '', ...proven })
  }
}

function faultOf(
  place: string,
  id: string,
  cid: CID,
  verdict: 'bad' | 'missing',
): { readonly code: string; readonly reason: string } {
  const what = `block ${cidText(cid)} of ${id}`
  return verdict === 'bad'
    ? { code: 'AUDIT_BYTES_WRONG', reason: `${place} gives other bytes for ${what}` }
    : { code: 'AUDIT_BLOCK_MISSING', reason: `${place} does not have ${what}` }
}

function hintFor(place: string): string {
  if (place === EMBEDDED)
    return 'the disk may be failing: bring the file back from another place and add its folder again'
  return 'look at that place; the next `holdfast publish` sends the bundle there again'
}

type Verdict = 'good' | 'bad' | 'missing'

async function readOne(
  place: PinEngine,
  root: string,
  cid: CID,
  signal: AbortSignal,
): Promise<{ readonly cid: CID; readonly verdict: Verdict }> {
  try {
    const bytes = await place.readBlock(root, cid, signal)
    if (bytes === undefined) return { cid, verdict: 'missing' }
    const digest = digestOf(cid)
    const isGood = digest !== undefined && Buffer.compare(hash('sha256', bytes, 'buffer'), digest) === 0
    return { cid, verdict: isGood ? 'good' : 'bad' }
  } catch (error) {
    if (error instanceof ReplicateError && error.code === 'ENGINE_BYTES_DIFFER') return { cid, verdict: 'bad' }
    throw error
  }
}

/** Blocks of a bundle, or some of them, each as likely as any other. Source of the drawing: Vitter 1985, algorithm R. */
function drawn(home: Home, { root }: DueReplica, sample: number | undefined, onEvent: OnEvent): readonly CID[] {
  const chosen: CID[] = []
  const seen = new Set<string>()
  try {
    for (const { cid } of home.content.blocksOf(parseCid(root))) {
      const key = Buffer.from(cid.bytes).toString('latin1')
      if (seen.has(key)) continue
      seen.add(key)
      if (sample === undefined || chosen.length < sample) chosen.push(cid)
      else {
        const at = randomInt(seen.size)
        if (at < sample) chosen[at] = cid
      }
    }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    onEvent({ type: 'problem', problem: problemOf(error) })
    return []
  }
  return chosen
}
