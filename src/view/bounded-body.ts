import type { Context } from 'hono'
import type { ViewEnv } from './connection.ts'
import { ViewError } from './errors.ts'

/**
 * The whole body of a request, bounded while it comes. How long it may take is bounded by the server.
 *
 * @throws {ViewError} `REQUEST_BODY_REFUSED` when it is longer; the connection is of no use then.
 */
export async function boundedBody(c: Context<ViewEnv>, maxBytes: number): Promise<Uint8Array> {
  const stream = c.req.raw.body
  if (stream === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new ViewError('REQUEST_BODY_REFUSED', `a body has at most ${maxBytes} bytes here`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
