import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AnnounceError } from '../../announce/errors.ts'
import { isBetter, type NameRecord, parseRecord } from '../../announce/record.ts'
import { requireCurrent, requireNotAhead } from '../../announce/sequence.ts'
import { parseCheckpoint } from '../../manifest/checkpoint.ts'
import { parseSignedNote } from '../../manifest/note.ts'
import { HoldfastError, type Problem, problemOf } from '../../model/errors.ts'
import { ReadError } from '../../read/errors.ts'
import { gatewayPlace } from '../../read/gateway-place.ts'
import { gatewayBase } from '../../read/manifest-source.ts'
import { openAnnounced } from '../../store/announced.ts'
import { transaction } from '../../store/transaction.ts'
import type { FollowedLog } from '../mirror/followed-log.ts'
import { readFact, writeFacts } from '../open-home.ts'
import { gatewaysOf, routersOf } from './named-source.ts'
import { namesOfLog } from './names-of-log.ts'
import { ownPart } from './own-part.ts'
import { askRecord } from './push-record.ts'
import { isTaken, type ReadRoot, takeRoot } from './take-root.ts'
import { takeDirectory } from './taken-directory.ts'

export interface FollowName {
  readonly signal: AbortSignal
  readonly onProblem: (problem: Problem) => void
}

/** Sources that are asked for a name. */
const MOST_SOURCES = 8
const BLOCK_MS = 30_000
/** The fact which record last led to a root that lies, and since when. */
const REFUSED = 'name-refused'
const REFUSED_MS = 24 * 60 * 60 * 1_000

interface Offered {
  readonly record: NameRecord
  readonly from: string
}

/**
 * Asks the sources of a followed log for the records of its names, and keeps the best whose root holds the head that is shown
 * here, with the nodes of that root. A name is a hint: whatever goes wrong is told and stops nothing.
 */
export async function followName(log: FollowedLog, options: FollowName): Promise<void> {
  const { settings } = log
  const asked = routersOf(settings).slice(0, MOST_SOURCES)
  const gateways = gatewaysOf(settings).slice(0, MOST_SOURCES)
  if (log.home.publishedSize() === 0) return
  for (const key of namesOfLog(log.home)) {
    const offers = await offersOf(log, asked, key, options)
    for (const offer of offers) {
      try {
        if (await takeOffer(log, offer, gateways, options.signal)) break
      } catch (error) {
        options.signal.throwIfAborted()
        if (!(error instanceof HoldfastError)) throw error
        if (error.code === 'ROOT_UNTRUE') refuse(log, offer.record)
        tellOf(log, offer.from, error, options)
      }
    }
  }
}

/** Best first; what is not better than what is kept comes only where its root is not all here yet. */
async function offersOf(
  log: FollowedLog,
  bases: readonly string[],
  key: Uint8Array,
  options: FollowName,
): Promise<readonly Offered[]> {
  const { home } = log
  const offers: Offered[] = []
  for (const from of bases) {
    try {
      const record = await askRecord(from, key, home.primitives, options.signal)
      if (record === undefined) continue
      requireCurrent(record, Date.parse(home.now()))
      requireNotAhead(record, home.publishedSize())
      if (!wasRefused(log, record)) offers.push({ record, from })
    } catch (error) {
      options.signal.throwIfAborted()
      if (!(error instanceof HoldfastError)) throw error
      tellOf(log, from, error, options)
    }
  }
  const kept = keptRecord(log, key)
  return offers
    .filter(
      ({ record }) => isBetter(record, kept) || (!isBetter(kept ?? record, record) && !isTaken(home, record.root)),
    )
    .sort((one, other) => (isBetter(one.record, other.record) ? -1 : Number(isBetter(other.record, one.record))))
}

/** A root that lies is not looked into at each sync: it may be as large as what is fetched in one go. */
function refuse({ home }: FollowedLog, { bytes }: NameRecord): void {
  const refused = `${hash('sha256', bytes)} ${Date.parse(home.now())}`
  transaction(home.db, () => writeFacts(home.db, { [REFUSED]: refused }))
}

/** For a day, because it may have been a file here that was wrong. */
function wasRefused({ home }: FollowedLog, { bytes }: NameRecord): boolean {
  const [digest = '', at = ''] = (readFact(home.db, REFUSED) ?? '').split(' ')
  return digest === hash('sha256', bytes) && Math.abs(Date.parse(home.now()) - Number(at)) < REFUSED_MS
}

function keptRecord({ home }: FollowedLog, key: Uint8Array): NameRecord | undefined {
  const kept = openAnnounced(home.db).record(key)
  return kept === undefined ? undefined : parseRecord(home.primitives, key, kept.bytes)
}

/**
 * @returns false where the head in the root is not the one that is shown here: older, or so new that the next sync brings it.
 * @throws {AnnounceError} `ROOT_UNTRUE`; {ReadError} where its blocks cannot be had.
 */
async function takeOffer(
  log: FollowedLog,
  { record }: Offered,
  bases: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const { home } = log
  const read = readerOf(bases, signal)
  const size = home.publishedSize()
  if ((await headIn(log, record, read)) !== size) return false
  const taken = isTaken(home, record.root) ? undefined : await takeRoot(home, record.root, size, read)
  transaction(home.db, () => {
    taken?.keep()
    openAnnounced(home.db).putRecord(record.key, { bytes: record.bytes, size })
  })
  return true
}

/** Size of the head in a root; only the own head is one that is known to be good. */
async function headIn({ home }: FollowedLog, { root }: NameRecord, read: ReadRoot): Promise<number | undefined> {
  const manifest = (await takeDirectory(root, read)).links.find(({ name }) => name === 'manifest')
  const links = manifest === undefined ? [] : (await takeDirectory(manifest.cid, read)).links
  const checkpoint = links.find(({ name }) => name === 'checkpoint')
  if (checkpoint === undefined) throw new AnnounceError('ROOT_UNTRUE', 'the announced root holds no checkpoint')
  const note = await read(checkpoint.cid)
  const own = await readFile(join(home.paths.manifest, 'checkpoint'))
  if (ownPart(home, home.publishedSize()).isSameNote('manifest/checkpoint', note))
    return parseCheckpoint(parseSignedNote(own).text).size
  return undefined
}

/** Asks one source after the other; each block is checked where it comes in. */
function readerOf(bases: readonly string[], signal: AbortSignal): ReadRoot {
  const places = bases.map((base) => gatewayPlace(base))
  return async (cid) => {
    let fault: unknown
    for (const place of places) {
      try {
        const block = await place.fetch(cid, AbortSignal.any([signal, AbortSignal.timeout(BLOCK_MS)]))
        if (block !== undefined) return block
      } catch (error) {
        signal.throwIfAborted()
        fault = error
      }
    }
    throw new ReadError('SOURCES_EXHAUSTED', `no source has block ${cid.toString()} of the announced root`, {
      hint: 'it comes with a later sync, when a source has it',
      cause: fault,
    })
  }
}

/** That a source has no name to give, or is away, is no fault: following the log has said so. */
function tellOf(log: FollowedLog, base: string, error: HoldfastError, { onProblem }: FollowName): void {
  if (!(error instanceof AnnounceError)) return
  const { tables, home, settings } = log
  // As it was typed, so that it is one with the source that is known.
  const from = settings.from.find((each) => gatewayBase(each) === base) ?? base
  tables.noteSource(from, { code: error.code, message: error.message, at: home.now() })
  onProblem({ ...problemOf(error), path: from })
}
