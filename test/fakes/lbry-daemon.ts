import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listening } from './fake-gateway.ts'
import { FakeLbryMethods } from './lbry-methods.ts'
import type { Recording } from './lbry-recordings.ts'
import { MissingParameters } from './lbry-values.ts'
import { FakeLbryWallet, PythonError } from './lbry-wallet.ts'

type Json = Record<string, unknown>

/** One call as it came. */
export interface Asked {
  readonly method: string
  readonly params: Json
}

/**
 * What goes wrong with one call. `run` does what was asked and gives the reply that would be sent: whether a fault calls it
 * decides whether the call happened.
 */
export type LbryFault = (answer: ServerResponse, run: () => Promise<string>) => Promise<void> | void

/** The answer to a call: the whole message, or what Python raises. */
export type Answers = (method: string, params: Json) => Promise<unknown>

export interface FakeLbryDaemon extends AsyncDisposable {
  readonly url: string
  readonly asked: Asked[]
  /** Connections that were opened. */
  readonly connections: () => number
  /** Faults for the next calls of that method, one each; `*` is any. */
  fault(method: string, ...faults: readonly LbryFault[]): void
  /** Asked at each call that has no fault of its own; for faults at random. */
  misbehave(choose: (asked: Asked) => LbryFault | undefined): void
}

export interface StatefulLbryDaemon extends FakeLbryDaemon {
  readonly wallet: FakeLbryWallet
  readonly methods: FakeLbryMethods
}

/**
 * A daemon with a wallet of its own, or over the wallet, or all the rest too, that an earlier daemon had: then it is a
 * restart, after which an encrypted wallet is locked.
 */
export async function aLbryDaemon(
  from: FakeLbryWallet | FakeLbryMethods = new FakeLbryWallet(),
): Promise<StatefulLbryDaemon> {
  const methods =
    from instanceof FakeLbryMethods ? new FakeLbryMethods(from.wallet, from.streams) : new FakeLbryMethods(from)
  methods.restart()
  const daemon = await aLbryServer((method, params) => methods.answer(method, params))
  return { ...daemon, wallet: methods.wallet, methods }
}

/** A daemon that answers as recorded: the same request, the same reply, in the order in which they were recorded. */
export async function aRecordedLbryDaemon(recordings: readonly Recording[]): Promise<FakeLbryDaemon> {
  const replies = Map.groupBy(recordings, ({ request }) => keyOf(request.method, request.params))
  return await aLbryServer((method, params) => {
    const rest = replies.get(keyOf(method, params)) ?? []
    // The last one is for all that come after.
    const next = rest.length > 1 ? rest.shift() : rest[0]
    if (next === undefined) throw new RangeError(`not recorded: ${keyOf(method, params).slice(0, 200)}`)
    const { error, result } = next.response
    if (error !== undefined) throw new RecordedError(error)
    return Promise.resolve(result)
  })
}

class RecordedError extends Error {
  readonly error: object

  constructor(error: object) {
    super('recorded')
    this.error = error
  }
}

function keyOf(method: string, params: Json): string {
  return `${method} ${JSON.stringify(sorted(params))}`
}

export async function aLbryServer(answers: Answers): Promise<FakeLbryDaemon> {
  const asked: Asked[] = []
  const faults = new Map<string, LbryFault[]>()
  let opened = 0
  let choose: (asked: Asked) => LbryFault | undefined = () => undefined
  const server = createServer((request, answer) => {
    serve(request, answer, async (method, params) => {
      asked.push({ method, params })
      const fault = faults.get(method)?.shift() ?? faults.get('*')?.shift() ?? choose({ method, params })
      const run = (): Promise<string> => messageOf(answers, method, params)
      if (fault !== undefined) await fault(answer, run)
      else sendJson(answer, await run())
    }).catch(() => answer.destroy())
  })
  server.on('connection', () => {
    opened += 1
  })
  const url = await listening(server)
  return {
    url,
    asked,
    connections: () => opened,
    fault(method, ...more) {
      faults.set(method, [...(faults.get(method) ?? []), ...more])
    },
    misbehave(chooses) {
      choose = chooses
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The quirks of aiohttp and the daemon (facts 1.1). */
async function serve(
  request: IncomingMessage,
  answer: ServerResponse,
  call: (method: string, params: Json) => Promise<void>,
): Promise<void> {
  if (request.headers.origin !== undefined) return void sendText(answer, 403, '403: Forbidden')
  if (request.method !== 'POST') return void sendText(answer, 405, '405: Method Not Allowed')
  const chunks: Uint8Array[] = []
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk)
  const message = readMessage(Buffer.concat(chunks).toString())
  if (message === undefined)
    return void sendText(answer, 500, '500 Internal Server Error\n\nServer got itself in trouble')
  const { method, params = {} } = message
  if (typeof method !== 'string')
    return void sendJson(answer, errorMessage(-32601, "Missing 'method' value in request."))
  await call(method, { ...(params as Json) })
}

function readMessage(body: string): Json | undefined {
  try {
    const message: unknown = JSON.parse(body)
    return typeof message === 'object' && message !== null && !Array.isArray(message) ? { ...message } : undefined
  } catch {
    return undefined
  }
}

async function messageOf(answers: Answers, method: string, params: Json): Promise<string> {
  try {
    return write({ jsonrpc: '2.0', result: await answers(method, params) })
  } catch (error) {
    if (error instanceof RecordedError) return write({ jsonrpc: '2.0', error: error.error })
    if (error instanceof MissingParameters) return errorMessage(-32602, error.message)
    if (!(error instanceof PythonError)) throw error
    const traceback = ['Traceback (most recent call last):']
    const data =
      error.className === undefined
        ? { traceback }
        : { args: [], command: method, kwargs: starred(params), name: error.className, traceback }
    return errorMessage(-32500, error.message, data)
  }
}

function starred(params: Json): Json {
  return 'password' in params ? { ...params, password: '***' } : params
}

export function errorMessage(code: number, message: string, data: object | undefined = {}): string {
  return write({ jsonrpc: '2.0', error: { code, ...(data === undefined ? {} : { data }), message } })
}

/** As Python writes it: keys sorted, indented, with a newline at the end. */
function write(message: Json): string {
  return `${JSON.stringify(sorted(message), null, 2)}\n`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]))
}

export function sendJson(answer: ServerResponse, text: string, status = 200): void {
  answer.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text)
}

function sendText(answer: ServerResponse, status: number, text: string): void {
  answer.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}
