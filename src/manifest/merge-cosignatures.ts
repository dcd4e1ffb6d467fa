import { ManifestError } from './errors.ts'
import { formatSignedNote, parseSignedNote, type SignatureLine } from './note.ts'
import type { Primitives } from './primitives.ts'
import { isLineOf, verifySignature } from './verify-signature.ts'
import type { VerifierKey } from './vkey.ts'

/** @see manifest-v1 §7.5 */
const MAX_COSIGNATURES = 32

/** A note, and how many cosignatures it has gained or had renewed. */
export interface MergedNote {
  readonly note: Uint8Array
  readonly added: number
}

/**
 * Adds cosignatures to a note: only those that verify with one of `keys`, one a key, the newest; at most 32. Lines of the
 * note that are by none of `keys` stay first and as they are, in particular those of the log.
 *
 * @param note - trusted: its own lines are not verified again.
 * @param lines - from anywhere; what does not verify is passed over.
 * @throws {ManifestError} `NOTE_MALFORMED` for a note that cannot be read.
 */
export function mergeCosignatures(
  primitives: Primitives,
  keys: readonly VerifierKey[],
  note: Uint8Array,
  lines: readonly SignatureLine[],
): MergedNote {
  const { text, signatures } = parseSignedNote(note)
  const kept = new Map<VerifierKey, { readonly line: SignatureLine; readonly time: number }>()
  let added = 0
  const own = signatures.filter((line) => !keys.some((key) => isLineOf(line, key)))
  for (const [at, line] of [...signatures, ...lines].entries()) {
    const key = keys.find((each) => isLineOf(line, each))
    const time = key === undefined ? undefined : timeOf(primitives, key, text, line)
    if (key === undefined || time === undefined) continue
    const before = kept.get(key)
    const isNews = before === undefined ? kept.size < MAX_COSIGNATURES : before.time < time
    if (!isNews) continue
    kept.set(key, { line, time })
    if (at >= signatures.length) added += 1
  }
  // In the order of the keys, so that the same cosignatures make the same note, whoever came first.
  const cosignatures = keys.flatMap((key) => kept.get(key)?.line ?? [])
  return { note: formatSignedNote(text, [...own, ...cosignatures]), added }
}

/** Nothing when the key did not make it; 0 when it states no time. */
function timeOf(primitives: Primitives, key: VerifierKey, text: string, line: SignatureLine): number | undefined {
  try {
    return verifySignature(primitives, key, text, line).time ?? 0
  } catch (error) {
    if (error instanceof ManifestError) return undefined
    throw error
  }
}
