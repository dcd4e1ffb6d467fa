import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeCosignature } from '../manifest/cosignature.ts'
import { ManifestError } from '../manifest/errors.ts'
import { parseSignedNote, type SignedNote } from '../manifest/note.ts'
import { isSignedBy } from '../manifest/verify-signature.ts'
import type { VerifierKey } from '../manifest/vkey.ts'
import { systemCode } from '../store/file-errors.ts'
import type { HomePaths } from '../store/home.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import type { CosignatureAge } from '../view/ports.ts'

/** A dated cosignature of the head that is shown. */
export interface DatedCosignature {
  /** Name of its key. */
  readonly name: string
  /** POSIX seconds. */
  readonly time: number
}

/**
 * Cosignatures of the head that a home shows, newest first. Cheap enough for every look at `/metrics`.
 *
 * @param keys - whose lines count, each verified; undefined for a publisher's own head, in which no other line is ever merged.
 */
export function datedCosignatures(
  { manifest }: Pick<HomePaths, 'manifest'>,
  keys: readonly VerifierKey[] | undefined,
): readonly DatedCosignature[] {
  const note = shownNote(manifest)
  if (note === undefined) return []
  const [origin] = note.text.split('\n', 1)
  const counted =
    keys === undefined ? note.signatures : note.signatures.filter((line) => isByOne(keys, note.text, line))
  const dated = counted.flatMap(({ name, signature }) => {
    const time = name === origin ? undefined : decodeCosignature(signature)?.time
    return time === undefined || time === 0 ? [] : [{ name, time }]
  })
  return dated.sort((a, b) => b.time - a.time)
}

/** As seconds that passed. */
export function agesOf(dated: readonly DatedCosignature[]): readonly CosignatureAge[] {
  return dated.map(({ name, time }) => ({ key: name, seconds: Math.max(0, Math.round(Date.now() / 1_000 - time)) }))
}

/** Nothing where there is none, or one that is damaged: `manifest verify` says so. */
function shownNote(manifest: string): SignedNote | undefined {
  try {
    return parseSignedNote(readFileSync(join(manifest, 'checkpoint')))
  } catch (error) {
    if (error instanceof ManifestError || systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function isByOne(keys: readonly VerifierKey[], text: string, line: SignedNote['signatures'][number]): boolean {
  return keys.some((key) => isSignedBy(nodePrimitives, key, text, line))
}
