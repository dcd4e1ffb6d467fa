import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ManifestError } from '../manifest/errors.ts'
import { mergeCosignatures } from '../manifest/merge-cosignatures.ts'
import { parseSignedNote, type SignatureLine } from '../manifest/note.ts'
import type { Primitives } from '../manifest/primitives.ts'
import type { VerifierKey } from '../manifest/vkey.ts'
import { writeDurable, writeDurableIfAbsent } from '../store/durable-file.ts'
import { readError, systemCode, writeError } from '../store/file-errors.ts'

/** The notes of the own heads, and whose cosignatures they may have. All of this runs under `Cosigning.exclusively`. */
export interface OwnNotes {
  /** The manifest directory. */
  readonly directory: string
  readonly primitives: Primitives
  readonly keys: readonly VerifierKey[]
}

const PENDING = 'pending/checkpoint'
const SHOWN = 'checkpoint'

/** The head with every cosignature that is known: on the disk, where a killed run or others left it, and `lines`. */
export async function withCosignatures(
  notes: OwnNotes,
  size: number,
  signed: Uint8Array,
  lines: readonly SignatureLine[],
): Promise<Uint8Array> {
  const { text } = parseSignedNote(signed)
  const found: SignatureLine[] = []
  for (const name of [PENDING, keptName(size), SHOWN]) {
    const note = await readNote(notes, name)
    if (note?.text === text) found.push(...note.signatures)
  }
  return mergeCosignatures(notes.primitives, notes.keys, signed, [...found, ...lines]).note
}

/** Leaves a head to wait for its witnesses. */
export async function keepPending({ directory }: OwnNotes, note: Uint8Array): Promise<void> {
  await writeDurable(join(directory, PENDING), note)
}

/** Shows a head; nothing waits any more then. */
export async function showNote(notes: OwnNotes, size: number, note: Uint8Array): Promise<void> {
  const { directory } = notes
  const kept = join(directory, keptName(size))
  const there = await readNote(notes, keptName(size))
  // The same head with more cosignatures may take its place, another one never.
  if (there?.text === parseSignedNote(note).text) await writeDurable(kept, note)
  else await writeDurableIfAbsent(kept, note)
  await writeDurable(join(directory, SHOWN), note)
  await rm(join(directory, PENDING), { force: true }).catch((error: unknown) => {
    throw writeError(error, join(directory, PENDING))
  })
}

/**
 * Merges cosignatures that somebody brought into every note of that head.
 *
 * @param text - the text of the checkpoint that they are under.
 * @returns how many lines were new; undefined when no head that is shown or waits has this text.
 */
export async function mergeBrought(
  notes: OwnNotes,
  text: string,
  lines: readonly SignatureLine[],
): Promise<number | undefined> {
  let most: number | undefined
  for (const name of [PENDING, SHOWN]) {
    const note = await readNote(notes, name)
    if (note?.text !== text) continue
    const size = Number(text.split('\n')[1])
    for (const path of name === SHOWN ? [keptName(size), SHOWN] : [PENDING]) {
      if ((await readNote(notes, path))?.text !== text) continue
      const { added, note: merged } = await mergedAt(notes, path, lines)
      if (added > 0) await writeDurable(join(notes.directory, path), merged)
      most = Math.max(most ?? 0, added)
    }
  }
  return most
}

async function mergedAt(
  { directory, primitives, keys }: OwnNotes,
  path: string,
  lines: readonly SignatureLine[],
): Promise<{ readonly note: Uint8Array; readonly added: number }> {
  return mergeCosignatures(primitives, keys, await readFile(join(directory, path)), lines)
}

function keptName(size: number): string {
  return `checkpoints/${size}`
}

/** Nothing where there is no note; that one is damaged is for others to say. */
async function readNote(
  { directory }: OwnNotes,
  name: string,
): Promise<ReturnType<typeof parseSignedNote> | undefined> {
  try {
    return parseSignedNote(await readFile(join(directory, name)))
  } catch (error) {
    if (error instanceof ManifestError || systemCode(error) === 'ENOENT') return undefined
    throw readError(error, join(directory, name))
  }
}
