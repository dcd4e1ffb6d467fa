import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Checkpoint, parseCheckpoint } from '../manifest/checkpoint.ts'
import { parseSignedNote } from '../manifest/note.ts'
import type { Home } from './home.ts'

/** The head that others see, from this home's own directory; undefined before the first one. */
export function publishedHead(home: Home): Checkpoint | undefined {
  let note: Uint8Array
  try {
    note = readFileSync(join(home.paths.manifest, 'checkpoint'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return parseCheckpoint(parseSignedNote(note).text)
}
