import { decodeBase64, encodeBase64 } from './base64.ts'
import { parseDecimal } from './decimal.ts'
import { ManifestError } from './errors.ts'
import { MAX_NOTE_BYTES } from './note.ts'

/** What a witness is asked to cosign: a candidate, and the proof that it continues what the witness cosigned last. */
export interface AddCheckpoint {
  /** Size that the asker believes to be the witness's newest; 0 for none. */
  readonly oldSize: number
  /** Consistency proof from `oldSize`; hashes of 32 bytes. */
  readonly proof: readonly Uint8Array[]
  /** The candidate as its log signed it. */
  readonly note: Uint8Array
}

/** "The client MUST NOT send more than 63 consistency proof lines." @see C2SP tlog-witness */
const MAX_PROOF_LINES = 63
/** A base64 line of 32 bytes is 45 characters with its newline. */
export const MAX_ADD_CHECKPOINT_BYTES: number = MAX_NOTE_BYTES + 64 * 45

/**
 * Reads the body of `POST add-checkpoint`: `old SIZE`, proof lines, a blank line, the note.
 *
 * @throws {ManifestError} `PROOF_MALFORMED`. The note is not looked at.
 * @see C2SP tlog-witness
 */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint {
  if (body.length > MAX_ADD_CHECKPOINT_BYTES) throw malformed('is longer than any that can be meant')
  const end = endOfHead(body)
  if (end === undefined) throw malformed('has no blank line before the checkpoint')
  const [first = '', ...lines] = decodeAscii(body.subarray(0, end)).split('\n')
  const oldSize = first.startsWith('old ') ? parseDecimal(first.slice('old '.length)) : undefined
  if (oldSize === undefined) throw malformed('does not begin with "old SIZE"')
  if (lines.length > MAX_PROOF_LINES) throw malformed(`has more than ${MAX_PROOF_LINES} hashes`)
  const proof = lines.map((line) => {
    const hash = decodeBase64(line)
    if (hash?.length !== 32) throw malformed('holds a line that is no hash')
    return hash
  })
  return { oldSize, proof, note: body.slice(end + 2) }
}

/** Writes such a body; `parseAddCheckpoint` gives the same back. */
export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): Uint8Array {
  const head = new TextEncoder().encode([`old ${oldSize}`, ...proof.map(encodeBase64), '', ''].join('\n'))
  const body = new Uint8Array(head.length + note.length)
  body.set(head)
  body.set(note, head.length)
  return body
}

/** Index of the first of two newlines in a row. */
function endOfHead(body: Uint8Array): number | undefined {
  for (let i = body.indexOf(0x0a); i >= 0 && i + 1 < body.length; i = body.indexOf(0x0a, i + 1))
    if (body[i + 1] === 0x0a) return i
  return undefined
}

/** Nothing here is beyond ASCII; what is becomes a character that no line may have. */
function decodeAscii(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes)
}

function malformed(what: string): ManifestError {
  return new ManifestError('PROOF_MALFORMED', `the request to cosign ${what}`)
}
