import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { disturbed, type HttpFault } from './http-faults.ts'

/** What the next answers are like, until it is set again; undefined for a service as it should be. */
export type ServiceFault = HttpFault | 'wrong-root' | 'no-pin' | 'full'

export interface FakeWish {
  readonly requestid: string
  status: 'queued' | 'pinning' | 'pinned' | 'failed'
  readonly created: string
  readonly pin: { readonly cid: string; readonly name?: string; readonly origins?: readonly string[] }
  readonly delegates: readonly string[]
  readonly info: Readonly<Record<string, string>>
}

/** A pinning service and its gateway, after the text of the Pinning Service API 1.0.0; stops when disposed. */
export interface FakeService extends AsyncDisposable {
  readonly url: string
  readonly gateway: string
  /** Newest last. */
  wishes: FakeWish[]
  /** What its node holds, by CID. */
  readonly blocks: Map<string, Uint8Array>
  /** Method and path with query of every request to the API, oldest first. */
  readonly asked: string[]
  /** `Authorization` of every request to the gateway. */
  readonly toGateway: (string | undefined)[]
  /** What becomes of a wish that is made now. */
  becomes: FakeWish['status']
  /** Most wishes of a page, whatever is asked for. */
  pageLimit: number
  fault: ServiceFault | undefined
  faultsLeft: number
}

const OTHER = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const DELEGATE = '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWFakeDelegate'

/** @param fetch - gives what the service fetches of a root, at once, when it pins it. */
export async function fakePinningService(
  token: string,
  fetch: (root: string) => ReadonlyMap<string, Uint8Array>,
): Promise<FakeService> {
  const server = createServer((request, response) => {
    answer(service, { token, fetch }, request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const service: FakeService = {
    ...{ url: `${url}/psa`, gateway: url, wishes: [], blocks: new Map(), asked: [], toGateway: [] },
    ...{ becomes: 'pinned', pageLimit: 1_000, fault: undefined, faultsLeft: Number.POSITIVE_INFINITY },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return service
}

interface Means {
  readonly token: string
  readonly fetch: (root: string) => ReadonlyMap<string, Uint8Array>
}

async function answer(
  service: FakeService,
  { token, fetch }: Means,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://service')
  const { authorization } = request.headers
  const [first, second, id] = pathname.slice(1).split('/')
  if (first === 'ipfs') {
    service.toGateway.push(authorization)
    const bytes = service.blocks.get(second ?? '')
    response.statusCode = bytes === undefined ? 404 : 200
    return void response.end(bytes)
  }
  service.asked.push(`${request.method} ${pathname.replace('/psa', '')}`)
  if (authorization !== `Bearer ${token}`) return failed(response, 401, 'UNAUTHORIZED', 'no such token')
  const fault = service.faultsLeft > 0 ? service.fault : undefined
  if (fault !== undefined) service.faultsLeft -= 1
  if (isHttpFault(fault) && (await disturbed(fault, { url: service.url, isUpload: false }, request, response))) return
  if (first !== 'psa' || second !== 'pins') return failed(response, 404, 'NOT_FOUND', 'no such page')
  const wish = service.wishes.find(({ requestid }) => requestid === decodeURIComponent(id ?? ''))
  switch (request.method) {
    case 'GET':
      return json(response, 200, id === undefined ? listed(service, searchParams) : wish)
    case 'POST': {
      if (fault === 'full') return failed(response, 409, 'INSUFFICIENT_FUNDS', 'the plan holds 1 GiB')
      const made = wishFor(JSON.parse(await textOf(request)), fault, service.becomes)
      service.wishes.push(made)
      if (made.status === 'pinned') for (const [cid, bytes] of fetch(made.pin.cid)) service.blocks.set(cid, bytes)
      return json(response, 202, made)
    }
    default:
      if (wish === undefined) return failed(response, 404, 'NOT_FOUND', 'no such pin')
      service.wishes = service.wishes.filter((other) => other !== wish)
      response.statusCode = 202
      return void response.end()
  }
}

const OWN_FAULTS: ReadonlySet<string> = new Set(['wrong-root', 'no-pin', 'full'])

function isHttpFault(fault: ServiceFault | undefined): fault is HttpFault {
  return fault !== undefined && !OWN_FAULTS.has(fault)
}

let made = 0

export function wishFor(pin: FakeWish['pin'], fault?: ServiceFault, becomes: FakeWish['status'] = 'pinned'): FakeWish {
  made += 1
  const status = fault === 'no-pin' ? 'failed' : becomes
  return {
    ...{ requestid: `wish/${made}`, status, delegates: [DELEGATE] },
    created: new Date(Date.UTC(2026, 0, 1) + made).toISOString(),
    pin: fault === 'wrong-root' ? { ...pin, cid: OTHER } : pin,
    info: status === 'failed' ? { status_details: 'nobody\nhas it' } : {},
  }
}

/** Newest first; without `status` only what is pinned. */
function listed(service: FakeService, query: URLSearchParams): { count: number; results: readonly FakeWish[] } {
  const cids = query.get('cid')?.split(',')
  const statuses = query.get('status')?.split(',') ?? ['pinned']
  const before = query.get('before')
  const all = service.wishes
    .filter(({ pin, status }) => (cids?.includes(pin.cid) ?? true) && statuses.includes(status))
    .filter(({ created }) => before === null || created < before)
    .toReversed()
  const limit = Math.min(service.pageLimit, Number(query.get('limit') ?? 10))
  return { count: all.length, results: all.slice(0, limit) }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

function failed(response: ServerResponse, status: number, reason: string, details: string): void {
  json(response, status, { error: { reason, details } })
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json')
  // As services write it: over several lines.
  response.end(JSON.stringify(value ?? {}, undefined, 2))
}
