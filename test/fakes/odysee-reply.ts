import type { ServerResponse } from 'node:http'
import { PythonError } from './lbry-wallet.ts'

/** An answer before it is sent. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function jsonReply(status: number, message: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(message) }
}

export function emptyReply(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: '' }
}

export function rpcError(code: number, message: string): Record<string, unknown> {
  return { jsonrpc: '2.0', error: { code, message }, id: 0 }
}

/** What the wallet says, as JSON-RPC. */
export async function rpcMessage(run: () => Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    return { jsonrpc: '2.0', result: await run(), id: 0 }
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    const data = { name: error.className, traceback: [], args: [], kwargs: {} }
    return { jsonrpc: '2.0', error: { code: -32500, message: error.message, data }, id: 0 }
  }
}

export function send(answer: ServerResponse, { status, headers, body }: Reply): void {
  if (answer.destroyed) return
  const isBare = status === 204 || status === 304
  answer.writeHead(status, isBare ? headers : { ...headers, 'content-length': Buffer.byteLength(body) })
  answer.end(isBare ? undefined : body)
}
