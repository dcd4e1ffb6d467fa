import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Hands connections on to a server, so that readers keep one address while servers come and go, and can be cut at a byte. */
export interface CuttingProxy extends AsyncDisposable {
  readonly url: string
  /** Bytes that went from the server to readers since the last `toward`. */
  readonly bytes: number
  /**
   * @param server - URL to hand on to from now.
   * @param cut - after so many bytes of its answers `kill` is called and every connection ends there; @default never
   */
  toward(server: string, cut?: { readonly after: number; readonly kill: () => void }): void
}

export async function aCuttingProxy(): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let port = 0
  let bytes = 0
  let left = Number.POSITIVE_INFINITY
  let kill: () => void = () => undefined

  /** The reader sees its connection close in order, as from a process that the system ends. */
  const take = (reader: Socket, part: Buffer): void => {
    bytes += part.length
    reader.write(part.subarray(0, Math.max(0, left)))
    left -= part.length
    if (left > 0) return
    kill()
    for (const socket of sockets) socket.end()
  }
  const server = createServer((reader) => {
    const upstream = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [reader, upstream],
      [upstream, reader],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroySoon()
      })
    }
    reader.on('data', (part) => upstream.write(part))
    upstream.on('data', (part) => take(reader, part))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    get bytes() {
      return bytes
    },
    toward(url, cut) {
      for (const socket of sockets) socket.destroy()
      port = Number(new URL(url).port)
      bytes = 0
      left = cut?.after ?? Number.POSITIVE_INFINITY
      kill = cut?.kill ?? (() => undefined)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
