import { parseCid } from '../model/content-id.ts'
import { carForm, wrongRoot } from './car-form.ts'
import { type ClusterGateway, clusterBlocks } from './cluster-blocks.ts'
import { type ClusterPin, factorOf, readPin, stateOf, tell, wordsOf } from './cluster-pins.ts'
import type { PinEngine, PinOptions, PinRequest, PinState } from './engine.ts'
import { failureOf, isObject, namesRoot, quoted, unknownAnswer } from './engine-answer.ts'
import { ask, type EngineLine } from './engine-http.ts'
import { ReplicateError } from './errors.ts'

export interface Cluster extends EngineLine {
  /** Peers that are to hold each bundle; 0 for what the cluster's own configuration says. */
  readonly replication: number
  /** Send blocks to all of these peers at once, instead of to the peer at the URL, from which the others fetch. */
  readonly spread: boolean
  /** Where blocks are read back, because the REST API of a cluster gives none. */
  readonly gateways: readonly ClusterGateway[]
}

/** It answers once the blocks are stored, and pins later; v1.1.6 whose IPFS node has a full disk never answers. */
const SILENCE_MS = 60_000
/** Above the line of one root with the ids of a thousand peers. */
const MAX_ADDED_BYTES = 262_144

/**
 * An IPFS Cluster that somebody runs, over its REST API: one CAR a bundle, and as many peers that pin it as are asked for. A
 * bundle is pinned once so many say so; until then it is accepted.
 *
 * @see https://ipfscluster.io/documentation/reference/api/
 */
export function clusterEngine(cluster: Cluster): PinEngine {
  const blocks = clusterBlocks(cluster)
  return {
    name: cluster.name,
    ...(cluster.gateways.length === 0 ? { isUnreadable: true } : {}),
    prepare: (signal) => requireIpfs(cluster, signal),
    pin: (request, options) =>
      request.again === true ? mend(cluster, request, options) : pin(cluster, request, options),
    status: async (root, signal) => await statusOf(cluster, root, await readPin(cluster, root, signal), signal),
    remove: (root, signal) => unpin(cluster, root, signal),
    readBlock: blocks.read,
  }

  async function mend(line: Cluster, request: PinRequest, options: PinOptions): Promise<Exclude<PinState, 'absent'>> {
    const before = await readPin(line, request.root, options.signal)
    // A node does not write a block over one that it has, so a damaged one is for the operator of that peer.
    if (line.gateways.length > 0 && (await blocks.areGood(request, options.signal)))
      return await pin(line, request, options)
    return await send(line, request, before, options)
  }
}

async function pin(line: Cluster, request: PinRequest, options: PinOptions): Promise<Exclude<PinState, 'absent'>> {
  const { root } = request
  const { signal } = options
  const before = await readPin(line, root, signal)
  const { pinned, waiting, failed } = before
  // Where nobody has it, the blocks may be gone; where somebody does, the others can have them from there.
  if (pinned.length + waiting.length === 0) {
    if (failed.length === 0) await statusOf(line, root, before, signal)
    return await send(line, request, before, options)
  }
  const state = await statusOf(line, root, before, signal)
  if (state === 'absent') throw unknownAnswer(line, 'peers pin what the cluster does not list')
  if (state === 'pinned' || pinned.length + waiting.length >= (await wantedOf(line, root, before, signal))) return state
  // Finds other peers for those that are away, and lets those that failed try again.
  await tell(line, { method: 'POST', path: `pins/${root}`, query: pinOptions(line, request), signal })
  return 'accepted'
}

async function statusOf(line: Cluster, root: string, pin: ClusterPin, signal: AbortSignal): Promise<PinState> {
  const isHeld = pin.pinned.length > 0
  return stateOf(line, pin, isHeld ? await wantedOf(line, root, pin, signal) : 1)
}

async function wantedOf(line: Cluster, root: string, pin: ClusterPin, signal: AbortSignal): Promise<number> {
  return line.replication > 0 ? line.replication : await factorOf(line, root, pin, signal)
}

async function send(
  line: Cluster,
  request: PinRequest,
  before: ClusterPin,
  options: PinOptions,
): Promise<Exclude<PinState, 'absent'>> {
  const { signal } = options
  const holders = [...before.pinned, ...before.failed].map(({ id }) => id)
  // To those that had it, all of them: a peer that calls a bundle pinned fetches nothing of it.
  const to = holders.length > 0 ? { 'user-allocations': holders.join(',') } : {}
  const local = line.spread || holders.length > 0 ? 'false' : 'true'
  const query = { format: 'car', local, 'stream-channels': 'false', ...pinOptions(line, request), ...to }
  const { headers, body } = carForm(request, options)
  const what = { method: 'POST', path: 'add', query, headers, body, maxBytes: MAX_ADDED_BYTES, signal } as const
  const said = await ask({ ...line, waits: { importMs: SILENCE_MS, ...line.waits } }, what).catch(withRoomInMind)
  const failure = failureOf(line, said, wordsOf(said))
  if (failure !== undefined) throw failure
  if (!addedRoots(line, said.bytes).every((cid) => namesRoot(cid, parseCid(request.root))))
    throw wrongRoot(line.name, request)
  const after = await readPin(line, request.root, signal)
  // A cluster that collects changes of its pinset lists this one only a little later.
  if (!after.isListed) return 'accepted'
  const state = await statusOf(line, request.root, after, signal)
  return state === 'pinned' ? 'pinned' : 'accepted'
}

function withRoomInMind(error: unknown): never {
  if (!(error instanceof ReplicateError && error.code === 'ENGINE_UNREACHABLE')) throw error
  throw new ReplicateError(error.code, error.message, {
    hint: 'see that its peers run and that the disks of their IPFS nodes have room: a cluster without any never answers',
    cause: error,
  })
}

/** Source: ipfs-cluster, adder/adderutils, the answer without `stream-channels`: a list of what was added. */
function addedRoots(line: EngineLine, bytes: Uint8Array): readonly unknown[] {
  let list: unknown
  try {
    list = JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  if (!Array.isArray(list) || list.length !== 1 || !list.every(isObject))
    throw unknownAnswer(line, 'no list of one root that it added')
  return list.map(({ cid }) => cid)
}

function pinOptions({ replication }: Cluster, { id }: PinRequest): Readonly<Record<string, string>> {
  const factor = String(replication)
  return {
    name: `holdfast ${id}`,
    ...(replication > 0 ? { 'replication-min': factor, 'replication-max': factor } : {}),
  }
}

async function unpin(line: Cluster, root: string, signal: AbortSignal): Promise<void> {
  const said = await ask(line, { method: 'DELETE', path: `pins/${root}`, maxBytes: MAX_ADDED_BYTES, signal })
  const words = wordsOf(said)
  // Not in the pinset. An address that leads elsewhere has a 404 without these words.
  if (said.status === 404 && words !== undefined) return
  const failure = failureOf(line, said, words)
  if (failure !== undefined) throw failure
}

/** The peer that is sent the blocks has to have an IPFS node that answers. */
async function requireIpfs(line: Cluster, signal: AbortSignal): Promise<void> {
  const { ipfs, version } = await tell(line, { method: 'GET', path: 'id', signal })
  if (typeof version !== 'string' || !isObject(ipfs)) throw unknownAnswer(line, 'no id of a cluster peer')
  const { error } = ipfs
  if (typeof error !== 'string' || error === '') return
  throw new ReplicateError('ENGINE_UNREACHABLE', `the IPFS node of ${line.name} fails: ${quoted(line, error)}`, {
    hint: 'start the IPFS node of that cluster peer, then run the same command again',
  })
}
