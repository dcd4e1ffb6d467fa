import { setTimeout as wait } from 'node:timers/promises'
import { errorMessage, type LbryFault, sendJson } from './lbry-daemon.ts'

/** The call happens and the answer never arrives: the fault behind every claim that was published twice. */
export const droppedAfter: LbryFault = async (answer, run) => {
  await run()
  answer.destroy()
}

/** The connection breaks and nothing happens. */
export const droppedBefore: LbryFault = (answer) => void answer.destroy()

export const cutInTheMiddle: LbryFault = async (answer, run) => {
  const text = await run()
  answer.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  answer.write(text.slice(0, text.length / 2), () => answer.destroy())
}

/** The call happens; nothing is said until the other side hangs up. */
export const silent: LbryFault = async (_, run) => void (await run())

export function slow(ms: number): LbryFault {
  return async (answer, run) => {
    const text = await run()
    await wait(ms, undefined, { ref: false })
    sendJson(answer, text)
  }
}

export const notJson: LbryFault = async (answer, run) => {
  await run()
  sendJson(answer, '{"jsonrpc":"2.0","result":{')
}

/** A result of another kind than the method has. */
export const wrongType: LbryFault = async (answer, run) => {
  await run()
  sendJson(answer, '{"jsonrpc":"2.0","result":[1]}')
}

export const neither: LbryFault = (answer) => void sendJson(answer, '{"jsonrpc":"2.0"}')

export const htmlPage: LbryFault = (answer) =>
  void answer.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>')

export const inTrouble: LbryFault = (answer) =>
  void answer.writeHead(500, { 'content-type': 'text/plain' }).end('500 Internal Server Error')

export function redirect(to: string): LbryFault {
  return (answer) => void answer.writeHead(307, { location: to, 'content-type': 'application/json' }).end('{}')
}

/** Says one size or none, and goes on until nobody reads. */
export const endless: LbryFault = (answer) => {
  answer.writeHead(200, { 'content-type': 'application/json' })
  const more = (): void => {
    while (!answer.destroyed && answer.write(Buffer.alloc(65_536, 0x20))) {
      // Until the other side has had enough.
    }
  }
  answer.on('drain', more)
  more()
}

export const saysHuge: LbryFault = (answer) =>
  void answer.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 ** 40 }).flushHeaders()

/** What Python raises, without doing anything. */
export function raises(className: string, message: string): LbryFault {
  const data = { args: [], command: 'x', kwargs: { file_path: '/home/op/secret.mp4' }, name: className, traceback: [] }
  return (answer) => void sendJson(answer, errorMessage(-32500, message, data))
}

/** A daemon written in Go: no `data` (facts 6). */
export function goError(code: number, message: string, status = 200): LbryFault {
  return (answer) => {
    answer.setHeader('server', 'LBRYd/0.1')
    answer.writeHead(status, { 'content-type': 'application/json' })
    answer.end(JSON.stringify({ jsonrpc: '2.0', error: { code, message } }))
  }
}

/** Older ones report what they lack as a success. */
export function goStub(method: string): LbryFault {
  return (answer) =>
    void sendJson(answer, JSON.stringify({ jsonrpc: '2.0', result: { error: `${method} not implemented` } }))
}
