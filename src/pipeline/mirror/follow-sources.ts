import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManifestError } from '../../manifest/errors.ts'
import { readStatus } from '../../manifest/fold.ts'
import { type VerifiedCheckpoint, verifyCheckpoint } from '../../manifest/verify-checkpoint.ts'
import { contradiction } from '../../mirror/compare-heads.ts'
import { type Candidate, probe } from '../../mirror/probe.ts'
import { type Problem, problemOf } from '../../model/errors.ts'
import { ReadError } from '../../read/errors.ts'
import { type OpenManifest, openManifest, openManifestFrom } from '../../read/open-manifest.ts'
import { NAMED, openNamedSource } from '../announce/named-source.ts'
import { publishedHead } from '../published-head.ts'
import { acceptedHead, advance } from './advance.ts'
import { copyKeptHeads, finishHead, isShutOut } from './finish-head.ts'
import type { FollowedLog } from './followed-log.ts'
import { forked, refuseForked, unprovenHead } from './kept-evidence.ts'
import type { Reactor } from './react.ts'
import { noneLeft, sourceFault } from './source-faults.ts'
import { understandAgain } from './understand-again.ts'

const MOST_STRIKES = 30

export interface FollowOptions {
  readonly signal: AbortSignal
  readonly reactor: Reactor
  readonly onProblem: (problem: Problem) => void
  readonly onStatements: (size: number) => void
}

/**
 * Brings one log forward, in the order of manifest-v1 §8: heads of up to three sources, each against the policy; all of
 * them against each other and against the one that was held; then the statements, from any of them that has what it signed.
 *
 * @throws {MirrorError} `LOG_FORKED`; {ReadError} `INDEX_DAMAGED`, `SOURCES_EXHAUSTED`; {ManifestError} where all sources fail alike.
 */
export async function followSources(log: FollowedLog, options: FollowOptions): Promise<void> {
  refuseForked(log)
  const passedOver = await understandAgain(log, options)
  await finishInterrupted(log)
  const { candidates, faults } = await probe(sourcesInOrder(log), (name) => openAt(log, name, options), options.signal)
  for (const { name, problem } of faults) strike(log, name, problem, options)
  if (candidates.length === 0) throw noneLeft(faults.map(({ problem }) => problem))
  for (const { name, manifest } of candidates) log.tables.noteSource(name, { size: manifest.log.head.size })
  const left = await compared(log, withoutShutOut(log, candidates, options), options)
  tellStale(log, left, options)
  const failed: Candidate[] = []
  for (const candidate of left) {
    try {
      await advanceTo(log, candidate, { ...options, passedOver })
      return
    } catch (error) {
      options.signal.throwIfAborted()
      const fault = sourceFault(error)
      if (WITHOUT_STATEMENTS.has(fault.code)) failed.push(candidate)
      strike(log, candidate.name, problemOf(fault), options)
    }
  }
  throw (await unprovenHead(log, failed)) ?? noneLeft([])
}

const WITHOUT_STATEMENTS = new Set(['MANIFEST_DAMAGED', 'MANIFEST_INCOMPLETE'])

/** Those that were good come first; among equals chance decides, so that over time each is compared with each. */
function sourcesInOrder({ settings, tables }: FollowedLog): readonly string[] {
  const strikes = new Map(tables.sources().map((source) => [source.name, source.strikes]))
  const ranked = settings.from.map((name) => ({ name, rank: (strikes.get(name) ?? 0) + Math.random() / 2 }))
  return ranked.sort((a, b) => a.rank - b.rank).map(({ name }) => name)
}

async function openAt(
  { policy, home, settings }: FollowedLog,
  name: string,
  { signal, onProblem }: FollowOptions,
): Promise<OpenManifest> {
  const reading = { primitives: home.primitives, signal }
  const manifest = name.startsWith(NAMED)
    ? await openManifestFrom(await openNamedSource(name, settings, { signal, onProblem }), policy, reading)
    : await openManifest(name, policy, reading)
  // A source may hide the policy that shut a key out; this mirror has read it. What such a key signs is no word of the log,
  // so it cannot make it contradict itself either.
  if (!isShutOut(home, manifest.verified.logKey.text)) return manifest
  throw byShutOutKey(name)
}

/** The same where one of the others shows the policy that did it: approvers signed that, so it cannot be made up. */
function withoutShutOut(
  log: FollowedLog,
  candidates: readonly Candidate[],
  options: FollowOptions,
): readonly Candidate[] {
  const hasShutOut = ({ manifest }: Candidate, vkey: string): boolean =>
    manifest.logKeys.includes(vkey) &&
    !manifest.policyAt(Number.MAX_SAFE_INTEGER).logs.some(({ key }) => key.text === vkey)
  return candidates.filter((candidate) => {
    const vkey = candidate.manifest.verified.logKey.text
    if (!candidates.some((other) => hasShutOut(other, vkey))) return true
    strike(log, candidate.name, problemOf(byShutOutKey(candidate.name)), options)
    return false
  })
}

function byShutOutKey(name: string): ReadError {
  return new ReadError('MANIFEST_INCONSISTENT', `${name} shows a head that is signed by a key which was shut out`, {
    hint: 'it is old, or somebody writes with a stolen key: it is asked after the others',
  })
}

/** Drops candidates whose tiles do not make their own root, and ends everything where two heads contradict each other. */
async function compared(
  log: FollowedLog,
  candidates: readonly Candidate[],
  options: FollowOptions,
): Promise<readonly Candidate[]> {
  const { primitives } = log.home
  const held = acceptedHead(log)
  const good = [...candidates]
  for (let i = 0; i < good.length; i += 1) {
    const newer = good[i]
    if (newer === undefined) break
    const others = good.slice(i + 1).map(({ manifest }) => ({ ...manifest.log.head, note: manifest.note }))
    const older = held === undefined ? others : [held, ...others]
    try {
      for (const head of older) {
        if (head.size > newer.manifest.log.head.size) continue
        const evidence = await contradiction(newer.manifest, head, { primitives, signal: options.signal })
        if (evidence !== undefined) throw await forked(log, evidence)
      }
      // All smaller ones are proven prefixes of this one, and of each other.
      await requirePrefix(log, newer)
      return good.slice(i)
    } catch (error) {
      options.signal.throwIfAborted()
      const fault = sourceFault(error)
      strike(log, newer.name, problemOf(fault), options)
      if (i === good.length - 1) throw fault
    }
  }
  return []
}

/** A head that is smaller than the one held: stale, unless it is of another history. */
async function requirePrefix(log: FollowedLog, { manifest }: Candidate): Promise<void> {
  const { home } = log
  const shown = publishedHead(home)
  const { head } = manifest.log
  if (shown === undefined || head.size >= shown.size || head.size === 0) return
  const own = await openManifest(home.paths.manifest, log.policy, {
    primitives: home.primitives,
    signal: new AbortController().signal,
  })
  const options = { primitives: home.primitives, signal: new AbortController().signal }
  const evidence = await contradiction(own, { ...head, note: manifest.note }, options)
  if (evidence !== undefined) throw await forked(log, evidence)
}

function tellStale(log: FollowedLog, candidates: readonly Candidate[], options: FollowOptions): void {
  const held = acceptedHead(log)?.size ?? 0
  for (const { name, manifest } of candidates) {
    const { size } = manifest.log.head
    if (size >= held) continue
    const message = `${name} shows ${size} statements, and ${held} were seen before`
    const hint = 'it lags behind, or hides what is newer: it is asked after the others'
    strike(log, name, { code: 'SOURCE_STALE', message, hint }, options)
  }
}

async function advanceTo(
  log: FollowedLog,
  { name, manifest }: Candidate,
  options: FollowOptions & { readonly passedOver: readonly number[] },
): Promise<void> {
  const { home, tables } = log
  const { head } = manifest.log
  const sizes = [...options.passedOver]
  if (head.size > home.journal.size()) await advance(log, manifest, { ...options, onHead: (size) => sizes.push(size) })
  requireUnderstood(log)
  if (home.journal.size() === head.size) await show(log, manifest)
  const older = sizes.filter((size) => size < head.size)
  const wrong = await copyKeptHeads(log, manifest, older, options.signal)
  if (wrong !== undefined) {
    const evidence = await contradiction(manifest, wrong, { primitives: home.primitives, signal: options.signal })
    if (evidence !== undefined) throw await forked(log, evidence)
  }
  const before = tables.sources().find((source) => source.name === name)
  if (before !== undefined && before.strikes > 0 && head.size >= (acceptedHead(log)?.size ?? 0))
    tables.noteSource(name, { strikes: Math.floor(before.strikes / 2) })
}

/** An index that covers what this program does not understand cannot be checked, so the head above it is not shown. */
function requireUnderstood({ home, name }: FollowedLog): void {
  const { halted } = readStatus(home.fold)
  if (halted === undefined) return
  throw new ManifestError('UPDATE_NEEDED', `statement ${halted.index} of ${name}: ${halted.message}`, {
    hint: 'install a newer Holdfast: its next sync goes on where this one stopped; until then what was held stays served',
  })
}

/** A head of the same size replaces the one that is shown where it was witnessed later. */
async function show(log: FollowedLog, { note, log: { head }, verified }: OpenManifest): Promise<void> {
  const { home } = log
  const shown = home.publishedSize()
  if (shown > head.size) return
  if (shown === head.size) {
    const own = await readFile(join(home.paths.manifest, 'checkpoint'))
    if (own.equals(note) || lastSeen(verified) <= lastSeen(verifyCheckpoint(home.primitives, log.policy, own))) return
  }
  await finishHead(log, { ...head, note })
}

function lastSeen({ cosignatures }: VerifiedCheckpoint): number {
  return Math.max(0, ...cosignatures.map(({ time = 0 }) => time))
}

/** What a run that was killed had accepted and not shown needs nobody else. */
async function finishInterrupted(log: FollowedLog): Promise<void> {
  const accepted = acceptedHead(log)
  const isWhole = accepted !== undefined && log.home.journal.size() === accepted.size
  if (!isWhole || log.home.publishedSize() >= accepted.size || readStatus(log.home.fold).halted !== undefined) return
  await finishHead(log, accepted)
}

function strike(log: FollowedLog, name: string, problem: Problem, { onProblem }: FollowOptions): void {
  const before = log.tables.sources().find((source) => source.name === name)
  const strikes = Math.min((before?.strikes ?? 0) + 1, MOST_STRIKES)
  log.tables.noteSource(name, { strikes, code: problem.code, message: problem.message, at: log.home.now() })
  onProblem({ ...problem, path: name })
}
