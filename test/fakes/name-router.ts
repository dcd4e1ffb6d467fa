import { createServer, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { listening } from './fake-gateway.ts'

const RECORD_TYPE = 'application/vnd.ipfs.ipns-record'

/** A delegated router, and Kubo's `name/put`, which keep what they are given and say what they were asked. */
export interface NameRouter {
  readonly url: string
  /** Bytes by name. */
  readonly records: Map<string, Uint8Array>
  /** Method and path of each request. */
  readonly asked: string[]
  /** What it answers to a record from now on. @default 200 */
  status: number
}

export async function aNameRouter(context: TestContext): Promise<NameRouter> {
  const router: { url: string; records: Map<string, Uint8Array>; asked: string[]; status: number } = {
    ...{ url: '', records: new Map(), asked: [], status: 200 },
  }
  const server = createServer(async (request, answer) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    router.asked.push(`${request.method} ${url.pathname}`)
    const body = await buffer(request)
    const routed = /^\/routing\/v1\/ipns\/([^/]+)$/.exec(url.pathname)?.[1]
    const name = routed ?? url.searchParams.get('arg') ?? ''
    if (request.method === 'GET') {
      const record = router.records.get(name)
      if (record === undefined) answer.writeHead(404, { 'content-type': 'text/plain' }).end('no such name')
      else answer.writeHead(200, { 'content-type': RECORD_TYPE }).end(record)
      return
    }
    const given = routed === undefined ? fileIn(request, body) : body
    if (router.status === 200) router.records.set(name, new Uint8Array(given))
    answer.writeHead(router.status).end(router.status === 200 ? '' : 'not today')
  })
  router.url = await listening(server)
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return router
}

/** The one file of a form. */
function fileIn({ headers }: IncomingMessage, body: Buffer): Buffer {
  const boundary = /boundary=(\S+)$/.exec(headers['content-type'] ?? '')?.[1] ?? ''
  const from = body.indexOf('\r\n\r\n') + 4
  return body.subarray(from, body.lastIndexOf(`\r\n--${boundary}--`))
}
