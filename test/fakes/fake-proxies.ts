import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer, type Socket } from 'node:net'
import { listening } from './fake-gateway.ts'

/** A proxy on loopback that writes down what it was asked for. */
export interface FakeProxy extends AsyncDisposable {
  readonly url: string
  /** What it was asked for: absolute URLs, `CONNECT host:port`, or the host and port of a SOCKS request. */
  readonly asked: string[]
  readonly credentials: (string | undefined)[]
}

/**
 * Forwards plain requests to one place, whatever host they name, and refuses to tunnel.
 *
 * @param targetOf - where a request for this absolute URL really goes.
 */
export async function anHttpProxy(targetOf: (url: string) => string): Promise<FakeProxy> {
  const asked: string[] = []
  const credentials: (string | undefined)[] = []
  const server = createServer((request, answer) => {
    asked.push(request.url ?? '')
    credentials.push(request.headers['proxy-authorization'])
    void fetch(targetOf(request.url ?? '')).then(async (got) => {
      answer.writeHead(got.status).end(Buffer.from(await got.arrayBuffer()))
    })
  })
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    credentials.push(request.headers['proxy-authorization'])
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  const url = await listening(server)
  return {
    ...{ url, asked, credentials },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** SOCKS5 (RFC 1928, RFC 1929) that connects every request to the one gateway there is. */
export async function aSocksProxy(target: string, login?: string): Promise<FakeProxy> {
  const asked: string[] = []
  const credentials: (string | undefined)[] = []
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let step = 'greeting'
    const onData = (data: Buffer): void => {
      if (step === 'greeting') {
        step = login === undefined ? 'request' : 'login'
        socket.write(Buffer.from([5, login === undefined ? 0 : 2]))
      } else if (step === 'login') {
        const name = data.subarray(2, 2 + (data[1] ?? 0)).toString()
        credentials.push(`${name}:${data.subarray(3 + (data[1] ?? 0)).toString()}`)
        step = 'request'
        socket.write(Buffer.from([1, 0]))
      } else {
        socket.off('data', onData)
        asked.push(socksTarget(data))
        const onward = connect(Number(new URL(target).port), '127.0.0.1')
        sockets.add(onward)
        onward.on('error', () => undefined)
        onward.once('connect', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]))
          socket.pipe(onward).pipe(socket)
        })
      }
    }
    socket.on('data', onData)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    ...{ url: `socks5://127.0.0.1:${address.port}`, asked, credentials },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function socksTarget(data: Buffer): string {
  const isName = data[3] === 3
  const length = isName ? (data[4] ?? 0) : 4
  const host = isName ? data.subarray(5, 5 + length).toString() : data.subarray(4, 8).join('.')
  return `${isName ? 'name' : 'address'} ${host}:${data.readUInt16BE(data.length - 2)}`
}
