import type { CID } from 'multiformats/cid'
import { cidText, parseCid } from '../model/content-id.ts'
import { carForm, wrongRoot } from './car-form.ts'
import type { PinEngine, PinOptions, PinRequest } from './engine.ts'
import { full, isFull, isObject, quoted, unknownAnswer } from './engine-answer.ts'
import { ask, type EngineLine } from './engine-http.ts'
import { ReplicateError } from './errors.ts'
import { getBlock, isRoot, linesOf, MAX_LINES_BYTES, pinOf, statusOf, told } from './kubo-rpc.ts'

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
      const before = await pinOf(line, request.root, options.signal)
      if (request.again === true) await dropDamaged(line, request, options.signal)
      else if (before.state === 'pinned') {
        // Cut off before it had its name; one that somebody else gave it stays.
        if (before.name === '') await giveName(line, request, options.signal)
        return 'pinned'
      }
      await importCar(line, request, options)
      await giveName(line, request, options.signal)
      if ((await statusOf(line, request.root, options.signal)) === 'pinned') return 'pinned'
      throw unknownAnswer(line, 'it took a bundle and does not list it as pinned')
    },
    status: (root, signal) => statusOf(line, root, signal),
    remove: (root, signal) => unpin(line, root, signal),
    readBlock: (_root, cid, signal) => getBlock(line, cid, signal),
  }
}

/** dag/import pins without a name; pinning again gives it one. */
async function giveName(line: EngineLine, { root, id }: PinRequest, signal: AbortSignal): Promise<void> {
  await told(line, 'pin/add', { arg: root, recursive: 'true', name: `holdfast ${id}`, offline: 'true' }, signal)
}

async function unpin(line: EngineLine, root: string, signal: AbortSignal): Promise<void> {
  if ((await statusOf(line, root, signal)) === 'absent') return
  await told(line, 'pin/rm', { arg: root, recursive: 'true' }, signal)
}

/**
 * Kubo does not write a block that it thinks it has, so a damaged one has to go before a CAR can mend it, and what is
 * pinned cannot go. Reads the whole bundle back; what an other pin needs, too, stays, and is told as refused.
 */
async function dropDamaged(line: EngineLine, request: PinRequest, signal: AbortSignal): Promise<void> {
  await unpin(line, request.root, signal)
  for await (const { cid, bytes } of request.blocks(signal)) {
    if (!(await isDamaged(line, cid, bytes, signal))) continue
    const [removed] = await told(line, 'block/rm', { arg: cidText(cid) }, signal)
    const why = removed?.['Error']
    if (typeof why === 'string' && why !== '')
      throw new ReplicateError('ENGINE_REFUSED', `${line.name} keeps a damaged block: ${quoted(line, why)}`)
  }
}

async function isDamaged(line: EngineLine, cid: CID, bytes: Uint8Array, signal: AbortSignal): Promise<boolean> {
  try {
    const there = await getBlock(line, cid, signal)
    return there !== undefined && Buffer.compare(there, bytes) !== 0
  } catch (error) {
    if (error instanceof ReplicateError && error.code === 'ENGINE_BYTES_DIFFER') return true
    throw error
  }
}

async function importCar(line: EngineLine, request: PinRequest, options: PinOptions): Promise<void> {
  const { signal } = options
  const root = parseCid(request.root)
  const { headers, body } = carForm(request, options)
  const path = 'api/v0/dag/import'
  const query = { 'pin-roots': 'true', stats: 'true' }
  const said = await ask(line, { method: 'POST', path, query, headers, body, maxBytes: MAX_LINES_BYTES, signal })
  const answers = linesOf(line, said)
  const roots = answers.map(({ Root: given }) => given).filter(isObject)
  const [first, ...more] = roots
  // An answer of 200 that ends early is how Kubo tells of a fault while it answers.
  if (first === undefined || more.length > 0) throw unknownAnswer(line, `${roots.length} roots for one`)
  if (!isRoot(first['Cid'], root)) throw wrongRoot(line.name, request)
  const fault = first['PinErrorMsg']
  if (typeof fault !== 'string') throw unknownAnswer(line, 'a root without a word on its pin')
  if (isFull(fault)) throw full(line.name)
  if (fault !== '') throw new ReplicateError('ENGINE_REFUSED', `${line.name} did not pin: ${quoted(line, fault)}`)
}
