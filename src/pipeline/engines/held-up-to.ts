import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCheckpoint } from '../../manifest/checkpoint.ts'
import { ManifestError } from '../../manifest/errors.ts'
import { parseSignedNote } from '../../manifest/note.ts'
import { isLineOf, verifySignature } from '../../manifest/verify-signature.ts'
import { parseVkey, type VerifierKey } from '../../manifest/vkey.ts'
import { readError, systemCode } from '../../store/file-errors.ts'
import type { HomePaths } from '../../store/home.ts'
import { nodePrimitives } from '../../store/node-primitives.ts'
import { isLateEnough } from './late-enough.ts'

/** Heads that are looked through, the newest first: a holder that is further behind has said nothing lately. */
const HEADS = 256

/** A head that a holder cosigned. */
export interface HeldHead {
  readonly size: number
  /** RFC 3339, by the holder's clock. */
  readonly signedAt: string
}

/**
 * The newest head of the own log that a holder cosigned lately enough: its claim to have all content that was public
 * by then. None where none is among the heads that are kept here, to which cosignatures are added as they are brought.
 *
 * @throws {ManifestError} `VKEY_MALFORMED`. @throws {StoreError} for a directory that cannot be read.
 */
export async function heldUpTo(
  paths: Pick<HomePaths, 'manifest'>,
  holder: string,
  now: string,
): Promise<HeldHead | undefined> {
  const key = parseVkey(holder, nodePrimitives.sha256)
  for (const path of await newestHeads(paths.manifest)) {
    const held = headHeld(await readFile(path), key, now)
    if (held !== undefined) return held
  }
  return undefined
}

async function newestHeads(manifest: string): Promise<readonly string[]> {
  const directory = join(manifest, 'checkpoints')
  try {
    const sizes = (await readdir(directory)).filter((name) => /^(0|[1-9]\d*)$/.test(name)).map(Number)
    return sizes
      .toSorted((a, b) => b - a)
      .slice(0, HEADS)
      .map((size) => join(directory, `${size}`))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw readError(error, directory)
  }
}

function headHeld(note: Uint8Array, key: VerifierKey, now: string): HeldHead | undefined {
  try {
    const { text, signatures } = parseSignedNote(note)
    for (const line of signatures) {
      if (!isLineOf(line, key)) continue
      const { time = 0 } = verifySignature(nodePrimitives, key, text, line)
      const signedAt = new Date(time * 1_000).toISOString().replace('.000Z', 'Z')
      if (isLateEnough(signedAt, now)) return { size: parseCheckpoint(text).size, signedAt }
    }
    return undefined
  } catch (error) {
    // A head that is damaged is for `manifest verify` to tell; here nobody's word stands under it.
    if (error instanceof ManifestError) return undefined
    throw error
  }
}
