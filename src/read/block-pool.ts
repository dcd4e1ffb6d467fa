import { setTimeout as sleep } from 'node:timers/promises'
import { type Problem, problemOf } from '../model/errors.ts'
import type { BlockPlace, BlockSource, LeafSink } from './block-source.ts'
import { ReadError } from './errors.ts'
import { gatewayPlace } from './gateway-place.ts'
import { requireWayTo } from './onion.ts'

/** A place is asked last while it has this many strikes or more. */
const DEMOTED = 1
const MOST_STRIKES = 30
/** A place that was silent so often in a row is asked last of all for a while: each question could cost a timeout. */
const MOST_SILENCES = 3
const REST_MS = 60_000
/** Above every number of strikes. */
const LAST_RESORT = 1_000
const RESTING = 2_000

export interface PoolSource {
  /** As the operator typed it. */
  readonly name: string
  readonly place: BlockPlace
  /** From earlier runs. @default 0 */
  readonly strikes?: number
  /** Asked only for what no other place gave, also where those have strikes. @default false */
  readonly lastResort?: boolean
}

export interface PoolOptions {
  readonly onFault: (name: string, problem: Problem) => void
  /** Bytes a second over all places. @default no limit */
  readonly bytesPerSecond?: number | undefined
}

/** What came of a place in this run. */
export interface PoolReport {
  readonly name: string
  readonly strikes: number
  readonly bytes: number
}

export interface BlockPool extends Required<BlockSource> {
  report(): readonly PoolReport[]
}

interface Member {
  readonly name: string
  readonly place: BlockPlace
  readonly lastResort: boolean
  strikes: number
  /** Questions in a row that were not answered. */
  silences: number
  /** Milliseconds of `performance.now()`. */
  restsUntil: number
  underWay: number
  bytes: number
}

/**
 * Several places as one source of verified blocks, asked at the same time: each request goes to the one with the fewest
 * faults and then the fewest requests under way. One fault puts a place behind all others, a good answer takes one away;
 * a place that just does not have a block is asked again for the next one. One of last resort comes after all others; only
 * a place that does not answer at all then comes after that, for a minute.
 */
export function blockPool(sources: readonly PoolSource[], { onFault, bytesPerSecond }: PoolOptions): BlockPool {
  const members: Member[] = sources.map((source) => ({
    ...{ strikes: 0, lastResort: false, ...source },
    ...{ silences: 0, restsUntil: 0, underWay: 0, bytes: 0 },
  }))
  const pace = pacer(bytesPerSecond)
  const blame = (member: Member, error: unknown): void => {
    const problem = problemOf(error)
    member.strikes = Math.min(member.strikes + 1, MOST_STRIKES)
    member.silences = problem.code === 'SOURCE_UNREACHABLE' ? member.silences + 1 : 0
    if (member.silences >= MOST_SILENCES) member.restsUntil = performance.now() + REST_MS
    onFault(member.name, problem)
  }
  const credit = async (member: Member, bytes: number, signal: AbortSignal): Promise<void> => {
    member.bytes += bytes
    member.strikes = Math.max(0, member.strikes - 1)
    member.silences = 0
    member.restsUntil = 0
    await pace(bytes, signal)
  }
  const fetch: BlockSource['fetch'] = async (cid, signal) => {
    let last: unknown
    for (const member of inTurn(members)) {
      try {
        const block = await during(member, () => member.place.fetch(cid, signal))
        if (block === undefined) continue
        await credit(member, block.length, signal)
        return block
      } catch (error) {
        signal.throwIfAborted()
        last = error
        blame(member, error)
      }
    }
    throw new ReadError('SOURCES_EXHAUSTED', `no source gave block ${cid.toString()}`, {
      hint: 'run the same command again later, or name more sources with --from: what is fetched already is kept',
      cause: last,
    })
  }
  return {
    fetch,
    async fetchLeaves(file, leaves, sink, signal) {
      let given = 0
      for (const member of inTurn(members)) {
        if (given === leaves.length) return
        // It will be asked for single blocks, after the others.
        if (isResting(member)) continue
        try {
          const credited: LeafSink = async (leaf, bytes) => {
            given += 1
            await credit(member, bytes.length, signal)
            await sink(leaf, bytes)
          }
          await during(member, async () => member.place.fetchLeaves?.(file, leaves.slice(given), credited, signal))
        } catch (error) {
          signal.throwIfAborted()
          blame(member, error)
        }
      }
      const rest = leaves.slice(given).values()
      const oneByOne = async (): Promise<void> => {
        for (const leaf of rest) await sink(leaf, await fetch(leaf.cid, signal))
      }
      await Promise.all([oneByOne(), oneByOne()])
    },
    report: () => members.map(({ name, strikes, bytes }) => ({ name, strikes, bytes })),
  }
}

/**
 * Trustless gateways, by their address, as one source.
 *
 * @param bases - URLs, each the root of a gateway (`/ipfs/<cid>` is appended).
 * @param onFault - called for each answer that did not check out.
 * @throws {ReadError} `ONION_NEEDS_PROXY` for a source that could never be asked as the network is configured.
 */
export function gatewaySource(bases: readonly string[], onFault: PoolOptions['onFault']): BlockPool {
  for (const base of bases) requireWayTo(base)
  const named = bases.map((base) => base.replace(/\/+$/u, ''))
  return blockPool(
    named.map((name) => ({ name, place: gatewayPlace(name) })),
    { onFault },
  )
}

async function during<T>(member: Member, work: () => Promise<T>): Promise<T> {
  member.underWay += 1
  try {
    return await work()
  } finally {
    member.underWay -= 1
  }
}

/** Each once, chosen anew at each step, because others ask meanwhile. */
function* inTurn(members: readonly Member[]): Generator<Member> {
  for (const left = new Set(members); left.size > 0; ) {
    const [first] = [...left].sort((a, b) => rankOf(a) - rankOf(b) || a.underWay - b.underWay || a.bytes - b.bytes)
    if (first === undefined) return
    left.delete(first)
    yield first
  }
}

function rankOf(member: Member): number {
  if (isResting(member)) return RESTING
  return (member.lastResort ? LAST_RESORT : 0) + (member.strikes < DEMOTED ? 0 : member.strikes)
}

function isResting({ restsUntil }: Member): boolean {
  return restsUntil > performance.now()
}

/** Lets bytes pass at a pace: whoever brings more than the time allows waits before the next may come. */
function pacer(bytesPerSecond: number | undefined): (bytes: number, signal: AbortSignal) => Promise<void> {
  if (bytesPerSecond === undefined) return async () => undefined
  let free = performance.now()
  return async (bytes, signal) => {
    free = Math.max(free, performance.now()) + (bytes / bytesPerSecond) * 1_000
    await sleep(Math.max(0, free - performance.now()), undefined, { signal })
  }
}
