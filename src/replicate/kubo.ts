import type { CID } from 'multiformats/cid'
import { cidText, parseCid } from '../model/content-id.ts'
import { HoldfastError } from '../model/errors.ts'
import { carOf } from './car-sections.ts'
import type { PinEngine, PinOptions, PinRequest, PinState } from './engine.ts'
import { failureOf, full, isFull, isObject, quoted, readLines, unknownAnswer } from './engine-answer.ts'
import { ask, type EngineLine, type Said } from './engine-http.ts'
import { ReplicateError } from './errors.ts'

/** Above any answer in lines, and above any block (2 MiB is the most that IPFS passes around). */
const MAX_LINES_BYTES = 1_048_576
const MAX_BLOCK_BYTES = 2_097_152

/**
 * A Kubo that somebody runs, over its RPC: one CAR a bundle, pinned under the bundle's id. It keeps a second copy of the
 * bytes in its own store.
 *
 * @see https://docs.ipfs.tech/reference/kubo/rpc/
 */
export function kuboEngine(line: EngineLine): PinEngine {
  return {
    name: line.name,
    async prepare(signal) {
      const [version] = await told(line, 'version', {}, signal)
      if (typeof version?.['Version'] !== 'string') throw unknownAnswer(line, 'no version')
    },
    async pin(request, options) {
      if (request.again !== true && (await statusOf(line, request.root, options.signal)) === 'pinned') return 'pinned'
      await importCar(line, request, options)
      // dag/import pins without a name; pinning again gives it one.
      const named = { arg: request.root, recursive: 'true', name: `holdfast ${request.id}`, offline: 'true' }
      await told(line, 'pin/add', named, options.signal)
      if ((await statusOf(line, request.root, options.signal)) === 'pinned') return 'pinned'
      throw unknownAnswer(line, 'it took a bundle and does not list it as pinned')
    },
    status: (root, signal) => statusOf(line, root, signal),
    async remove(root, signal) {
      if ((await statusOf(line, root, signal)) === 'absent') return
      await told(line, 'pin/rm', { arg: root, recursive: 'true' }, signal)
    },
    readBlock: (_root, cid, signal) => readBlock(line, cid, signal),
  }
}

async function importCar(line: EngineLine, request: PinRequest, { signal, onBytes }: PinOptions): Promise<void> {
  const root = parseCid(request.root)
  const { headers, body } = asForm(counted(carOf(root, request.blocks(signal)), onBytes))
  const path = 'api/v0/dag/import'
  const query = { 'pin-roots': 'true', stats: 'true' }
  const said = await ask(line, { method: 'POST', path, query, headers, body, maxBytes: MAX_LINES_BYTES, signal })
  const answers = linesOf(line, said)
  const roots = answers.map(({ Root: given }) => given).filter(isObject)
  const [first, ...more] = roots
  // An answer of 200 that ends early is how Kubo tells of a fault while it answers.
  if (first === undefined || more.length > 0) throw unknownAnswer(line, `${roots.length} roots for one`)
  if (!isRoot(first['Cid'], root)) throw wrongRoot(line, request)
  const fault = first['PinErrorMsg']
  if (typeof fault !== 'string') throw unknownAnswer(line, 'a root without a word on its pin')
  if (isFull(fault)) throw full(line.name)
  if (fault !== '') throw new ReplicateError('ENGINE_REFUSED', `${line.name} did not pin: ${quoted(line, fault)}`)
}

function isRoot(cid: unknown, root: CID): boolean {
  const text = isObject(cid) ? cid['/'] : undefined
  if (typeof text !== 'string') return false
  try {
    return parseCid(text).equals(root)
  } catch (error) {
    if (error instanceof HoldfastError) return false
    throw error
  }
}

function wrongRoot({ name }: EngineLine, { id }: PinRequest): ReplicateError {
  return new ReplicateError('ENGINE_WRONG_ROOT', `${name} answers with another root than that of ${id}`, {
    hint: 'something between here and there changes what is sent: look at once, and trust no pin of it',
  })
}

/** @returns what it lists for this root alone, without walking anything. */
async function statusOf(line: EngineLine, root: string, signal: AbortSignal): Promise<PinState> {
  const said = await post(line, 'pin/ls', { arg: root, type: 'recursive' }, MAX_LINES_BYTES, signal)
  // Kubo has no code for it, only these words. Source: kubo, core/commands/pin/pin.go, errNotPinned, v0.43.
  if (said.status === 500 && / is not pinned/.test(wordsOf(said) ?? '')) return 'absent'
  const [{ Keys: keys } = {}] = linesOf(line, said)
  if (!isObject(keys)) throw unknownAnswer(line, 'a list of pins without pins')
  return Object.keys(keys).some((key) => isRoot({ '/': key }, parseCid(root))) ? 'pinned' : 'absent'
}

async function readBlock(line: EngineLine, cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
  // Offline, or Kubo would fetch it from others, and from this very archive.
  const query = { arg: cidText(cid), offline: 'true' }
  const said = await post(line, 'block/get', query, MAX_BLOCK_BYTES, signal)
  if (said.status === 200) return said.bytes
  const words = wordsOf(said) ?? ''
  // No codes here, too. Sources: boxo, blockservice and ipld-format ErrNotFound; boxo, blockstore ErrHashMismatch.
  if (said.status === 500 && /not found locally|could not find/.test(words)) return undefined
  if (said.status === 500 && /different hash than requested/.test(words))
    throw new ReplicateError('ENGINE_BYTES_DIFFER', `${line.name} finds ${cidText(cid)} damaged in its own store`)
  throw failureOf(line, said, wordsOf(said)) ?? unknownAnswer(line, `status ${said.status}`)
}

async function told(
  line: EngineLine,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return linesOf(line, await post(line, path, query, MAX_LINES_BYTES, signal))
}

function post(
  line: EngineLine,
  path: string,
  query: Readonly<Record<string, string>>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Said> {
  return ask(line, { method: 'POST', path: `api/v0/${path}`, query, maxBytes, signal })
}

/** @throws {ReplicateError} for every status but 200, and for what is no lines of JSON. */
function linesOf(line: EngineLine, said: Said): readonly Readonly<Record<string, unknown>>[] {
  const failure = failureOf(line, said, wordsOf(said))
  if (failure !== undefined) throw failure
  const lines = readLines(said.bytes)
  if (lines === undefined) throw unknownAnswer(line, 'no lines of JSON')
  // A fault after the first line of an answer comes as a line of its own, under status 200.
  const fault = lines.find(({ Type: type }) => type === 'error')
  if (fault === undefined) return lines
  const words = String(fault['Message'])
  throw isFull(words) ? full(line.name) : new ReplicateError('ENGINE_REFUSED', `${line.name}: ${quoted(line, words)}`)
}

/** `{"Message","Code","Type":"error"}`, which Kubo answers with status 500. */
function wordsOf({ bytes }: Said): string | undefined {
  const [first] = readLines(bytes) ?? []
  return typeof first?.['Message'] === 'string' ? first['Message'] : undefined
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    yield bytes
    onBytes?.(bytes.length)
  }
}

/** Never among the bytes: the chance that a CAR holds these 122 random bits is none. */
function asForm(car: AsyncIterable<Uint8Array>): {
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Uint8Array>
} {
  const boundary = `holdfast-${crypto.randomUUID()}`
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="path"; filename="bundle.car"\r\nContent-Type: application/vnd.ipld.car\r\n\r\n`,
    )
    yield* car
    yield Buffer.from(`\r\n--${boundary}--\r\n`)
  }
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body: body() }
}
