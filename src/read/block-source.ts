import { hash } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import type { Problem } from '../model/errors.ts'
import { problemOf } from '../model/errors.ts'
import { ReadError } from './errors.ts'
import { httpGet } from './http-get.ts'
import { requireWayTo } from './onion.ts'

/** Largest block that IPFS exchanges; ours are at most 1 MiB. */
const MAX_BLOCK_BYTES = 2 * 1024 * 1024
/** Faults in a row after which a source is asked last. */
const FAULTS_BEFORE_DEMOTION = 3

export interface BlockSource {
  /**
   * Fetches one block from any source that has it and checks it against its CID.
   *
   * @throws {ReadError} `SOURCES_EXHAUSTED` with the last fault as its cause; the same call may work later.
   */
  fetch(cid: CID, signal: AbortSignal): Promise<Uint8Array>
}

interface Ranked {
  readonly base: string
  faults: number
}

/**
 * Trustless gateways as one source of verified blocks. A source that lies, truncates or stalls is demoted and routed
 * around; a source that just does not have a block is asked again for the next one.
 *
 * @param bases - URLs, each the root of a gateway (`/ipfs/<cid>` is appended).
 * @param onFault - called for each answer that did not check out.
 * @throws {ReadError} `ONION_NEEDS_PROXY` for a source that could never be asked as the network is configured.
 */
export function gatewaySource(
  bases: readonly string[],
  onFault: (source: string, problem: Problem) => void,
): BlockSource {
  for (const base of bases) requireWayTo(base)
  const sources: Ranked[] = bases.map((base) => ({ base: base.replace(/\/+$/u, ''), faults: 0 }))
  return {
    async fetch(cid, signal) {
      let last: unknown
      const order = sources.toSorted((a, b) => a.faults - b.faults)
      for (const source of order) {
        try {
          const block = await fetchFrom(source.base, cid, signal)
          if (block !== undefined) {
            source.faults = 0
            return block
          }
        } catch (error) {
          signal.throwIfAborted()
          last = error
          source.faults = Math.min(source.faults + 1, FAULTS_BEFORE_DEMOTION * 10)
          onFault(source.base, problemOf(error))
        }
      }
      throw new ReadError('SOURCES_EXHAUSTED', `no source gave block ${cid.toString()}`, {
        hint: 'run the same command again later, or name more sources with --from: what is fetched already is kept',
        cause: last,
      })
    },
  }
}

/**
 * Fetches one block from one trustless gateway and checks it; nothing where it does not have it.
 *
 * @param base - root of the gateway, without a slash at its end.
 * @throws {ReadError} `SOURCE_UNREACHABLE`, `SOURCE_ANSWER_TOO_LARGE`, `SOURCE_REFUSED`, `BLOCK_WRONG`.
 */
export async function fetchFrom(base: string, cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const answer = await httpGet(`${base}/ipfs/${cid.toString()}?format=raw`, {
    maxBytes: MAX_BLOCK_BYTES,
    signal,
    headers: { accept: 'application/vnd.ipld.raw' },
  })
  if ([404, 410, 451].includes(answer.status)) return undefined
  if (answer.status !== 200) {
    throw new ReadError('SOURCE_UNREACHABLE', `${new URL(base).host} answered ${answer.status} for a block`, {
      hint: 'it has troubles of its own: try it again later',
    })
  }
  if (!matches(cid, answer.body)) {
    throw new ReadError('BLOCK_WRONG', `${new URL(base).host} gave other bytes than ${cid.toString()}`, {
      hint: 'this source is broken or lies; its bytes were thrown away',
    })
  }
  return answer.body
}

/** SHA-256 only: the profile has no other hash, and identity CIDs are never written by us. */
function matches(cid: CID, bytes: Uint8Array): boolean {
  if (cid.multihash.code !== 0x12) return false
  return hash('sha256', bytes, 'buffer').equals(cid.multihash.digest)
}
