import { AddressError } from '../../address/errors.ts'
import { problemOf } from '../../model/errors.ts'
import { parseOriginal } from '../../model/original.ts'
import type { Evidence, FoundClaim, PublicationTarget } from '../../publish/target.ts'
import { transaction } from '../../store/transaction.ts'
import type { OnEvent } from '../events.ts'
import type { Home } from '../home.ts'
import { type DueCopy, dueCopy } from './due.ts'
import type { CopiesOptions } from './publish-copies.ts'
import { recordCopy } from './record-copy.ts'
import { sourceHashOf } from './source-hash.ts'

export interface AdoptOptions extends Pick<CopiesOptions, 'log' | 'signal' | 'stopping' | 'onEvent'> {
  /** `@name` or claim id; @default the target's own. */
  readonly channel?: string | undefined
  /** Finds and compares, writes nothing. */
  readonly dryRun: boolean
}

export interface AdoptCounts {
  /** Streams that the channel has. */
  claims: number
  /** With our bytes: recorded as copies, and never published again. */
  same: number
  /** Of a bundle of ours, with other bytes, such as another encoding of the same recording. */
  differs: number
  /** Of a bundle of ours that is not published, or whose file is away: nothing was recorded. */
  open: number
  /** Of no bundle of this home. */
  unknown: number
  manifestSize: number
}

/**
 * Recognises what is at a target already, by the link that a synchroniser leaves on the last line of a description, and
 * says in the log which of it is the same bytes and which is not.
 */
export async function adoptClaims(home: Home, target: PublicationTarget, options: AdoptOptions): Promise<AdoptCounts> {
  const counts: AdoptCounts = { claims: 0, same: 0, differs: 0, open: 0, unknown: 0, manifestSize: 0 }
  await target.prepare(options.signal)
  for await (const claim of target.claimsOf(options.channel, options.signal)) {
    if (options.stopping.aborted) break
    counts.claims += 1
    const ids = idsOf(home, claim)
    if (ids.length === 0) counts.unknown += 1
    for (const id of ids) counts[await adoptOne(home, target, { id, claim }, options)] += 1
    if (!options.dryRun) await options.log.announceIfDue(options.signal)
  }
  counts.manifestSize = options.dryRun ? options.log.size : (await options.log.announce(options.signal)).size
  return counts
}

/** Our bundles that have the original which the claim names: on its last line, or as the line that we write ourselves. */
function idsOf(home: Home, { description }: FoundClaim): readonly string[] {
  const lines = description
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const said = lines.findLast((line) => line.startsWith('Original: '))?.slice('Original: '.length)
  const link = said ?? lines.at(-1) ?? ''
  const key = /^https?:\/\/\S+$/u.test(link) ? parseOriginal(link)?.key : undefined
  return key === undefined ? [] : home.bundles.idsOfKey(key)
}

interface Match {
  readonly id: string
  readonly claim: FoundClaim
}

async function adoptOne(
  home: Home,
  target: PublicationTarget,
  { id, claim }: Match,
  options: AdoptOptions,
): Promise<'same' | 'differs' | 'open'> {
  const copy = dueCopy(home, target.name, id)
  const isSame = copy === undefined ? undefined : await isSameBytes(home, copy, claim.evidence, options)
  tellMatch(options.onEvent, target.name, { id, claim }, isSame)
  if (copy === undefined || isSame === undefined) return 'open'
  const evidence: Evidence = { ...claim.evidence, equality: isSame ? 'asserted' : 'differs' }
  if (!options.dryRun && copy.before?.state !== 'published') record(home, target.name, copy, evidence, options)
  return isSame ? 'same' : 'differs'
}

/** By size first: thousands of files need not be read to see that another encoding is another file. */
async function isSameBytes(
  home: Home,
  { file }: DueCopy,
  { sourceHash, sourceBytes }: Evidence,
  { signal, onEvent }: AdoptOptions,
): Promise<boolean | undefined> {
  if (sourceHash === undefined) return undefined
  if (sourceBytes !== undefined && home.content.content(file.content)?.bytes !== sourceBytes) return false
  try {
    const ours = await sourceHashOf(home, file.content, signal)
    return ours === undefined ? undefined : ours.sourceHash === sourceHash
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    onEvent({ type: 'problem', problem: problemOf(error) })
    return undefined
  }
}

function record(
  home: Home,
  target: string,
  { bundle, file, before }: DueCopy,
  evidence: Evidence,
  { log }: AdoptOptions,
): void {
  const row = {
    ...{
      target,
      id: bundle.id,
      root: bundle.root,
      file: file.path,
      content: file.content,
      state: 'published' as const,
    },
    ...{ evidence: '{}', code: '', reason: '', statement: before?.statement, copied: before?.copied ?? '' },
    ...{ isSettled: false, tries: before?.tries ?? 0, at: home.now() },
  }
  recordCopy(home, log, row, evidence)
  // Other bytes are a copy that readers should know of, and no reason not to publish ours.
  if (evidence.equality === 'differs') transaction(home.db, () => restore(home, target, bundle.id, before))
}

function restore(home: Home, target: string, id: string, before: DueCopy['before']): void {
  if (before === undefined) home.publications.remove(target, id)
  else home.publications.put(before)
}

function tellMatch(onEvent: OnEvent, target: string, { id, claim }: Match, isSame: boolean | undefined): void {
  const { claimId = null, canonicalUrl, url = canonicalUrl ?? null } = claim.evidence
  onEvent({ type: 'adoption', id, target, claimId, url: canonicalUrl ?? url, same: isSame ?? null })
}
