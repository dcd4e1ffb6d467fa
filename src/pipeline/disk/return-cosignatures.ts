import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatSignedNote, parseSignedNote, type SignatureLine } from '../../manifest/note.ts'
import { isLineOf } from '../../manifest/verify-signature.ts'
import { parseVkey } from '../../manifest/vkey.ts'
import { HoldfastError, type Problem, problemOf } from '../../model/errors.ts'
import { readCosigners } from '../../store/cosigner-keys.ts'
import { StoreError } from '../../store/errors.ts'
import { systemCode } from '../../store/file-errors.ts'
import type { HomePaths } from '../../store/home.ts'
import { nodePrimitives } from '../../store/node-primitives.ts'
import type { HeldCosigning } from '../mirror/cosign-held.ts'
import type { FollowedLog } from '../mirror/followed-log.ts'
import { leaveCosignatures } from './cosignature-files.ts'

/** A line that goes back to the publisher. */
export interface ReturnedLine {
  readonly size: number
  /** Hex. */
  readonly root: string
  readonly line: SignatureLine
}

export interface ReturnedCosignatures {
  readonly lines: readonly ReturnedLine[]
  /** False where the disk could not be written to. */
  readonly delivered: boolean
}

/**
 * Leaves on the disk what this mirror signed of the head that it shows, and its witness line for the head that waits there.
 *
 * @param paths - of the mirror's home, which has the keys.
 */
export async function returnCosignatures(
  paths: HomePaths,
  log: FollowedLog,
  directory: string,
  { cosigning, onProblem }: { readonly cosigning: HeldCosigning; readonly onProblem: (problem: Problem) => void },
): Promise<ReturnedCosignatures> {
  const vkeys = await readCosigners(paths)
  if (vkeys === undefined) return { lines: [], delivered: true }
  const keys = [vkeys.mirror, vkeys.witness, vkeys.holder].map((vkey) => parseVkey(vkey, nodePrimitives.sha256))
  const shown = await ownLines(join(log.home.paths.manifest, 'checkpoint'), (line) =>
    keys.some((key) => isLineOf(line, key)),
  )
  const notes = [shown, await waiting(log, directory, cosigning, onProblem)].filter((note) => note !== undefined)
  const keyHash = vkeys.mirror.split('+')[1] ?? ''
  let delivered = true
  for (const note of notes) delivered &&= await leave(directory, keyHash, note, onProblem)
  return { lines: notes.flatMap(linesOf), delivered }
}

async function ownLines(path: string, isOwn: (line: SignatureLine) => boolean): Promise<Uint8Array | undefined> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (bytes === undefined) return undefined
  const { text, signatures } = parseSignedNote(bytes)
  const own = signatures.filter(isOwn)
  return own.length === 0 ? undefined : formatSignedNote(text, own)
}

async function waiting(
  log: FollowedLog,
  directory: string,
  cosigning: HeldCosigning,
  onProblem: (problem: Problem) => void,
): Promise<Uint8Array | undefined> {
  try {
    return await cosigning.waitingIn(log, directory)
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    // What is wrong with the disk's log was told where it was followed.
    if (error.code.startsWith('COSIGN')) onProblem(problemOf(error))
    return undefined
  }
}

async function leave(
  directory: string,
  keyHash: string,
  note: Uint8Array,
  onProblem: (problem: Problem) => void,
): Promise<boolean> {
  try {
    await leaveCosignatures(directory, keyHash, note)
    return true
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    const isReadOnly = error instanceof StoreError && error.code === 'STORE_UNWRITABLE'
    onProblem(isReadOnly ? readOnly(error.message) : problemOf(error))
    return false
  }
}

function readOnly(message: string): Problem {
  return {
    code: 'DISK_READ_ONLY',
    message: `the cosignatures are not on the disk: ${message}`,
    hint: 'mount it for writing and import it again, or send the publisher the lines that are printed',
  }
}

function linesOf(note: Uint8Array): readonly ReturnedLine[] {
  const { text, signatures } = parseSignedNote(note)
  const [, size = '', root = ''] = text.split('\n')
  return signatures.map((line) => ({ size: Number(size), root: Buffer.from(root, 'base64').toString('hex'), line }))
}
