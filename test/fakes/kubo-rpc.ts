import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CarReader } from '@ipld/car'
import { CID } from 'multiformats/cid'

/** What the next answers are like, until it is set again; undefined for a Kubo as it should be. */
export type KuboFault =
  | 'wrong-root'
  | 'no-pin'
  | 'refused'
  | 'silent'
  | 'dropped'
  | 'auth'
  | 'busy'
  | 'html'
  | 'endless'
  | 'full'
  | 'redirect'

/** Kubo's RPC as v0.43 speaks it, as far as an engine needs it, over a store in memory; stops when disposed. */
export interface FakeKubo extends AsyncDisposable {
  readonly url: string
  readonly blocks: Map<string, Uint8Array>
  /** Root to pin name. */
  readonly pins: Map<string, string>
  /** Path of every request, oldest first. */
  readonly asked: string[]
  fault: KuboFault | undefined
  /** The one call that the fault is for; @default all */
  faultAt: string | undefined
  /** Asked for each request where no fault is set. */
  roll: (() => KuboFault | undefined) | undefined
  /** Requests after which the fault goes away by itself. */
  faultsLeft: number
}

/** @param token - what `Authorization` has to say, if anything. */
export async function fakeKubo(token?: string): Promise<FakeKubo> {
  const server = createServer((request, response) => {
    answer(kubo, token, request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const kubo: FakeKubo = {
    url: `http://127.0.0.1:${port}`,
    ...{
      blocks: new Map(),
      pins: new Map(),
      asked: [],
      fault: undefined,
      faultAt: undefined,
      roll: undefined,
      faultsLeft: Number.POSITIVE_INFINITY,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return kubo
}

async function answer(
  kubo: FakeKubo,
  token: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '', 'http://kubo')
  const call = url.pathname.replace('/api/v0/', '')
  kubo.asked.push(call)
  // Kubo has no GET, so that no web page can reach it.
  if (request.method !== 'POST') return end(response, 405, '')
  const { authorization = '' } = request.headers
  if (token !== undefined && authorization !== token)
    return end(response, 403, 'Kubo RPC Access Denied: provide a token')
  const fault = faultNow(kubo, call)
  if (await disturbed(kubo, fault, { call, authorization }, request, response)) return
  const arg = url.searchParams.get('arg') ?? ''
  switch (call) {
    case 'version':
      return json(response, { Version: '0.43.0' })
    case 'dag/import':
      return importCar(kubo, fault, request, response)
    case 'pin/ls':
      if (!kubo.pins.has(arg)) return failed(response, `path '${arg}' is not pinned`)
      // Names only where they are asked for.
      return json(response, { Keys: { [arg]: { Type: 'recursive', Name: named(kubo, arg, url) } } })
    case 'pin/add':
      kubo.pins.set(arg, url.searchParams.get('name') ?? '')
      return json(response, { Pins: [arg] })
    case 'pin/rm':
      if (!kubo.pins.delete(arg)) return failed(response, 'not pinned or pinned indirectly')
      return json(response, { Pins: [arg] })
    case 'block/rm':
      if (kubo.pins.size > 0) return json(response, { Hash: arg, Error: 'pinned: recursive' })
      kubo.blocks.delete(arg)
      return json(response, { Hash: arg })
    case 'block/get': {
      const block = kubo.blocks.get(arg)
      if (block === undefined)
        return failed(response, `block was not found locally (offline): ipld: could not find ${arg}`)
      return end(response, 200, block)
    }
    default:
      return end(response, 404, '404 page not found\n')
  }
}

function named({ pins }: FakeKubo, root: string, { searchParams }: URL): string {
  return searchParams.get('names') === 'true' ? (pins.get(root) ?? '') : ''
}

function faultNow(kubo: FakeKubo, call: string): KuboFault | undefined {
  if (kubo.fault === undefined) return kubo.roll?.()
  if (kubo.faultsLeft <= 0 || (kubo.faultAt ?? call) !== call) return undefined
  kubo.faultsLeft -= 1
  return kubo.fault
}

/** @returns true when that was the answer. */
async function disturbed(
  kubo: FakeKubo,
  fault: KuboFault | undefined,
  { call, authorization }: { readonly call: string; readonly authorization: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (fault) {
    case 'refused':
      failed(response, `you sent ${authorization}\n and I do not want it`)
      return true
    case 'silent':
      return true
    case 'dropped':
      if (call !== 'dag/import') return false
      await once(request, 'data')
      request.socket.destroy()
      return true
    case 'auth':
      end(response, 403, `Kubo RPC Access Denied: ${authorization}`)
      return true
    case 'busy':
      response.setHeader('Retry-After', '0')
      end(response, 429, 'slow down')
      return true
    case 'html':
      response.setHeader('Content-Type', 'text/html')
      end(response, 502, `<html><body>Bad gateway; you sent ${authorization}</body></html>`)
      return true
    case 'endless':
      endless(response)
      return true
    case 'redirect':
      response.setHeader('Location', `${kubo.url}/api/v0/version`)
      end(response, 307, '')
      return true
    default:
      return false
  }
}

function endless(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, '{}\n')));
  }
  response.on('drain', more)
  response.writeHead(200)
  more()
}

async function importCar(
  kubo: FakeKubo,
  fault: KuboFault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) {
    parts.push(part as Buffer)
    if (fault === 'full') return failed(response, 'write /data/blocks/put-1: no space left on device')
  }
  const reader = await CarReader.fromBytes(partOf(Buffer.concat(parts), request.headers['content-type'] ?? ''))
  const [root] = await reader.getRoots()
  if (root === undefined) return failed(response, 'no root')
  for await (const { cid, bytes } of reader.blocks()) if (!kubo.blocks.has(`${cid}`)) kubo.blocks.set(`${cid}`, bytes)
  const named = fault === 'wrong-root' ? OTHER : root
  const why = fault === 'no-pin' ? `ipld: could not find ${OTHER}` : ''
  if (why === '') kubo.pins.set(named.toString(), '')
  response.write(`${JSON.stringify({ Root: { Cid: { '/': named.toString() }, PinErrorMsg: why } })}\n`)
  json(response, { Stats: { BlockCount: 1, BlockBytesCount: 1 } })
}

/** The empty block. */
const OTHER: CID = CID.parse('bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')

/** The one part of a form; throws when it is cut off. */
export function partOf(form: Buffer, contentType: string): Uint8Array {
  const boundary = /boundary=(\S+)/.exec(contentType)?.[1] ?? ''
  const start = form.indexOf('\r\n\r\n') + 4
  const last = form.lastIndexOf(`\r\n--${boundary}--\r\n`)
  if (boundary === '' || last < start) throw new RangeError('a form without its end')
  return form.subarray(start, last)
}

function failed(response: ServerResponse, message: string): void {
  response.setHeader('Content-Type', 'application/json')
  end(response, 500, JSON.stringify({ Message: message, Code: 0, Type: 'error' }))
}

function json(response: ServerResponse, value: unknown): void {
  end(response, 200, `${JSON.stringify(value)}\n`)
}

function end(response: ServerResponse, status: number, body: string | Uint8Array): void {
  response.statusCode = status
  response.end(body)
}
