import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { after } from 'node:test'
import { rawCid } from '../../../src/model/content-id.ts'
import { gatewaySource } from '../../../src/read/block-pool.ts'
import { httpGet } from '../../../src/read/http-get.ts'
import { openManifestSource } from '../../../src/read/manifest-source.ts'
import { closeNetwork, configureNetwork } from '../../../src/read/network.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'
import { bytesOfText } from '../text.ts'

/** One signal for all requests, as the commands have: what a request hangs on it must go with the request. */
const { signal } = new AbortController()
const BLOCK = Buffer.from('the bytes of a block')
const CID = rawCid(hash('sha256', BLOCK, 'buffer'))
const MAX_BYTES = 16 * 1024
let answer: Uint8Array = new Uint8Array(0)

const server = createServer({ noDelay: true }, (socket) => {
  // The client may hang up on nonsense; that is what it is for.
  socket.on('error', () => undefined)
  socket.once('data', () => socket.end(answer))
})
const url = await new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${portOf(server)}`))
})
configureNetwork({ proxyUrl: undefined, idleMs: 5_000, graceMs: 10_000 })
after(async () => {
  await closeNetwork()
  server.close()
})

const HEADS = [
  `HTTP/1.1 200 OK\r\ncontent-length: ${BLOCK.length}\r\n\r\n`,
  'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n',
  `HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-19/20\r\ncontent-length: ${BLOCK.length}\r\n\r\n`,
  `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nset-cookie: a\r\nset-cookie: b\r\ncontent-length: ${BLOCK.length}\r\n\r\n`,
  'HTTP/1.0 200 OK\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
]
const WHOLE = [
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n14\r\n${BLOCK}\r\n0\r\ntrailer: x\r\n\r\n`,
  'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.2:9/x\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\n\r\n',
  'HTTP/1.1 503 Busy\r\nretry-after: 3\r\n\r\nbusy',
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
]

/** What a lying host writes to the socket, behind a byte that says who asks: a plain GET, the blocks, the manifest. */
export const httpAnswer: FuzzTarget = {
  name: 'HTTP answer',
  share: 20_000,
  codes: ['SOURCE_UNREACHABLE', 'SOURCE_ANSWER_TOO_LARGE', 'SOURCE_REFUSED', 'SOURCES_EXHAUSTED', 'MANIFEST_MISSING'],
  words: [
    '\r\n',
    '\r\n\r\n',
    'content-length: ',
    'transfer-encoding: chunked\r\n',
    'location: blob:',
    'location: //\r\n',
    'location: ?',
    ' 206 ',
    'HTTP/2 ',
    'FFFFFFFFFFFFFFFF\r\n',
    'connection: keep-alive\r\n',
    'content-length: 5, 5\r\n',
  ],
  maxBytes: 64 * 1024,
  seeds: () =>
    [0, 1, 2].flatMap((who) =>
      [...HEADS.map((head) => `${head}${BLOCK}`), ...WHOLE].map((text) =>
        Buffer.concat([Buffer.of(who), bytesOfText(text)]),
      ),
    ),
  async run(input) {
    const [who = 0] = input
    answer = input.subarray(1)
    if (who % 3 === 0) {
      const { status, body } = await httpGet(`${url}/file`, { maxBytes: MAX_BYTES, signal })
      assert.ok(body.length <= MAX_BYTES)
      return status === 200 ? ACCEPTED : 'another status'
    }
    if (who % 3 === 1) {
      const block = await gatewaySource([url], () => undefined).fetch(CID, signal)
      assert.deepEqual(Buffer.from(block), BLOCK)
      return 'block'
    }
    const source = await openManifestSource(url, { signal })
    const bytes = await source.read('tile/0/000', { maxBytes: MAX_BYTES, signal })
    assert.ok((bytes?.length ?? 0) <= MAX_BYTES)
    return 'manifest'
  },
}

function portOf(listening: Server): number {
  const address = listening.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
