import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Checkpoint, parseCheckpoint } from '../manifest/checkpoint.ts'
import { ManifestError } from '../manifest/errors.ts'
import { parseSignedNote } from '../manifest/note.ts'
import { parseStatement } from '../manifest/statement.ts'
import type { HomePaths } from '../store/home.ts'
import type { Home } from './home.ts'

/** The head that others see, from this home's own directory; undefined before the first one. */
export function publishedHead({ paths }: { readonly paths: HomePaths }): Checkpoint | undefined {
  let note: Uint8Array
  try {
    note = readFileSync(join(paths.manifest, 'checkpoint'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return parseCheckpoint(parseSignedNote(note).text)
}

/**
 * Statements under the head that others see: what is sequenced beyond it is not published yet. Cheap enough to be asked
 * for every block that is served: the file is read again only when it was replaced.
 */
export function publishedSizeOf(paths: HomePaths): () => number {
  let seen = ''
  let size = 0
  return () => {
    const stat = statSync(join(paths.manifest, 'checkpoint'), { bigint: true, throwIfNoEntry: false })
    const now = stat === undefined ? '' : `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.size}`
    if (now !== seen) size = sizeOrNothing(paths)
    seen = now
    return size
  }
}

/** What cannot be read as a head publishes nothing; that it is damaged is for `publish` and `manifest verify` to say. */
function sizeOrNothing(paths: HomePaths): number {
  try {
    return publishedHead({ paths })?.size ?? 0
  } catch (error) {
    if (error instanceof ManifestError) return 0
    throw error
  }
}

/** When the publisher says that it made the index under that head; the same for everybody who looks things up there. */
export function publishedAsOf({ journal, publishedSize }: Pick<Home, 'journal' | 'publishedSize'>): string {
  const size = publishedSize()
  const parsed = size === 0 || size > journal.size() ? undefined : parseStatement(journal.entry(size - 1))
  return parsed?.kind === 'known' ? parsed.statement.at : ''
}
