import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCheckpoint } from '../manifest/checkpoint.ts'
import { decodeCosignature } from '../manifest/cosignature.ts'
import { consistencyPath } from '../manifest/merkle.ts'
import { parseSignedNote, type SignedNote } from '../manifest/note.ts'
import { hashAtFromTiles, tileAt, tilePath } from '../manifest/tiles.ts'
import { isLineOf } from '../manifest/verify-signature.ts'
import { parseVkey, type VerifierKey } from '../manifest/vkey.ts'
import { HoldfastError, type Problem, problemOf } from '../model/errors.ts'
import { mergeBrought } from '../record/head-notes.ts'
import { systemCode } from '../store/file-errors.ts'
import type { HomePaths } from '../store/home.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import { type CosigningSettings, ownCosigning } from './own-cosigning.ts'

/** So old may the cosignature of a witness become before it is asked again (manifest-v1 §10.4). */
const AGAIN_MS = 24 * 60 * 60 * 1_000
/** How often a server looks whether one is. */
const EVERY_MS = 60 * 60 * 1_000

/**
 * Has the head that is shown cosigned again by those witnesses whose cosignature is a day old or missing, so that its readers see
 * that it is still the newest. Needs neither the log key nor the lock of the home.
 *
 * @returns how many cosignatures are new.
 */
export async function recosign(
  paths: HomePaths,
  settings: CosigningSettings,
  { onProblem, now = Date.now() }: { readonly onProblem: (problem: Problem) => void; readonly now?: number },
): Promise<number> {
  const note = await readFile(join(paths.manifest, 'checkpoint')).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (note === undefined) return 0
  const parsed = parseSignedNote(note)
  const due = settings.witnesses.filter(({ vkey }) => isDue(parsed, parseVkey(vkey, nodePrimitives.sha256), now))
  if (due.length === 0) return 0
  const head = parseCheckpoint(parsed.text)
  const cosigning = ownCosigning(paths, { ...settings, witnesses: due }, onProblem)
  const prove = (oldSize: number): Uint8Array[] => proofFromDisk(paths.manifest, oldSize, head.size)
  const lines = await cosigning.ask({ head, note, prove, isEnough: () => false })
  const own = { directory: paths.manifest, primitives: nodePrimitives, keys: cosigning.keys }
  return (await cosigning.exclusively(() => mergeBrought(own, parsed.text, lines))) ?? 0
}

/** Looks every hour for as long as it is open; what goes wrong is told and tried again. */
export function startRecosigning(
  paths: HomePaths,
  settings: CosigningSettings,
  onProblem: (problem: Problem) => void,
): Disposable {
  const look = async (): Promise<void> => {
    try {
      await recosign(paths, settings, { onProblem })
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      onProblem(problemOf(error))
    }
  }
  const timer = settings.witnesses.length === 0 ? undefined : setInterval(() => void look(), EVERY_MS).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function isDue({ signatures }: SignedNote, key: VerifierKey, now: number): boolean {
  const line = signatures.find((each) => isLineOf(each, key))
  const time = line === undefined ? 0 : (decodeCosignature(line.signature)?.time ?? 0)
  return Math.abs(now - time * 1000) >= AGAIN_MS
}

/** From the own tiles; wrong ones make a proof that no witness takes. */
function proofFromDisk(directory: string, oldSize: number, size: number): Uint8Array[] {
  if (oldSize === 0 || oldSize >= size) return []
  const { sha256 } = nodePrimitives
  const hashAt = hashAtFromTiles(sha256, size, (level, n) => {
    const width = tileAt(size, level, n)?.width
    return width === undefined ? undefined : readFileSync(join(directory, tilePath(level, n, width)))
  })
  return consistencyPath(sha256, oldSize, size, hashAt)
}
