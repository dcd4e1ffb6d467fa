import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { gzipSync } from 'node:zlib'

/** What a gateway does with one request; `at` counts the requests from 0. */
export type Behaviour = (answer: ServerResponse, block: Uint8Array | undefined, at: number) => void

/** A gateway on loopback that writes down what it was asked for, and can be told to misbehave. */
export interface FakeGateway extends AsyncDisposable {
  readonly url: string
  /** Paths with their queries, in order. */
  readonly asked: string[]
  behave(behaviour: Behaviour): void
}

export async function aGateway(
  blocks: ReadonlyMap<string, Uint8Array>,
  first: Behaviour = honest,
): Promise<FakeGateway> {
  const asked: string[] = []
  let behaviour = first
  const server = createServer((request: IncomingMessage, answer: ServerResponse) => {
    const path = request.url ?? ''
    asked.push(path)
    behaviour(answer, blocks.get(/^\/ipfs\/([^/?]+)/.exec(path)?.[1] ?? ''), asked.length - 1)
  })
  const url = await listening(server)
  return {
    url,
    asked,
    behave(next) {
      behaviour = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('the server has no port')
  return `http://127.0.0.1:${address.port}`
}

export const honest: Behaviour = (answer, block) => {
  if (block === undefined) answer.writeHead(404).end('not here')
  else answer.writeHead(200, { 'content-type': 'application/vnd.ipld.raw' }).end(block)
}

/** Each is a way in which a source fails; none may change what is fetched. */
export const MISBEHAVIOUR: Readonly<Record<string, Behaviour>> = {
  'gives other bytes': (answer, block) => void answer.end(Buffer.alloc(block?.length ?? 1, 1)),
  'flips one bit': (answer, block) => {
    const bytes = Buffer.from(block ?? [0])
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    answer.end(bytes)
  },
  'cuts its answers short': (answer, block) => {
    answer.writeHead(200, { 'content-length': block?.length ?? 10 })
    answer.write((block ?? Buffer.alloc(10)).subarray(0, 5), () => answer.destroy())
  },
  'says less than there is': (answer, block) => void answer.end((block ?? Buffer.alloc(10)).subarray(0, 5)),
  'answers with nothing': (answer) => void answer.end(),
  'hangs up': (answer) => void answer.destroy(),
  'says nothing': () => undefined,
  'stops in the middle': (answer) => {
    answer.writeHead(200, { 'content-length': 1000 })
    answer.write('the beginning')
  },
  drips: (answer) => {
    answer.writeHead(200, { 'content-length': 1_000_000 })
    const drip = setInterval(() => answer.write('.'), 5)
    answer.on('close', () => clearInterval(drip))
  },
  'never ends': (answer) => {
    const more = (): void => {
      while (!answer.destroyed && answer.write(Buffer.alloc(65_536))) {
        // Until the other side has had enough.
      }
    }
    answer.on('drain', more)
    more()
  },
  'says that it is too large': (answer) => void answer.writeHead(200, { 'content-length': 2 ** 40 }).flushHeaders(),
  'answers a page with 200': (answer) =>
    void answer.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>Log in to this network</h1></html>'),
  'packs a bomb': (answer) =>
    void answer.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000))),
  'redirects to itself for ever': (answer, _, at) =>
    void answer.writeHead(302, { location: `/ipfs/round-${at}` }).end(),
  'redirects to another host': (answer) => void answer.writeHead(301, { location: 'http://127.0.0.2:9/x' }).end(),
  'redirects to a file': (answer) => void answer.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  'redirects to nothing': (answer) => void answer.writeHead(302, { location: 'http://[' }).end(),
  'fails with 500': (answer) => void answer.writeHead(500).end('broken'),
  'is asked too often': (answer) => void answer.writeHead(429, { 'retry-after': '3600' }).end(),
  'speaks no HTTP': (answer) => void answer.socket?.end('220 mail.example ESMTP\r\n'),
}
