import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CarReader } from '@ipld/car'
import { disturbed, type HttpFault } from './http-faults.ts'
import { partOf } from './kubo-rpc.ts'

/** What the next answers are like, until it is set again; undefined for a cluster as it should be. */
export type ClusterFault = HttpFault | 'wrong-root' | 'no-pin' | 'full'

export interface FakePeer {
  readonly id: string
  readonly name: string
  /** What its IPFS node holds, by CID. */
  readonly blocks: Map<string, Uint8Array>
  /** Roots that its IPFS node pins. */
  readonly pins: Set<string>
  /** Asked of each pin that it is to have and does not: what it says of it instead of pinning it at once. */
  says: (root: string) => { readonly status: string; readonly error?: string } | undefined
  isAway: boolean
}

export interface FakePin {
  readonly name: string
  readonly min: number
  readonly allocations: readonly string[]
}

/** The REST API of IPFS Cluster v1.1.6, as far as an engine needs it, and a gateway of each of three peers; stops when disposed. */
export interface FakeCluster extends AsyncDisposable {
  readonly url: string
  readonly peers: readonly [FakePeer, FakePeer, FakePeer]
  /** Root CID to what the cluster has noted. */
  readonly pins: Map<string, FakePin>
  /** Method and path of every request but those for blocks, oldest first. */
  readonly asked: string[]
  /** Query of every request to `/add` and to pin, oldest first. */
  readonly queries: URLSearchParams[]
  fault: ClusterFault | undefined
  /** The one call that the fault is for, such as `POST /add`; @default all */
  faultAt: string | undefined
  gatewayOf(peer: FakePeer): string
}

/** Another CID than any that is sent: the empty block. */
const OTHER = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'

/** @param authorization - what the header has to say, if anything. */
export async function fakeCluster(authorization?: string): Promise<FakeCluster> {
  const server = createServer((request, response) => {
    answer(cluster, authorization, request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cluster: FakeCluster = {
    ...{ url, peers: [aPeer(1), aPeer(2), aPeer(3)], pins: new Map(), asked: [], queries: [] },
    ...{ fault: undefined, faultAt: undefined },
    gatewayOf: (peer) => `${url}/gateway/${peer.name}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return cluster
}

function aPeer(n: number): FakePeer {
  const blank = { blocks: new Map(), pins: new Set<string>(), says: () => undefined, isAway: false }
  return { id: `12D3KooWFakePeer${n}`, name: `peer-${n}`, ...blank }
}

async function answer(
  cluster: FakeCluster,
  wanted: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://cluster')
  const [first, name, ...rest] = pathname.slice(1).split('/')
  if (first === 'gateway') return gateway(cluster, name, rest.at(-1) ?? '', request, response)
  const call = `${request.method} ${first === 'pins' ? '/pins' : pathname}`
  cluster.asked.push(`${request.method} ${pathname}`)
  const { authorization = '' } = request.headers
  if (wanted !== undefined && authorization !== wanted) return failed(response, 401, 'unauthorized: access denied')
  const fault = (cluster.faultAt ?? call) === call ? cluster.fault : undefined
  if (
    isHttpFault(fault) &&
    (await disturbed(fault, { url: cluster.url, isUpload: first === 'add' }, request, response))
  )
    return
  const root = name ?? ''
  switch (call) {
    case 'GET /id':
      return json(response, {
        id: cluster.peers[0].id,
        version: '1.1.6',
        peername: 'peer-1',
        ipfs: { id: '', error: '' },
      })
    case 'POST /add':
      cluster.queries.push(searchParams)
      return add(cluster, fault, searchParams, request, response)
    case 'GET /pins':
      return json(response, { cid: root, name: cluster.pins.get(root)?.name ?? '', peer_map: peerMap(cluster, root) })
    case 'POST /pins':
      cluster.queries.push(searchParams)
      pin(cluster, root, searchParams)
      return json(response, { cid: root })
    case 'DELETE /pins':
      if (!cluster.pins.delete(root)) return failed(response, 404, 'not found')
      for (const peer of cluster.peers) peer.pins.delete(root)
      return json(response, { cid: root })
    default: {
      const noted = first === 'allocations' ? cluster.pins.get(root) : undefined
      if (noted === undefined) return failed(response, 404, 'not found')
      return json(response, { cid: root, replication_factor_min: noted.min, allocations: noted.allocations })
    }
  }
}

const OWN_FAULTS: ReadonlySet<string> = new Set(['wrong-root', 'no-pin', 'full'])

function isHttpFault(fault: ClusterFault | undefined): fault is HttpFault {
  return fault !== undefined && !OWN_FAULTS.has(fault)
}

function peerMap({ pins, peers }: FakeCluster, root: string): Record<string, unknown> {
  const noted = pins.get(root)
  return Object.fromEntries(
    peers.map((peer) => {
      const says = sayOf(peer, root, noted)
      return [peer.id, { peername: peer.name, error: '', ...says }]
    }),
  )
}

function sayOf(
  peer: FakePeer,
  root: string,
  noted: FakePin | undefined,
): { readonly status: string; readonly error?: string } {
  if (noted === undefined) return { status: 'unpinned' }
  if (noted.min > 0 && !noted.allocations.includes(peer.id)) return { status: 'remote' }
  if (peer.isAway) return { status: 'cluster_error', error: 'failed to dial' }
  if (!peer.pins.has(root)) return peer.says(root) ?? { status: 'unexpectedly_unpinned', error: 'should be pinned' }
  return { status: 'pinned' }
}

/** Allocates as a cluster does: those that have it and are there stay, others are found for the rest; each pins it at once. */
function pin(cluster: FakeCluster, root: string, query: URLSearchParams, sender?: FakePeer): void {
  const min = Number(query.get('replication-min') ?? 0) || -1
  const before = cluster.pins.get(root)?.allocations ?? query.get('user-allocations')?.split(',') ?? []
  const up = cluster.peers.filter(({ isAway }) => !isAway)
  const first = up.filter((peer) => before.includes(peer.id) || peer === sender)
  const chosen = min < 0 ? up : [...first, ...up.filter((peer) => !first.includes(peer))].slice(0, min)
  const allocations = min < 0 ? [] : chosen.map(({ id }) => id)
  cluster.pins.set(root, { name: query.get('name') ?? '', min, allocations })
  for (const peer of chosen) {
    // A peer that calls it pinned fetches nothing of it.
    if (peer.pins.has(root) || peer.says(root) !== undefined) continue
    for (const other of up)
      for (const [cid, bytes] of other.blocks) if (!peer.blocks.has(cid)) peer.blocks.set(cid, bytes)
    peer.pins.add(root)
  }
}

async function add(
  cluster: FakeCluster,
  fault: ClusterFault | undefined,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) {
    parts.push(part as Buffer)
    if (fault === 'full') return failed(response, 500, 'block/put: no space left on device')
  }
  if (query.get('format') !== 'car') return failed(response, 400, 'this test knows CARs only')
  const reader = await CarReader.fromBytes(partOf(Buffer.concat(parts), request.headers['content-type'] ?? ''))
  const [root] = await reader.getRoots()
  if (root === undefined) return failed(response, 500, 'only CAR files with a single root are supported')
  const sender = cluster.peers[0]
  const to = query.get('local') === 'true' ? [sender] : cluster.peers.filter(({ isAway }) => !isAway)
  for await (const { cid, bytes } of reader.blocks())
    for (const { blocks } of to) if (!blocks.has(`${cid}`)) blocks.set(`${cid}`, bytes)
  if (fault === 'no-pin')
    for (const peer of cluster.peers) peer.says = () => ({ status: 'pin_error', error: 'ipfs: pin: context canceled' })
  pin(cluster, `${root}`, query, query.get('local') === 'true' ? sender : undefined)
  json(response, [{ name: 'bundle.car', cid: fault === 'wrong-root' ? OTHER : `${root}`, allocations: [] }])
}

/** Of a trustless gateway that fetches nothing. */
function gateway(
  { peers }: FakeCluster,
  name: string | undefined,
  cid: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const peer = peers.find((each) => each.name === name)
  if (peer === undefined || peer.isAway) return void request.socket.destroy()
  const bytes = peer.blocks.get(cid)
  response.statusCode = bytes === undefined ? 412 : 200
  response.end(bytes)
}

function failed(response: ServerResponse, code: number, message: string): void {
  response.statusCode = code
  json(response, { code, message })
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('Content-Type', 'application/json')
  response.end(`${JSON.stringify(value)}\n`)
}
