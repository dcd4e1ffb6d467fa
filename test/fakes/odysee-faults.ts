import { setTimeout as wait } from 'node:timers/promises'
import type { OdyseeFault } from './odysee.ts'
import { jsonReply, rpcError, send } from './odysee-reply.ts'

/** The call happens and the answer never arrives: the fault behind every claim that was published twice. */
export const droppedAfter: OdyseeFault = async (answer, run) => {
  await run()
  answer.destroy()
}

/** The connection breaks and nothing happens. */
export const droppedBefore: OdyseeFault = (answer) => void answer.destroy()

export const cutInTheMiddle: OdyseeFault = async (answer, run) => {
  const { status, headers, body } = await run()
  answer.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) + 10 })
  answer.write(body.slice(0, body.length / 2), () => answer.destroy())
}

/** The store takes some of a PATCH, and then the line breaks. */
export function brokenAfter(bytes: number): OdyseeFault {
  return async (answer, run, { request }) => {
    let seen = 0
    request.on('data', (chunk: Uint8Array) => {
      seen += chunk.length
      if (seen >= bytes) request.destroy()
    })
    await run().catch(() => undefined)
    answer.destroy()
  }
}

/** The call happens; nothing is said until the other side hangs up. */
export const silent: OdyseeFault = async (_, run) => void (await run())

export function slow(ms: number): OdyseeFault {
  return async (answer, run) => {
    const reply = await run()
    await wait(ms, undefined, { ref: false })
    send(answer, reply)
  }
}

/** What stands in front of the service. */
export const htmlPage: OdyseeFault = (answer) =>
  void answer.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>')

/** The same, after the service did what it was asked. */
export const htmlAfter: OdyseeFault = async (answer, run, about) => {
  await run()
  await htmlPage(answer, run, about)
}

export const forbiddenPage: OdyseeFault = (answer) =>
  void answer.writeHead(403, { 'content-type': 'text/html' }).end('<html>Attention required</html>')

export function tooMany(seconds: number): OdyseeFault {
  return (answer) => void answer.writeHead(429, { 'retry-after': String(seconds) }).end('slow down')
}

export function status(code: number): OdyseeFault {
  return (answer) => void answer.writeHead(code).end()
}

/** A refusal that comes with the status of a success. */
export const authError: OdyseeFault = (answer) =>
  send(answer, jsonReply(200, { status: 'auth_error', error: 'authentication required' }))

/** The leave to upload ends now. */
export const leaveEnds: OdyseeFault = async (answer, run, { state }) => {
  state.expireLeaves()
  send(answer, await run())
}

export function redirect(to: string): OdyseeFault {
  return (answer) => void answer.writeHead(307, { location: to, 'content-type': 'application/json' }).end('{}')
}

/** A reply of another form than the call has. */
export const otherJson: OdyseeFault = async (answer, run) => {
  await run()
  send(answer, jsonReply(200, { jsonrpc: '2.0', result: [1] }))
}

export const notJson: OdyseeFault = async (answer, run) => {
  await run()
  send(answer, { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status":' })
}

export const endless: OdyseeFault = (answer, _, { request }) => {
  // What has no body can only be left open.
  if (request.method === 'HEAD') return void answer.destroy()
  answer.writeHead(200, { 'content-type': 'application/json' })
  const more = (): void => {
    while (!answer.destroyed && answer.write(Buffer.alloc(65_536, 0x20))) {
      // Until the other side has had enough.
    }
  }
  answer.on('drain', more)
  more()
}

/** Repeats everything that it was sent, secrets too, in an error. */
export const parrot: OdyseeFault = (answer, _, { request }) => {
  const words = JSON.stringify(request.headers)
  send(answer, jsonReply(200, rpcError(-32500, `cannot: ${words}`)))
}

/** What the wallet behind the proxy raises, without doing anything. */
export function raises(className: string, message: string): OdyseeFault {
  const data = { name: className, args: [], kwargs: {}, traceback: [] }
  return (answer) => send(answer, jsonReply(200, { jsonrpc: '2.0', error: { code: -32500, message, data } }))
}

/** An error of the proxy itself. */
export function refuses(code: number, message: string): OdyseeFault {
  return (answer) => send(answer, jsonReply(200, rpcError(code, message)))
}

/**
 * What goes wrong at random, for {@link FakeOdysee.faults}.
 *
 * @param share - of the calls that have a fault, 0 to 1.
 * @param random - from 0 to 1, as `Math.random`.
 */
export function atRandom(share: number, random: () => number): (call: string) => OdyseeFault | undefined {
  return (call) => {
    if (random() >= share) return undefined
    const all =
      call === 'tus PATCH' ? [...ANYWHERE, brokenAfter(random() * 10_000), status(409), status(423)] : ANYWHERE
    return all[Math.floor(random() * all.length)]
  }
}

/** Whatever can happen to any call. */
export const ANYWHERE: readonly OdyseeFault[] = [
  droppedAfter,
  droppedBefore,
  cutInTheMiddle,
  htmlPage,
  htmlAfter,
  tooMany(0),
]
