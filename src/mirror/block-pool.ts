import { setTimeout as sleep } from 'node:timers/promises'
import type { CID } from 'multiformats/cid'
import { type Problem, problemOf } from '../model/errors.ts'
import { type BlockSource, fetchFrom } from '../read/block-source.ts'
import { ReadError } from '../read/errors.ts'

/** A source is asked last while it has this many strikes or more. */
const DEMOTED = 1
const MOST_STRIKES = 30

export interface PoolSource {
  /** As the operator typed it. */
  readonly name: string
  /** Root of its gateway, without a slash at its end. */
  readonly base: string
  /** From earlier runs. */
  readonly strikes: number
}

export interface PoolOptions {
  readonly onFault: (name: string, problem: Problem) => void
  /** Bytes a second over all sources; undefined for no limit. */
  readonly bytesPerSecond: number | undefined
}

/** What came of a source in this run. */
export interface PoolReport {
  readonly name: string
  readonly strikes: number
  readonly bytes: number
}

export interface BlockPool extends BlockSource {
  report(): readonly PoolReport[]
}

interface Member {
  readonly name: string
  readonly base: string
  strikes: number
  underWay: number
  bytes: number
}

/**
 * Several gateways as one source of verified blocks, asked at the same time: each block goes to the one with the fewest
 * faults and then the fewest requests under way. One fault puts a source behind all others, a good answer takes one away.
 */
export function blockPool(sources: readonly PoolSource[], { onFault, bytesPerSecond }: PoolOptions): BlockPool {
  const members: Member[] = sources.map((source) => ({ ...source, underWay: 0, bytes: 0 }))
  const pace = pacer(bytesPerSecond)
  return {
    async fetch(cid, signal) {
      let last: unknown
      const left = new Set(members)
      while (left.size > 0) {
        const member = best(left)
        left.delete(member)
        try {
          const block = await ask(member, cid, signal)
          if (block === undefined) continue
          await pace(block.length, signal)
          return block
        } catch (error) {
          signal.throwIfAborted()
          last = error
          member.strikes = Math.min(member.strikes + 1, MOST_STRIKES)
          onFault(member.name, problemOf(error))
        }
      }
      throw new ReadError('SOURCES_EXHAUSTED', `no source gave block ${cid.toString()}`, {
        hint: 'run the same command again later, or name more sources: what is fetched already is kept',
        cause: last,
      })
    },
    report: () => members.map(({ name, strikes, bytes }) => ({ name, strikes, bytes })),
  }
}

async function ask(member: Member, cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
  member.underWay += 1
  try {
    const block = await fetchFrom(member.base, cid, signal)
    if (block === undefined) return undefined
    member.bytes += block.length
    member.strikes = Math.max(0, member.strikes - 1)
    return block
  } finally {
    member.underWay -= 1
  }
}

function best(members: ReadonlySet<Member>): Member {
  const [first] = [...members].sort((a, b) => rankOf(a) - rankOf(b) || a.underWay - b.underWay || a.bytes - b.bytes)
  if (first === undefined) throw new TypeError('nobody is left to ask')
  return first
}

function rankOf({ strikes }: Member): number {
  return strikes < DEMOTED ? 0 : strikes
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
