import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cosigned, Cosigner } from '../cosign/cosigner.ts'
import { CosignError } from '../cosign/errors.ts'
import { markedOrigin } from '../disk/layout.ts'
import { parseCheckpoint } from '../manifest/checkpoint.ts'
import { type Candidate, openCandidate, type Refused } from '../manifest/cosign-rule.ts'
import { mergeCosignatures } from '../manifest/merge-cosignatures.ts'
import { consistencyPath } from '../manifest/merkle.ts'
import { formatSignedNote, parseSignedNote } from '../manifest/note.ts'
import type { Policy } from '../manifest/policy.ts'
import { hashAtFromTiles, tilesForConsistency } from '../manifest/tiles.ts'
import type { VerifierKey } from '../manifest/vkey.ts'
import type { Problem } from '../model/errors.ts'
import { ReadError } from '../read/errors.ts'
import { openLogReader } from '../read/log-reader.ts'
import { type ManifestSource, openManifestSource } from '../read/manifest-source.ts'
import { walkedPolicy } from '../read/walked-policy.ts'
import { writeDurable } from '../store/durable-file.ts'
import type { HomePaths } from '../store/home.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import { leaveCosignatures } from './disk/cosignature-files.ts'
import { type CosignerWorld, openCosigner } from './open-cosigner.ts'

export interface CosignOptions {
  /** URL or directory of the manifest. */
  readonly manifest: string
  readonly policy: Policy
  readonly signal: AbortSignal
  readonly onProblem: (problem: Problem) => void
}

export interface CosignedByHand extends Cosigned {
  readonly key: VerifierKey
  /** Whether the publisher has it; otherwise the line has to be brought in another way. */
  readonly delivered: boolean
}

const HEAD_BYTES = 128 * 1024
const ANSWER_BYTES = 4_096
/** The newest head that was cosigned may be known outside of the home only; then the proof begins elsewhere. */
const TRIES = 3

/**
 * Cosigns, as a witness, the head that waits at a manifest, or else the one that is shown, and brings the cosignature back:
 * to the server that the manifest came from, or into the directory.
 *
 * @throws {CosignError} `COSIGN_REFUSED`; {ReadError} for a source that cannot be read; {StoreError} as `openCosigner`.
 */
export async function cosignByHand(
  paths: HomePaths,
  world: CosignerWorld,
  options: CosignOptions,
): Promise<CosignedByHand> {
  const { manifest, policy, signal, onProblem } = options
  const source = await openManifestSource(manifest, { signal })
  const found = await foundAt(source, policy, ['pending/checkpoint', 'checkpoint'], signal)
  if (found === undefined) throw new ReadError('MANIFEST_MISSING', `${source.name} has no checkpoint`)
  using cosigner = await openCosigner(paths, world, { role: 'witness', policy: found.policy, onProblem })
  return await cosignFound(found, cosigner, options)
}

/** A head that a source shows or lets wait, signed by its log. */
export interface FoundHead {
  readonly source: ManifestSource
  /** Of the note, in the manifest directory. */
  readonly name: string
  readonly candidate: Candidate
  /** With the log keys that may sign a head of that size. */
  readonly policy: Policy
}

/**
 * The first of these notes that the source has.
 *
 * @throws {CosignError} `COSIGN_REFUSED` when its log did not sign it.
 */
export async function foundAt(
  source: ManifestSource,
  policy: Policy,
  names: readonly string[],
  signal: AbortSignal,
): Promise<FoundHead | undefined> {
  for (const name of names) {
    const note = await source.read(name, { maxBytes: HEAD_BYTES, signal })
    if (note === undefined) continue
    const walked = await walkedPolicy(source, policy, note, { primitives: nodePrimitives, signal })
    const accepted = walked.policyAt(parseCheckpoint(parseSignedNote(note).text).size)
    const candidate = openCandidate(nodePrimitives, accepted, note)
    if ('refusal' in candidate) throw refused(source.name, candidate)
    return { source, name, candidate, policy: accepted }
  }
  return undefined
}

/** Cosigns it and brings the cosignature back. @throws {CosignError} `COSIGN_REFUSED`. */
export async function cosignFound(
  found: FoundHead,
  cosigner: Cosigner,
  options: Pick<CosignOptions, 'manifest' | 'signal' | 'onProblem'>,
): Promise<CosignedByHand> {
  const answer = await signFound(found, cosigner, options.signal)
  const { key } = cosigner.signer
  const delivery = { ...found, answer, key }
  const isUrl = /^https?:\/\//u.test(options.manifest)
  const delivered = isUrl ? await bring(options, delivery) : await writeBack(options.manifest, delivery)
  return { ...answer, key, delivered }
}

/** Cosigns it alone. @throws {CosignError} `COSIGN_REFUSED`. */
export async function signFound(found: FoundHead, cosigner: Cosigner, signal: AbortSignal): Promise<Cosigned> {
  const { source, candidate } = found
  let answer: Cosigned | Refused | undefined
  let oldSize = cosigner.newest(candidate.checkpoint.origin)?.size ?? 0
  for (let tries = 0; tries < TRIES && (answer === undefined || 'refusal' in answer); tries += 1) {
    const proof = await proofFrom(source, candidate, oldSize, signal)
    answer = await cosigner.cosign({ oldSize, proof, note: candidate.note })
    if (!('refusal' in answer) || answer.knownSize === undefined || answer.knownSize > candidate.checkpoint.size) break
    oldSize = answer.knownSize
  }
  if (answer === undefined || 'refusal' in answer) throw refused(source.name, answer)
  return answer
}

/** From the tiles of the source, which prove themselves under the head that is to be cosigned. */
async function proofFrom(
  source: ManifestSource,
  { checkpoint }: Candidate,
  oldSize: number,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const { size } = checkpoint
  if (oldSize === 0 || oldSize >= size) return []
  const { sha256 } = nodePrimitives
  const tiles = await openLogReader(source, checkpoint, nodePrimitives).tiles(
    tilesForConsistency(oldSize, size),
    signal,
  )
  return consistencyPath(sha256, oldSize, size, hashAtFromTiles(sha256, size, tiles))
}

interface Delivery extends FoundHead {
  readonly answer: Cosigned
  readonly key: VerifierKey
}

async function bring(
  { signal, onProblem }: Pick<CosignOptions, 'signal' | 'onProblem'>,
  { source, candidate, answer }: Delivery,
): Promise<boolean> {
  const why =
    source.gateway === undefined
      ? 'only a `holdfast serve` takes cosignatures'
      : await bringTo(source.gateway, formatSignedNote(candidate.text, [answer.line]), signal)
  if (why === undefined) return true
  onProblem({
    code: 'COSIGNATURE_REFUSED',
    message: `${source.name} did not take the cosignature: ${why}`,
    hint: 'send the line that is printed to the publisher; running this again signs the same head and brings it again',
  })
  return false
}

/**
 * Brings cosignatures of a head to a server.
 *
 * @param gateway - root URL of the server, without a slash at its end.
 * @param note - the checkpoint with the lines that are brought.
 * @returns why it did not take them.
 * @throws {ReadError} when it does not answer.
 */
export async function bringTo(gateway: string, note: Uint8Array, signal: AbortSignal): Promise<string | undefined> {
  const { httpPost } = await import('../read/http-get.ts')
  const { status, body } = await httpPost(`${gateway}/manifest/cosignature`, note, { maxBytes: ANSWER_BYTES, signal })
  if (status === 200) return undefined
  const said = new TextDecoder()
    .decode(body)
    .split('\n', 1)[0]
    ?.replace(/^[A-Z_]+: /u, '')
  return said === undefined || said === '' ? `it answered ${status}` : said
}

/** On a disk that goes back to the publisher: in its own place where `export` made it, because its files are sealed. */
async function writeBack(where: string, { name, candidate, answer, key }: Delivery): Promise<boolean> {
  if ((await markedOrigin(where)) !== undefined) {
    const [, keyHash = ''] = key.text.split('+')
    await leaveCosignatures(where, keyHash, formatSignedNote(candidate.text, [answer.line]))
    return true
  }
  const directory = [join(where, 'manifest'), where].find((each) => existsSync(join(each, 'checkpoint'))) ?? where
  const path = join(directory, name)
  const there = await readFile(path)
  if (parseSignedNote(there).text !== candidate.text) return false
  await writeDurable(path, mergeCosignatures(nodePrimitives, [key], there, [answer.line]).note)
  return true
}

function refused(name: string, answer: Refused | undefined): CosignError {
  const message = answer?.message ?? 'it changes all the time'
  return new CosignError('COSIGN_REFUSED', `the head at ${name} is not cosigned: ${message}`, {
    hint:
      answer?.refusal === 'old-differs'
        ? 'this copy is older than what you have cosigned: take another one'
        : 'compare with another copy of that manifest; if both are signed by it, keep both and show them to others',
  })
}
