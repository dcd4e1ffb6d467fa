import { decodeBase64, encodeBase64 } from './base64.ts'
import { parseDecimal } from './decimal.ts'
import { ManifestError } from './errors.ts'
import { isKeyName } from './vkey.ts'

/** What the head of a log says: so many entries, with this root. */
export interface Checkpoint {
  /** Identity of the log; the same as the name of its key. */
  readonly origin: string
  /** Number of entries. */
  readonly size: number
  /** RFC 6962 root, 32 bytes. */
  readonly root: Uint8Array
}

/**
 * Reads the text of a checkpoint note: origin, size and root, a line each. Extension lines are refused: no statement of a
 * cosigner covers them.
 *
 * @throws {ManifestError} `CHECKPOINT_MALFORMED`.
 * @see C2SP tlog-checkpoint
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', sizeText = '', rootText = '', end, ...rest] = text.split('\n')
  if (!isKeyName(origin)) throw malformed('does not begin with an origin')
  const size = parseDecimal(sizeText)
  if (size === undefined) throw malformed('has a size that is not a decimal number up to 2^53-1')
  const root = decodeBase64(rootText)
  if (root?.length !== 32) throw malformed('has a root that is not 32 bytes in base64')
  if (end !== '' || rest.length > 0) throw malformed('goes on after its root, which our logs never do')
  return { origin, size, root }
}

/**
 * Writes the text that is signed; `parseCheckpoint` gives the same checkpoint back.
 *
 * @throws {ManifestError} `CHECKPOINT_MALFORMED` for what could not be read again.
 */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const text = `${checkpoint.origin}\n${checkpoint.size}\n${encodeBase64(checkpoint.root)}\n`
  parseCheckpoint(text)
  return text
}

function malformed(what: string): ManifestError {
  return new ManifestError('CHECKPOINT_MALFORMED', `the checkpoint ${what}`)
}
