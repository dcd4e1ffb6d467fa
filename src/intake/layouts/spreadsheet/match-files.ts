import type { FileIndex, IndexedFile } from './file-index.ts'
import { foldName, stemOf } from './fold-name.ts'

/** `missing` and `ambiguous` say which word of the cell, and what it may mean. */
export type Match =
  | { readonly kind: 'found'; readonly files: readonly IndexedFile[] }
  | { readonly kind: 'missing' | 'ambiguous'; readonly word: string; readonly candidates: readonly IndexedFile[] }

type OneMatch = { readonly kind: 'found' | 'missing' | 'ambiguous'; readonly files: readonly IndexedFile[] }

/** Names may hold any of these, so the finer ones are tried only when the whole is no name. */
const SEPARATORS = [/\n+/u, /[;|\n；]+/u, /[,;|\n，；、]+/u] as const
/** Files that one cell may name; a bundle has room for 2,000. */
const MAX_WORDS = 1_000
/** Candidates for a name that fits none. */
const SHOWN = 5

/** Finds the files that a cell names: all of them, each exactly one, or none. */
export function matchFiles(cell: string, index: FileIndex): Match {
  const whole = matchOne(cell, index)
  if (whole.kind === 'found') return { kind: 'found', files: whole.files }
  let last: Match = { kind: whole.kind, word: cell.trim(), candidates: whole.files }
  for (const separator of SEPARATORS) {
    const words = cell.split(separator).map((word) => word.trim())
    const some = words.filter((word) => word !== '')
    if (some.length < 2 || some.length > MAX_WORDS) continue
    last = matchAll(some, index)
    if (last.kind !== 'missing') return last
  }
  return last
}

function matchAll(words: readonly string[], index: FileIndex): Match {
  const files = new Set<IndexedFile>()
  for (const word of words) {
    const match = matchOne(word, index)
    if (match.kind !== 'found') return { kind: match.kind, word, candidates: match.files }
    for (const file of match.files) files.add(file)
  }
  return { kind: 'found', files: [...files] }
}

/**
 * From the strictest reading to the loosest, and no further than the first that finds anything: the path itself; the name; the
 * name but for spelling; the name without extension; that but for spelling. A directory that the cell names must be the file's.
 */
function matchOne(given: string, index: FileIndex): OneMatch {
  const word = plainPath(given)
  const name = word.path.slice(word.path.lastIndexOf('/') + 1)
  if (name === '') return { kind: 'missing', files: [] }
  const exact = index.at(word.path)
  if (exact !== undefined) return { kind: 'found', files: [exact] }
  const readings = [
    index.named(name),
    index.namedLike(foldName(name)),
    index.stemmed(name),
    index.stemmedLike(foldName(name)),
  ]
  for (const reading of readings) {
    const fitting = fittingIn(reading, word, index)
    if (fitting.length === 1) return { kind: 'found', files: fitting }
    if (fitting.length > 1) return { kind: 'ambiguous', files: fitting }
  }
  return {
    kind: 'missing',
    files: nearest(
      name,
      index,
      readings.flatMap((reading) => reading.slice(0, SHOWN)),
    ),
  }
}

interface PlainPath {
  readonly path: string
  /** It began at a drive or root of some computer, so its first directories are not ours. */
  readonly absolute: boolean
}

function plainPath(given: string): PlainPath {
  const text = given
    .trim()
    .replace(/^["'«“](.*)["'»”]$/su, '$1')
    .replace(/^file:\/+/i, '/')
  const path = text.replaceAll('\\', '/').replace(/\/{2,}/g, '/')
  const absolute = /^([A-Za-z]:)?\//.test(path) || /^[A-Za-z]:/.test(path)
  return { path: path.replace(/^[A-Za-z]:/, '').replace(/^\/|^(\.\/)+/, ''), absolute }
}

/**
 * A bare name fits anywhere. With directories, the one path must end with the other: another year's 001.mp4 is another
 * testimony. Of an absolute path the directory right above the file must be the same, or else the file lie beside the spreadsheet.
 */
function fittingIn(
  files: readonly IndexedFile[],
  { path, absolute }: PlainPath,
  index: FileIndex,
): readonly IndexedFile[] {
  const wanted = path.split('/').slice(0, -1).map(foldName)
  const parent = wanted.at(-1)
  if (parent === undefined) return files
  const near = index.directlyIn(files, parent)
  const fitting = absolute ? near : near.filter(({ directories }) => endsWith(directories, wanted))
  return fitting.length === 0 && absolute ? index.directlyIn(files, '') : fitting
}

function endsWith(there: readonly string[], wanted: readonly string[]): boolean {
  return there.length >= wanted.length && wanted.every((name, i) => name === there[there.length - wanted.length + i])
}

/** For a person to choose from: the same name elsewhere, then the same name with another extension. */
function nearest(name: string, index: FileIndex, named: readonly IndexedFile[]): readonly IndexedFile[] {
  return [...new Set([...named, ...index.stemmedLike(foldName(stemOf(name))).slice(0, SHOWN)])].slice(0, SHOWN)
}
