import type { CID } from 'multiformats/cid'
import { cidText, parseCid } from '../model/content-id.ts'
import type { PinState } from './engine.ts'
import { failureOf, full, isFull, isObject, namesRoot, quoted, readLines, unknownAnswer } from './engine-answer.ts'
import { ask, type EngineLine, type Said } from './engine-http.ts'
import { ReplicateError } from './errors.ts'

/** Above any answer in lines, and above any block (2 MiB is the most that IPFS passes around). */
export const MAX_LINES_BYTES = 1_048_576
const MAX_BLOCK_BYTES = 2_097_152

/** @returns what it lists for this root alone, without walking anything. */
export async function statusOf(line: EngineLine, root: string, signal: AbortSignal): Promise<PinState> {
  return (await pinOf(line, root, signal)).state
}

/** The same, with the name that the pin has; empty for none. */
export async function pinOf(
  line: EngineLine,
  root: string,
  signal: AbortSignal,
): Promise<{ readonly state: 'absent' | 'pinned'; readonly name: string }> {
  const said = await post(line, 'pin/ls', { arg: root, type: 'recursive', names: 'true' }, MAX_LINES_BYTES, signal)
  const absent = { state: 'absent', name: '' } as const
  // Kubo has no code for it, only these words. Source: kubo, core/commands/pin/pin.go, errNotPinned, v0.43.
  if (said.status === 500 && / is not pinned/.test(wordsOf(said) ?? '')) return absent
  const [{ Keys: keys } = {}] = linesOf(line, said)
  if (!isObject(keys)) throw unknownAnswer(line, 'a list of pins without pins')
  const [, pin] = Object.entries(keys).find(([key]) => isRoot({ '/': key }, parseCid(root))) ?? []
  if (pin === undefined) return absent
  const name = isObject(pin) ? pin['Name'] : undefined
  return { state: 'pinned', name: typeof name === 'string' ? name : '' }
}

export async function getBlock(line: EngineLine, cid: CID, signal: AbortSignal): Promise<Uint8Array | undefined> {
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

export function isRoot(cid: unknown, root: CID): boolean {
  return isObject(cid) && namesRoot(cid['/'], root)
}

export async function told(
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
export function linesOf(line: EngineLine, said: Said): readonly Readonly<Record<string, unknown>>[] {
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
