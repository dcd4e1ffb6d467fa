import { decodeBase64, encodeBase64 } from './base64.ts'
import type { Checkpoint } from './checkpoint.ts'
import { parseDecimal } from './decimal.ts'
import { ManifestError } from './errors.ts'
import { leafHash, verifyInclusion } from './merkle.ts'
import type { Sha256 } from './primitives.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'
/** Trees of at most 2^53-1 entries have audit paths of at most 53 hashes. */
const MAX_PATH = 53

/** A proof that an entry stands in a log, with the checkpoint it leads to. */
export interface TlogProof {
  /** Anything at all until its leaf hash has led to the root of the verified checkpoint. */
  readonly extra?: Uint8Array
  readonly index: number
  /** From the leaf's sibling up to the child of the root, 32 bytes each. */
  readonly path: readonly Uint8Array[]
  /** The checkpoint as a signed note, byte for byte, not read yet. */
  readonly note: Uint8Array
}

/**
 * Takes a proof file apart. Neither the note nor the path is verified.
 *
 * @param limitBytes - what a file may have at most.
 * @throws {ManifestError} `PROOF_MALFORMED`.
 * @see C2SP tlog-proof
 */
export function parseTlogProof(bytes: Uint8Array, limitBytes: number): TlogProof {
  if (bytes.length > limitBytes) throw malformed(`has ${bytes.length} bytes, more than ${limitBytes}`)
  const end = bytes.findIndex((byte, i) => byte === 0x0a && bytes[i + 1] === 0x0a)
  if (end < 0) throw malformed('has no blank line before its checkpoint')
  const [header, ...lines] = decodeHead(bytes.subarray(0, end)).split('\n')
  if (header !== HEADER) throw malformed(`does not begin with "${HEADER}"`)
  const extra = lines[0]?.startsWith('extra ') ? readExtra(lines.shift()) : undefined
  const [, indexText = ''] = /^index (.*)$/.exec(lines.shift() ?? '') ?? []
  const index = parseDecimal(indexText)
  if (index === undefined) throw malformed('has no line "index N"')
  if (lines.length > MAX_PATH) throw malformed(`has a path of ${lines.length} hashes`)
  return { ...(extra === undefined ? {} : { extra }), index, path: lines.map(readHash), note: bytes.slice(end + 2) }
}

/** Writes a proof file; `parseTlogProof` gives the same proof back. @throws {RangeError} for empty `extra`. */
export function formatTlogProof(proof: TlogProof): Uint8Array {
  if (proof.extra?.length === 0) throw new RangeError('extra is left out when there is none')
  const lines = [
    HEADER,
    ...(proof.extra === undefined ? [] : [`extra ${encodeBase64(proof.extra)}`]),
    `index ${proof.index}`,
    ...proof.path.map(encodeBase64),
  ]
  const head = new TextEncoder().encode(`${lines.join('\n')}\n\n`)
  const bytes = new Uint8Array(head.length + proof.note.length)
  bytes.set(head)
  bytes.set(proof.note, head.length)
  return bytes
}

/**
 * Checks that the entry stands where the proof says, in the tree of a checkpoint that has been verified.
 *
 * @param checkpoint - read from `proof.note` by `verifyCheckpoint`, never by `parseCheckpoint` alone.
 * @throws {ManifestError} `PROOF_INVALID`.
 */
export function verifyTlogProof(sha256: Sha256, proof: TlogProof, entry: Uint8Array, checkpoint: Checkpoint): void {
  const { index, path } = proof
  const { size, root } = checkpoint
  if (verifyInclusion(sha256, { index, size, leaf: leafHash(sha256, entry), path, root })) return
  throw new ManifestError(
    'PROOF_INVALID',
    `the proof does not lead from this entry, at index ${index}, to the signed root of size ${size}`,
    {
      hint: 'the statement or the proof was changed after it was made: get the receipt again from its publisher or a mirror',
    },
  )
}

function decodeHead(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw malformed('is not UTF-8', cause)
  }
}

function readExtra(line: string | undefined): Uint8Array {
  const bytes = decodeBase64(line?.slice('extra '.length) ?? '')
  if (bytes === undefined || bytes.length === 0) throw malformed('has extra data that are not base64')
  return bytes
}

function readHash(line: string): Uint8Array {
  const hash = decodeBase64(line)
  if (hash?.length !== 32) throw malformed('has a path line that is not 32 bytes in base64')
  return hash
}

function malformed(what: string, cause?: unknown): ManifestError {
  return new ManifestError('PROOF_MALFORMED', `the proof file ${what}`, { cause })
}
