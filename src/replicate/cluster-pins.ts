import type { PinState } from './engine.ts'
import { failureOf, full, isFull, isObject, quoted, readLines, unknownAnswer } from './engine-answer.ts'
import { type Ask, ask, type EngineLine, type Said } from './engine-http.ts'
import { ReplicateError } from './errors.ts'

/** Above any answer on one pin: a thousand peers, each with ten addresses and an error. */
const MAX_ANSWER_BYTES = 4_194_304

/** One peer of a cluster, and what it says of one pin. */
export interface PeerSays {
  readonly id: string
  /** As its operator calls it; need not be unique. */
  readonly name: string
  readonly status: string
  /** Why it failed; empty otherwise. */
  readonly error: string
}

/** What the peers of a cluster say of one pin. */
export interface ClusterPin {
  /** They hold every block, by their own word. */
  readonly pinned: readonly PeerSays[]
  /** They are at it, or will be. */
  readonly waiting: readonly PeerSays[]
  /** They tried and could not, or lost it. */
  readonly failed: readonly PeerSays[]
  /** They cannot be asked now. */
  readonly away: readonly PeerSays[]
  /** False: no peer is to have it. */
  readonly isListed: boolean
}

/** Source: ipfs-cluster v1.1.6, api/types.go, trackerStatusString. `remote` is a peer that is not to have it, which is no fault. */
const KIND_OF: Readonly<Record<string, 'pinned' | 'waiting' | 'failed' | 'away' | 'unlisted'>> = {
  pinned: 'pinned',
  ...{ pinning: 'waiting', pin_queued: 'waiting', queued: 'waiting' },
  ...{ pin_error: 'failed', unexpectedly_unpinned: 'failed', error: 'failed' },
  ...{ unpinning: 'failed', unpin_queued: 'failed', unpin_error: 'failed' },
  cluster_error: 'away',
  unpinned: 'unlisted',
}

export async function readPin(line: EngineLine, root: string, signal: AbortSignal): Promise<ClusterPin> {
  const { peer_map: map } = await tell(line, { method: 'GET', path: `pins/${root}`, signal })
  if (!isObject(map)) throw unknownAnswer(line, 'a pin without its peers')
  const peers = Object.entries(map).map(([id, says]) => peerOf(line, id, says))
  const of = (kind: string): readonly PeerSays[] => peers.filter(({ status }) => KIND_OF[status] === kind)
  return {
    ...{ pinned: of('pinned'), waiting: of('waiting'), failed: of('failed'), away: of('away') },
    isListed: peers.some(({ status }) => KIND_OF[status] !== 'unlisted'),
  }
}

/**
 * @param wanted - peers that have to hold it.
 * @throws {ReplicateError} `ENGINE_REFUSED` where nobody has it nor is at it; `ENGINE_UNREACHABLE` where nobody can be asked.
 */
export function stateOf(line: EngineLine, pin: ClusterPin, wanted: number): PinState {
  const { name } = line
  const { pinned, waiting, failed, away, isListed } = pin
  if (!isListed) return 'absent'
  if (pinned.length >= wanted && pinned.length > 0) return 'pinned'
  if (pinned.length + waiting.length > 0) return 'accepted'
  const [first] = failed
  if (first !== undefined) {
    if (isFull(first.error)) throw full(name)
    const why = quoted(line, `${first.name}: ${first.error === '' ? first.status : first.error}`)
    throw new ReplicateError('ENGINE_REFUSED', `no peer of ${name} holds it; ${why}`, {
      hint: 'run `holdfast publish`, which sends it again; the log of that peer says more',
    })
  }
  if (away.length === 0) return 'accepted'
  throw new ReplicateError('ENGINE_UNREACHABLE', `no peer of ${name} that is to hold it can be reached`, {
    hint: 'see that its peers run, each with its IPFS node, then run the same command again',
  })
}

/** Peers that have to hold a pin as the cluster itself has noted. @param pin - what its peers say, for one that all are to hold. */
export async function factorOf(line: EngineLine, root: string, pin: ClusterPin, signal: AbortSignal): Promise<number> {
  const { replication_factor_min: min } = await tell(line, { method: 'GET', path: `allocations/${root}`, signal })
  if (typeof min !== 'number') throw unknownAnswer(line, 'an allocation without its replication factor')
  const { pinned, waiting, failed, away } = pin
  return min > 0 ? min : pinned.length + waiting.length + failed.length + away.length
}

/** One question and the JSON object that answers it. @throws {ReplicateError} for every other answer. */
export async function tell(line: EngineLine, what: Omit<Ask, 'maxBytes'>): Promise<Readonly<Record<string, unknown>>> {
  const said = await ask(line, { ...what, maxBytes: MAX_ANSWER_BYTES })
  const failure = failureOf(line, said, wordsOf(said))
  if (failure !== undefined) throw failure
  const [value] = readLines(said.bytes) ?? []
  if (value === undefined) throw unknownAnswer(line, 'no JSON object')
  return value
}

/** `{"code","message"}`. Source: ipfs-cluster, api/types.go, Error. */
export function wordsOf({ bytes }: Said): string | undefined {
  const [first] = readLines(bytes) ?? []
  return typeof first?.['message'] === 'string' ? first['message'] : undefined
}

function peerOf(line: EngineLine, id: string, says: unknown): PeerSays {
  if (!isObject(says) || typeof says['status'] !== 'string') throw unknownAnswer(line, 'a peer without a status')
  const { status, peername, error } = says
  const name = typeof peername === 'string' && peername !== '' ? peername : id
  return { id, name, status, error: typeof error === 'string' ? error : '' }
}
