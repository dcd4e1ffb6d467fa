import type { CID } from 'multiformats/cid'
import { cidText, parseCid } from '../../model/content-id.ts'
import { type Problem, problemOf } from '../../model/errors.ts'
import { EMBEDDED } from '../../replicate/embedded.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import { ReplicateError } from '../../replicate/errors.ts'
import type { DueReplica, Replica } from '../../store/replicas.ts'
import type { Home } from '../home.ts'
import { askPlace, type Retraction } from './ask-place.ts'
import type { AuditOptions } from './audit.ts'
import type { HolderClaim } from './holder-claim.ts'
import { readBlocks } from './read-blocks.ts'
import { readOne } from './read-one.ts'
import { readWholeFiles } from './read-whole-files.ts'

/** What was found of one bundle at one place. */
export interface AuditedBundle {
  readonly bundle: DueReplica
  readonly checked: number
  readonly bad: number
  readonly missing: number
  /** A place of somebody else does not have it, and never said so. */
  readonly isAbsent: boolean
  /** The holder of the place has signed that it is there. */
  readonly isClaimed?: boolean
  /** Nothing of it could be read back, though the place answers. */
  readonly isUnreadable?: boolean
  /** The place itself says less than it promised. */
  readonly retraction: Retraction['kind'] | undefined
  /** The first thing that was wrong. */
  readonly fault: Problem | undefined
  /** For its row; nothing when nothing was read. */
  readonly news: (Partial<Replica> & Pick<Replica, 'state'>) | undefined
}

export interface ReadOptions extends AuditOptions {
  /** Blocks at a time. */
  readonly each: number
  /** What the holder of the place has signed. */
  readonly claim: HolderClaim | undefined
}

/** @throws {ReplicateError} when the place cannot be asked now; nothing is known of the bundle then. */
export async function auditBundle(
  home: Home,
  place: PinEngine,
  bundle: DueReplica,
  options: ReadOptions,
): Promise<AuditedBundle> {
  const { sample, wholeFiles = false, claim, signal } = options
  const isClaimed = isCovered(home, bundle, claim)
  if (!isClaimed && (await isAbsentAt(place, bundle, signal))) return absent(home, bundle)
  const said = await askPlace(place, bundle, signal)
  if (said?.kind === 'unpinned' || place.isUnreadable === true) return unread(home, bundle, said)
  const counts = { checked: 0, bad: 0, missing: 0 }
  let fault: Problem | undefined
  const reading = wholeFiles ? readWholeFiles(home, place, bundle, options) : readBlocks(home, place, bundle, options)
  try {
    for await (const { cid, verdict, why } of reading) {
      counts.checked += 1
      if (verdict === 'good') continue
      counts[verdict] += 1
      fault ??= faultOf(place.name, bundle.id, cid, verdict, why)
    }
  } catch (error) {
    // Of this bundle alone: other peers of the same place may be read.
    if (!(error instanceof ReplicateError && error.code === 'ENGINE_UNREADABLE')) throw error
    return { ...unread(home, bundle, said), isUnreadable: true, fault: said?.fault ?? problemOf(error) }
  }
  const read = { ...counts, fault, isWhole: sample === undefined, isTheirs: place.isReadOnly === true }
  const news = newsOf(home, bundle, read)
  const below = news?.state === 'pinned' ? belowOf(said) : {}
  return {
    ...{ bundle, ...counts, isAbsent: false, isClaimed, retraction: said?.kind, fault: fault ?? said?.fault },
    news: news === undefined ? undefined : { ...news, ...below },
  }
}

function isCovered(home: Home, { id, root }: DueReplica, claim: HolderClaim | undefined): boolean {
  if (claim === undefined) return false
  const [newest] = home.replicas.whereabouts('', id)
  return newest?.root === root && claim.covers(newest)
}

function belowOf(said: Retraction | undefined): Partial<Replica> {
  return said === undefined ? {} : { state: 'accepted', code: said.fault.code, reason: said.fault.message }
}

/** Of a bundle whose blocks were not read: the place has said that it is gone, or gives none back. */
function unread(home: Home, bundle: DueReplica, said: Retraction | undefined): AuditedBundle {
  const readAt = home.now()
  const result = { bundle, checked: 0, bad: 0, missing: 0, isAbsent: false, retraction: said?.kind, fault: said?.fault }
  const before = bundle.before?.state ?? 'asked'
  if (said?.kind !== 'unpinned') return { ...result, news: { state: before, readAt, ...belowOf(said) } }
  const { code, message } = said.fault
  return { ...result, news: { state: 'broken', readAt, provenAt: '', provenBlocks: 0, code, reason: message } }
}

/** Of what somebody else keeps by choice, the root says whether it is there at all. */
async function isAbsentAt(place: PinEngine, { root, before }: DueReplica, signal: AbortSignal): Promise<boolean> {
  if (place.isReadOnly !== true || (before !== undefined && before.state !== 'asked')) return false
  const { verdict } = await readOne(place, root, parseCid(root), signal)
  return verdict === 'missing'
}

function absent(home: Home, bundle: DueReplica): AuditedBundle {
  const news = { state: 'asked', readAt: home.now() } as const
  return { bundle, checked: 0, bad: 0, missing: 0, isAbsent: true, retraction: undefined, fault: undefined, news }
}

interface Read {
  readonly checked: number
  readonly bad: number
  readonly fault: Problem | undefined
  /** Every block was read. */
  readonly isWhole: boolean
  /** The place is somebody else's. */
  readonly isTheirs: boolean
}

function newsOf(home: Home, { before }: DueReplica, read: Read): AuditedBundle['news'] {
  const { checked, bad, fault, isWhole, isTheirs } = read
  const readAt = home.now()
  if (fault !== undefined) {
    // Who keeps what they choose may also drop it: that is told once, and then it is not there.
    const state = isTheirs && bad === 0 ? 'asked' : 'broken'
    // What was proven before proves nothing about what is sent there next.
    return { state, readAt, provenAt: '', provenBlocks: 0, code: fault.code, reason: fault.message }
  }
  if (checked === 0) return undefined
  // A sample can miss what was found before, so only a whole reading takes that back.
  if (before?.state === 'broken' && !isWhole) return { state: 'broken', readAt }
  return { state: 'pinned', code: '', reason: '', readAt, provenAt: readAt, provenBlocks: checked }
}

function faultOf(place: string, id: string, cid: CID, verdict: 'bad' | 'missing', why: string | undefined): Problem {
  const what = `block ${cidText(cid)} of ${id}`
  const more = why === undefined ? '' : ` (${why})`
  const hint =
    place === EMBEDDED
      ? 'the disk may be failing: bring the file back from another place and add its folder again'
      : 'look at that place; the next `holdfast publish` sends the bundle there again'
  return verdict === 'bad'
    ? { code: 'AUDIT_BYTES_WRONG', message: `${place} gives other bytes for ${what}${more}`, hint }
    : { code: 'AUDIT_BLOCK_MISSING', message: `${place} does not have ${what}`, hint }
}
