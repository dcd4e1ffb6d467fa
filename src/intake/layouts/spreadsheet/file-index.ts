import { dirname } from 'node:path'
import { mediaTypeOfExtension } from '../../../model/media-type.ts'
import type { WalkedFile } from '../../layout.ts'
import { nameOf } from '../../walk.ts'
import { foldName, stemOf } from './fold-name.ts'

/** A file below the directory of a spreadsheet. */
export interface IndexedFile {
  readonly file: WalkedFile
  readonly name: string
  /** Path from the directory of the spreadsheet, `/`-separated. */
  readonly relative: string
  readonly kind: 'video' | 'audio' | 'image' | 'text' | undefined
}

/** Answers which files a name may mean; made once for a spreadsheet. */
export interface FileIndex {
  readonly files: readonly IndexedFile[]
  at(relative: string): IndexedFile | undefined
  named(name: string): readonly IndexedFile[]
  /** The same for {@link foldName}d names. */
  namedLike(folded: string): readonly IndexedFile[]
  /** Recordings, or pictures where there is no recording, whose name without extension this is. */
  stemmed(stem: string): readonly IndexedFile[]
  stemmedLike(folded: string): readonly IndexedFile[]
}

/** @param directory - absolute, of the spreadsheet; files that lie elsewhere are left out. */
export function indexFiles(directory: string, all: readonly WalkedFile[]): FileIndex {
  const prefix = directory === '/' ? '/' : `${directory}/`
  const files = all.filter(({ path }) => path.startsWith(prefix)).map((file) => indexed(file, prefix))
  const media = files.filter(({ kind }) => kind === 'video' || kind === 'audio' || kind === 'image')
  const by = (some: readonly IndexedFile[], key: (file: IndexedFile) => string): ReadonlyMap<string, IndexedFile[]> =>
    Map.groupBy(some, key)
  const maps = {
    relative: new Map(files.map((file) => [file.relative, file])),
    name: by(files, ({ name }) => name),
    folded: by(files, ({ name }) => foldName(name)),
    stem: by(media, ({ name }) => stemOf(name)),
    foldedStem: by(media, ({ name }) => foldName(stemOf(name))),
  }
  return {
    files,
    at: (relative) => maps.relative.get(relative),
    named: (name) => maps.name.get(name) ?? [],
    namedLike: (folded) => maps.folded.get(folded) ?? [],
    stemmed: (stem) => recordingsFirst(maps.stem.get(stem) ?? []),
    stemmedLike: (folded) => recordingsFirst(maps.foldedStem.get(folded) ?? []),
  }
}

function indexed(file: WalkedFile, prefix: string): IndexedFile {
  const name = nameOf(file)
  const kind = mediaTypeOfExtension(name.slice(name.lastIndexOf('.') + 1))?.kind
  return { file, name, relative: file.path.slice(prefix.length), kind }
}

/** `001` means the recording 001.mp4 and not its picture 001.jpg. */
function recordingsFirst(files: readonly IndexedFile[]): readonly IndexedFile[] {
  const recordings = files.filter(({ kind }) => kind !== 'image')
  return recordings.length > 0 ? recordings : files
}

/** Absolute directory of a walked file. */
export function directoryOf(file: WalkedFile): string {
  return dirname(file.path)
}
