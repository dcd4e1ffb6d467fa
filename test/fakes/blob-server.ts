import { once } from 'node:events'
import { createServer } from 'node:http'
import { type Behaviour, honest, listening } from './fake-gateway.ts'

/** A blob server of LBRY on loopback that writes down what it was asked for, and can be told to misbehave. */
export interface FakeBlobServer extends AsyncDisposable {
  readonly url: string
  /** Hashes, in order. */
  readonly asked: string[]
  behave(behaviour: Behaviour): void
}

/** @param blobs - encrypted bytes by hash. */
export async function aBlobServer(
  blobs: ReadonlyMap<string, Uint8Array>,
  first: Behaviour = honest,
): Promise<FakeBlobServer> {
  const asked: string[] = []
  let behaviour = first
  const server = createServer((request, answer) => {
    const hash = /\/(?:blob\?hash=)?([0-9a-f]{96})$/.exec(request.url ?? '')?.[1] ?? ''
    asked.push(hash)
    behaviour(answer, blobs.get(hash), asked.length - 1)
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
