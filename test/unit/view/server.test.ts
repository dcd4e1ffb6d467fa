import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { after, describe, it, mock } from 'node:test'
import type { Problem } from '../../../src/model/errors.ts'
import { type OpenServer, openServer, type ServerOptions } from '../../../src/view/server.ts'
import { distinctBytes, FakeServedContent } from '../../fakes/served-content.ts'
import { aHealth, NO_MANIFEST } from './support.ts'

const opened: OpenServer[] = []
// Standard output belongs to the results of the command, and a library's stack traces to nobody.
const printed = (['log', 'info', 'warn', 'error'] as const).map((method) =>
  mock.method(console, method, () => undefined),
)
after(async () => {
  for (const server of opened) await server.close()
  assert.deepEqual(
    printed.flatMap(({ mock: { calls } }) => calls.flatMap((call) => call.arguments.map(String))),
    [],
  )
})

async function serve(
  content: FakeServedContent,
  options: Partial<ServerOptions> = {},
): Promise<OpenServer & { problems: Problem[]; port: number }> {
  const problems: Problem[] = []
  const signal = new AbortController().signal
  const server = await openServer({
    listen: '127.0.0.1:0',
    content,
    manifest: NO_MANIFEST,
    health: () => aHealth(),
    onProblem: (problem) => problems.push(problem),
    signal,
    ...options,
  })
  opened.push(server)
  return Object.assign(server, { problems, port: Number(new URL(server.url).port) })
}

async function getting(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const request = httpRequest(url, { headers, agent: false })
  request.end()
  const [response] = await once(request, 'response')
  return response
}

/** Sends text over a bare connection and gives back all that comes until the server ends it. */
async function talk(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  return await readAll(socket)
}

async function readAll(socket: Socket): Promise<string> {
  let all = ''
  socket.setEncoding('latin1')
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    all += chunk
  })
  await once(socket, 'close')
  return all
}

async function drain(response: IncomingMessage): Promise<number> {
  let bytes = 0
  for await (const chunk of response) bytes += chunk.length
  return bytes
}

describe('an open server', () => {
  it('sends parts of a file over a real connection, and uses it again', async () => {
    const content = new FakeServedContent()
    const video = distinctBytes(3 * 2 ** 20 + 7)
    const { root } = await content.addDirectory({ 'video.mp4': video })
    const { url } = await serve(content)
    const target = `${url}/ipfs/${root}/video.mp4`
    const whole = await fetch(target)
    assert.equal(whole.headers.get('content-length'), `${video.length}`)
    assert.deepEqual(new Uint8Array(await whole.arrayBuffer()), video)
    const part = await fetch(target, { headers: { range: 'bytes=1048570-2097160' } })
    assert.equal(part.status, 206)
    assert.deepEqual(new Uint8Array(await part.arrayBuffer()), video.slice(1_048_570, 2_097_161))
    const head = await fetch(target, { method: 'HEAD' })
    assert.equal(head.headers.get('content-length'), `${video.length}`)
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
  })

  it('cuts the connection when a block in the middle is damaged, for CARs and for files', async () => {
    const content = new FakeServedContent()
    const { root, all } = await content.addDirectory({ 'video.mp4': distinctBytes(6 * 2 ** 20) })
    const leaf = all[4]
    assert.ok(leaf)
    content.breakBlock(leaf, 'BLOCK_DAMAGED')
    const { url, problems } = await serve(content)
    for (const path of ['?format=car', '/video.mp4']) {
      const response = await getting(`${url}/ipfs/${root}${path}`)
      assert.equal(response.statusCode, 200)
      await assert.rejects(drain(response), { code: 'ECONNRESET' })
    }
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['BLOCK_DAMAGED', 'BLOCK_DAMAGED'],
    )
  })

  it('cuts an answer under way when its content is withdrawn, and tells the operator nothing that is no fault', async () => {
    const content = new FakeServedContent()
    const { root, all } = await content.addDirectory({ 'video.mp4': distinctBytes(16 * 2 ** 20) })
    content.beforeRead = async () => {
      if (content.reads.length === 12) content.setStanding('withdrawn', all)
    }
    const { url, problems } = await serve(content)
    await assert.rejects(drain(await getting(`${url}/ipfs/${root}?format=car`)), { code: 'ECONNRESET' })
    assert.equal((await fetch(`${url}/ipfs/${root}?format=car`)).status, 410)
    assert.deepEqual(problems, [])
  })

  it('stops reading when the reader leaves, without calling it a fault', async () => {
    const content = new FakeServedContent()
    const { root } = await content.addDirectory({ 'video.mp4': distinctBytes(6 * 2 ** 20) })
    const stopped = Promise.withResolvers<void>()
    content.beforeRead = async (_, signal) => {
      if (content.reads.length < 4) return
      // A disk that never answers: only the reader's leaving ends this.
      signal.addEventListener('abort', () => stopped.resolve())
      await once(signal, 'abort')
    }
    const { url, problems } = await serve(content)
    const response = await getting(`${url}/ipfs/${root}?format=car`)
    response.on('error', () => undefined)
    response.once('data', () => response.destroy())
    await stopped.promise
    assert.deepEqual(problems, [])
  })

  it('reads only as fast as the reader takes', async () => {
    const content = new FakeServedContent()
    const { root } = await content.addDirectory({ 'video.mp4': distinctBytes(48 * 2 ** 20) })
    const { url } = await serve(content)
    const response = await getting(`${url}/ipfs/${root}/video.mp4`)
    response.pause()
    let seen = -1
    // Kernel buffers fill first; then the number of reads stands still.
    while (seen !== content.reads.length) {
      seen = content.reads.length
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    assert.ok(seen < 30, `${seen} blocks were read for a reader that takes none`)
    assert.equal(await drain(response), 48 * 2 ** 20)
  })

  it('refuses more answers at once than it may hold, and takes new ones when they end', async () => {
    const content = new FakeServedContent()
    const { root } = await content.addDirectory({ 'video.mp4': distinctBytes(24 * 2 ** 20) })
    const { url } = await serve(content, { limits: { answers: 2 } })
    const target = `${url}/ipfs/${root}/video.mp4`
    const held = [await getting(target), await getting(target)]
    const refused = await getting(target)
    assert.equal(refused.statusCode, 503)
    assert.equal(refused.headers['retry-after'], '1')
    assert.equal((await getting(`${url}/healthz`)).statusCode, 200, 'health is asked even then')
    for (const response of held) {
      response.on('error', () => undefined)
      response.destroy()
    }
    let status = 503
    while (status === 503) {
      const response = await getting(target, { range: 'bytes=0-0' })
      status = response.statusCode ?? 0
      response.resume()
    }
    assert.equal(status, 206)
  })

  it('refuses a Host that is not its own, dots and backslashes in a path, and what is no HTTP', async () => {
    const content = new FakeServedContent()
    const { root } = await content.addDirectory({ a: distinctBytes(5) })
    const { port } = await serve(content, { hostNames: ['archive.example'] })
    const ask = async (target: string, host: string): Promise<string> => {
      const answer = await talk(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      return answer.slice(9, 12)
    }
    assert.equal(await ask('/healthz', 'evil.example'), '421')
    assert.equal(await ask('/healthz', `evil.example:${port}`), '421')
    assert.equal(await ask('/healthz', `127.0.0.1:${port}`), '200')
    assert.equal(await ask('/healthz', 'archive.example'), '200')
    assert.equal(await ask('http://evil.example/healthz', 'localhost'), '421')
    assert.equal(await ask('http://localhost/healthz', 'evil.example'), '421')
    assert.equal(await ask('http://localhost/healthz', 'localhost'), '200')
    for (const target of [
      `/ipfs/${root}/../${root}?format=raw`,
      '/manifest/../healthz',
      '/manifest/%2e%2E/healthz',
      '/manifest/.%2e/healthz',
      '/manifest\\..\\healthz',
    ])
      assert.equal(await ask(target, 'localhost'), '400', target)
    assert.equal(await ask(`/${'a'.repeat(6_000)}`, 'localhost'), '414')
    assert.equal(await ask(`/${'a'.repeat(20_000)}`, 'localhost'), '431')
    assert.match(await talk(port, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 400/)
    assert.match(
      await talk(port, 'GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1\.1 4\d\d/,
    )
    assert.match(await talk(port, '\u0016\u0003\u0001hello\r\n\r\n'), /^HTTP\/1\.1 400/)
  })

  it('takes no bodies and does not ask for them', async () => {
    const { port } = await serve(new FakeServedContent())
    const start = 'POST /healthz HTTP/1.1\r\nHost: localhost\r\n'
    assert.match(await talk(port, `${start}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`), /^HTTP\/1\.1 417/)
    assert.match(await talk(port, `${start}Content-Length: 5\r\n\r\nhello`), /^HTTP\/1\.1 413/)
    assert.match(
      await talk(port, `${start}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`),
      /^HTTP\/1\.1 413/,
    )
    assert.match(
      await talk(port, `GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello`),
      /^HTTP\/1\.1 413/,
    )
  })

  it('ends connections that send their request drop by drop, or stay silent', async () => {
    const { port } = await serve(new FakeServedContent(), { limits: { headMs: 100, idleMs: 300 } })
    assert.match(await talk(port, 'GET /healthz HTTP/1.1\r\nHost: local'), /^(HTTP\/1\.1 408|$)/)
    assert.match(await talk(port, ''), /^(HTTP\/1\.1 408|$)/)
  })

  it('ends an answer that its reader does not take', async () => {
    const content = new FakeServedContent()
    const { root } = await content.addDirectory({ 'video.mp4': distinctBytes(24 * 2 ** 20) })
    const { port } = await serve(content, { limits: { idleMs: 200 } })
    const asked = Promise.withResolvers<AbortSignal>()
    content.beforeRead = async (_, signal) => asked.resolve(signal)
    // Nothing reads from this socket, so the kernel's buffers fill and the server can write no more.
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`GET /ipfs/${root}/video.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    const signal = await asked.promise
    if (!signal.aborted) await once(signal, 'abort')
    socket.resume()
    await once(socket, 'close')
    assert.ok(socket.bytesRead < 24 * 2 ** 20, `${socket.bytesRead}`)
  })

  it('ends a connection after as many requests as it may have, and one that asks for nothing more', async () => {
    const content = new FakeServedContent()
    const few = await serve(content, { limits: { requestsPerConnection: 2 } })
    const two = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2)
    assert.equal((await talk(few.port, two)).match(/HTTP\/1.1 200/g)?.length, 2)
    const short = await serve(content, { limits: { keepAliveMs: 100, idleMs: 60_000 } })
    assert.match(await talk(short.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'), /HTTP\/1.1 200/)
  })

  it('bounds its connections', async () => {
    const { port } = await serve(new FakeServedContent(), { limits: { connections: 1 } })
    const first = connect(port, '127.0.0.1')
    first.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(first, 'data')
    assert.equal(await talk(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'), '')
    first.destroy()
  })
})

describe('opening and closing', () => {
  it('says what to do when the port is in use', async () => {
    const { port } = await serve(new FakeServedContent())
    await assert.rejects(serve(new FakeServedContent(), { listen: `127.0.0.1:${port}` }), (error) => {
      assert.ok(error instanceof Error && 'code' in error && 'hint' in error)
      assert.equal(error.name, 'ViewError')
      assert.equal(error.code, 'PORT_IN_USE')
      assert.match(String(error.hint), /--listen/)
      return true
    })
  })

  it('does not open itself to other machines by accident', async () => {
    await assert.rejects(serve(new FakeServedContent(), { listen: '0.0.0.0:0' }), { code: 'LISTEN_REMOTE_REFUSED' })
    const open = await serve(new FakeServedContent(), { listen: '0.0.0.0:0', allowRemote: true })
    assert.equal((await fetch(`${open.url}/healthz`)).status, 200)
  })

  it('fails with LISTEN_FAILED on an address that is not its own', async () => {
    await assert.rejects(serve(new FakeServedContent(), { listen: '192.0.2.1:0', allowRemote: true }), {
      name: 'ViewError',
      code: 'LISTEN_FAILED',
    })
  })

  it('is closed by its signal, by close, and by leaving its scope; twice is no harm', async () => {
    const abort = new AbortController()
    const server = await serve(new FakeServedContent(), { signal: abort.signal })
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
    abort.abort()
    await server.close()
    await server.close()
    await assert.rejects(fetch(`${server.url}/healthz`))
    await assert.rejects(serve(new FakeServedContent(), { signal: abort.signal }), { name: 'AbortError' })
    let url = ''
    {
      await using scoped = await serve(new FakeServedContent())
      url = scoped.url
    }
    await assert.rejects(fetch(url))
  })

  it('does not wait for a reader that takes nothing', async () => {
    const content = new FakeServedContent()
    const { root } = await content.addDirectory({ 'video.mp4': distinctBytes(24 * 2 ** 20) })
    const server = await serve(content, { limits: { closeMs: 50 } })
    const response = await getting(`${server.url}/ipfs/${root}/video.mp4`)
    response.pause()
    const ended = assert.rejects(once(response, 'end'))
    await server.close()
    response.resume()
    await ended
  })
})
