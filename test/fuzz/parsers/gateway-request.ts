import assert from 'node:assert/strict'
import { parseCid } from '../../../src/model/content-id.ts'
import { MadeBlocks, someBytes } from '../../fakes/made-bundle.ts'
import { aWorld, manifestOf } from '../../unit/view/support.ts'
import { ACCEPTED, type FuzzTarget } from '../target.ts'
import { bytesOfText, textOf } from '../text.ts'

const video = someBytes(9_000)
const world = aWorld({
  manifest: manifestOf({ checkpoint: Buffer.alloc(2_000, 'x'), 'tile/0/000': someBytes(8_192) }),
})
const made = new MadeBlocks()
const raw = made.leaf(someBytes(40))
// Small parts, so that a file of several costs no megabytes.
const parts = [0, 3_000, 6_000].map((at) => ({ cid: made.leaf(video.subarray(at, at + 3_000)), bytes: 3_000 }))
const root = made.directory({ 'a.txt': raw, 'video.mp4': made.fileNode(parts) })
for (const [cid, block] of made.blocks) world.content.put(parseCid(cid), block)
/** What an honest answer can have. A 500 or 503 would be a fault of ours: nothing is broken here. */
const STATUSES = [200, 204, 206, 304, 400, 404, 405, 406, 412, 413, 414, 416, 421]
const TARGETS = [
  ...['/', '/healthz', `/ipfs/${root}`, `/ipfs/${root}/`, `/ipfs/${root}/video.mp4`, `/ipfs/${raw}?format=raw`],
  ...[`/ipfs/${root}?format=car`, `/ipfs/${root}/video.mp4?format=car&dag-scope=entity&entity-bytes=5:-10`],
  ...[`/ipfs/${root}/video.mp4?filename=%D0%96.mp4&download=true`, '/manifest/checkpoint', '/manifest/tile/0/000'],
  ...['/ipfs/bafkqaaa', '/ipfs/bafkqabtimvwgy3yk?format=raw', '/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'],
]
const HEADERS = [
  ...[
    'range: bytes=0-9',
    'range: bytes=-5',
    'range: bytes=8000-',
    'if-none-match: "x", W/"y"',
    `if-none-match: "${raw}"`,
  ],
  ...['accept: application/vnd.ipld.car; version=1; order=dfs; dups=y;q=0.5, */*', 'accept: application/vnd.ipld.raw'],
  ...['accept-encoding: gzip;q=0.1, *;q=0', 'host: localhost:1', 'cache-control: only-if-cached', `if-range: "${raw}"`],
]

/** Requests to our gateway: a method and a target, then headers, a line each. What is answered says of itself what is true. */
export const gatewayRequest: FuzzTarget = {
  name: 'gateway request',
  share: 40_000,
  codes: [],
  words: [
    'GET /',
    'HEAD /',
    'OPTIONS /',
    '?format=car',
    '?format=raw',
    '&dag-scope=block',
    '&entity-bytes=0:*',
    '%2e%2e/',
    ...HEADERS.map((each) => `\n${each}`),
  ],
  maxBytes: 16 * 1024,
  seeds: () =>
    TARGETS.flatMap((target, i) => [
      bytesOfText(`GET ${target}\n${HEADERS[i % HEADERS.length]}`),
      bytesOfText(`HEAD ${target}\n${HEADERS[(i + 3) % HEADERS.length]}\n${HEADERS[(i + 7) % HEADERS.length]}`),
    ]),
  async run(input) {
    const [first = '', ...lines] = textOf(input).split('\n')
    const [, method = '', target = ''] = /^(\S+) (.*)$/s.exec(first) ?? []
    const request = requestOf(method, target, lines)
    if (request === undefined) return 'no HTTP'
    world.problems.length = 0
    world.content.reads.length = 0
    const response = await world.app.request(request)
    const body = new Uint8Array(await response.arrayBuffer())
    assert.ok(STATUSES.includes(response.status), `${response.status} ${Buffer.from(body).toString().slice(0, 200)}`)
    assert.deepEqual(world.problems, [])
    checkLengths(response, body, request.method)
    return response.status < 300 ? ACCEPTED : `status ${response.status}`
  },
}

/** Nothing for what no HTTP client or server would let through; that is not ours to answer. */
function requestOf(method: string, target: string, lines: readonly string[]): Request | undefined {
  try {
    const headers = new Headers()
    for (const line of lines) {
      const colon = line.indexOf(':')
      if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1))
    }
    return new Request(`http://localhost${target.startsWith('/') ? '' : '/'}${target}`, { method, headers })
  } catch {
    return undefined
  }
}

function checkLengths(response: Response, body: Uint8Array, method: string): void {
  const { headers, status } = response
  if (method === 'HEAD' || status === 204 || status === 304) {
    assert.equal(body.length, 0)
    return
  }
  const length = headers.get('content-length')
  if (length !== null) assert.equal(body.length, Number(length))
  const range = headers.get('content-range')
  if (status !== 206) return
  const [, start = '', end = '', size = ''] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range ?? '') ?? []
  assert.ok(Number(end) < Number(size) && Number(end) - Number(start) + 1 === body.length, `${range}`)
  if (Number(size) === video.length) assert.ok(Buffer.from(video.subarray(Number(start), Number(end) + 1)).equals(body))
}
