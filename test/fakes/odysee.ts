import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { serveProxy } from './odysee-proxy.ts'
import { serveQueries } from './odysee-queries.ts'
import { emptyReply, jsonReply, type Reply, send } from './odysee-reply.ts'
import { FakeOdyseeState, type OdyseeUser } from './odysee-state.ts'
import { serveTus } from './odysee-tus.ts'

/** What a call is called where faults are set: `tus POST`, `create`, `poll`, `leave`, `account`, or the wallet's method. */
export type OdyseeCall = string

/**
 * What goes wrong with one call. `run` does what was asked and gives the reply that would be sent: whether a fault calls it
 * decides whether the call happened.
 */
export type OdyseeFault = (
  answer: ServerResponse,
  run: () => Promise<Reply>,
  about: { readonly request: IncomingMessage; readonly state: FakeOdyseeState },
) => Promise<void> | void

export interface AskedOdysee {
  readonly call: OdyseeCall
  readonly token: string | undefined
  readonly body: string
}

export interface FakeOdysee extends AsyncDisposable {
  readonly url: string
  readonly state: FakeOdyseeState
  readonly asked: AskedOdysee[]
  /** Faults for the next calls of that name, one each; `*` is any. */
  fault(call: OdyseeCall, ...faults: readonly OdyseeFault[]): void
  /** Takes the faults back that were not used. @returns how many those were */
  calm(): number
  /** Asked before each call that has no fault of its own. */
  faults: (call: OdyseeCall) => OdyseeFault | undefined
}

/** Odysee on loopback: proxy, publishing, uploads and accounts on one address. */
export async function anOdysee(state: FakeOdyseeState = new FakeOdyseeState(), port = 0): Promise<FakeOdysee> {
  const asked: AskedOdysee[] = []
  const set = new Map<OdyseeCall, OdyseeFault[]>()
  const server = createServer((request, answer) => {
    serve(request, answer).catch(() => answer.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('the server has no port')
  const url = `http://127.0.0.1:${address.port}`

  const serve = async (request: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const isTus = request.url?.startsWith('/v1/uploads') === true
    const origin = state.publicOrigin ?? url
    const body = isTus ? '' : await readBody(request)
    const call = callOf(request, body)
    const token = tokenOf(request)
    asked.push({ call, token, body })
    const run = (): Promise<Reply> =>
      isTus ? serveTus(state, request, origin) : serveApi(state, request, { body, token, origin })
    const fault = set.get(call)?.shift() ?? set.get('*')?.shift() ?? fake.faults(call)
    if (fault === undefined) send(answer, await run())
    else await fault(answer, run, { request, state })
  }

  const fake: FakeOdysee = {
    ...{ url, state, asked, faults: () => undefined },
    fault(call, ...more) {
      set.set(call, [...(set.get(call) ?? []), ...more])
    },
    calm() {
      const left = [...set.values()].flat().length
      set.clear()
      return left
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return fake
}

async function serveApi(
  state: FakeOdyseeState,
  request: IncomingMessage,
  { body, token, origin }: { readonly body: string; readonly token: string | undefined; readonly origin: string },
): Promise<Reply> {
  const { method = '' } = request
  const path = request.url?.split('?')[0] ?? ''
  const user = userOf(state, token)
  if (path === '/api/v1/proxy' && method === 'POST') return await serveProxy(state, user, body)
  const rest = /^\/api\/v1\/asynqueries(\/.*)$/.exec(path)?.[1]
  if (rest !== undefined) return await serveQueries(state, user, { method, path: rest, body, origin })
  if (path === '/user/me' && method === 'POST')
    return account(userOf(state, new URLSearchParams(body).get('auth_token')))
  return emptyReply(404)
}

function account(user: OdyseeUser | undefined): Reply {
  if (user === undefined) return jsonReply(401, { success: false, error: 'authentication failed', data: null })
  return jsonReply(200, {
    success: true,
    error: null,
    data: { id: user.id, has_verified_email: user.hasVerifiedEmail },
  })
}

function userOf(state: FakeOdyseeState, token: string | null | undefined): OdyseeUser | undefined {
  return state.users.get(token ?? '')
}

function tokenOf({ headers }: IncomingMessage): string | undefined {
  const own = headers['x-lbry-auth-token']
  return typeof own === 'string' ? own : /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
}

function callOf(request: IncomingMessage, body: string): OdyseeCall {
  const path = request.url?.split('?')[0] ?? ''
  if (path.startsWith('/v1/uploads')) return `tus ${request.method}`
  if (path === '/user/me') return 'account'
  if (path.endsWith('/asynqueries/uploads/')) return 'leave'
  if (path.endsWith('/asynqueries/')) return 'create'
  if (path.includes('/asynqueries/')) return 'poll'
  return /"method":"(\w+)"/.exec(body)?.[1] ?? path
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
