import { languageTag } from '../../../model/language.ts'
import type { RowFile } from './bundle-files.ts'
import { directoryOf, type FileIndex, type IndexedFile } from './file-index.ts'
import { foldName, stemOf } from './fold-name.ts'

/**
 * Finds what lies beside the recordings of rows under the same name: subtitles (`001.srt`, `001.kk.vtt`), a picture
 * (`001.jpg`), anything else (`001.docx`, which stays private). A file that could belong to two rows belongs to none.
 *
 * @param owners - the row of each file that a row names.
 * @returns the files beside, by row; files that rows name, and tables, are none.
 */
export function sidecarsOf<Row>(
  index: FileIndex,
  owners: ReadonlyMap<IndexedFile, Row>,
  isFree: (file: IndexedFile) => boolean,
): ReadonlyMap<Row, readonly RowFile[]> {
  const byStem = new Map<string, Set<Row>>()
  for (const [file, row] of owners) {
    const key = placed(file, stemOf(file.name))
    byStem.set(key, (byStem.get(key) ?? new Set()).add(row))
  }
  const found = new Map<Row, RowFile[]>()
  for (const file of index.files) {
    if (owners.has(file) || !isFree(file)) continue
    const { rows, language } = ownersOf(file, byStem)
    const [row] = rows
    if (row === undefined || rows.size > 1) continue
    const sidecar = { at: file, named: false, ...(language === undefined ? {} : { language }) }
    const others = found.get(row)
    if (others === undefined) found.set(row, [sidecar])
    else others.push(sidecar)
  }
  return found
}

function ownersOf<Row>(
  file: IndexedFile,
  byStem: ReadonlyMap<string, Set<Row>>,
): { readonly rows: ReadonlySet<Row>; readonly language?: string } {
  const stem = stemOf(file.name)
  const same = byStem.get(placed(file, stem))
  // Another recording of the same name is a recording that nobody described.
  if (file.kind === 'video' || file.kind === 'audio') return { rows: new Set() }
  if (same !== undefined) return { rows: same }
  const language = file.kind === 'text' ? languageTag(stem.slice(stem.lastIndexOf('.') + 1)) : undefined
  const shorter = language === undefined ? undefined : byStem.get(placed(file, stemOf(stem)))
  return shorter === undefined || language === undefined ? { rows: new Set() } : { rows: shorter, language }
}

function placed(file: IndexedFile, stem: string): string {
  return `${directoryOf(file.file)}\0${foldName(stem)}`
}
