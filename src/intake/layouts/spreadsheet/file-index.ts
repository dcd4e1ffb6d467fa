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
  /** The directories of that path, {@link foldName}d. */
  readonly directories: readonly string[]
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
  /**
   * Those of `files`, which this index gave, that lie right in a directory of this folded name; in the directory of the
   * spreadsheet itself for ''. An archive may have a folder for each testimony and one name for all of its files.
   */
  directlyIn(files: readonly IndexedFile[], directory: string): readonly IndexedFile[]
}

/** Files of one name, up to which going through them is as fast as keeping them sorted. */
const FEW = 8

/** @param directory - absolute, of the spreadsheet; files that lie elsewhere are left out. */
export function indexFiles(directory: string, all: readonly WalkedFile[]): FileIndex {
  const prefix = directory === '/' ? '/' : `${directory}/`
  const folded = new Map<string, readonly string[]>()
  const files = all.filter(({ path }) => path.startsWith(prefix)).map((file) => indexed(file, prefix, folded))
  const media = files.filter(({ kind }) => kind === 'video' || kind === 'audio' || kind === 'image')
  const maps = {
    relative: new Map(files.map((file) => [file.relative, file])),
    name: Map.groupBy(files, ({ name }) => name),
    folded: Map.groupBy(files, ({ name }) => foldName(name)),
    stem: recordingsFirst(Map.groupBy(media, ({ name }) => stemOf(name))),
    foldedStem: recordingsFirst(Map.groupBy(media, ({ name }) => foldName(stemOf(name)))),
  }
  return {
    files,
    at: (relative) => maps.relative.get(relative),
    named: (name) => maps.name.get(name) ?? [],
    namedLike: (name) => maps.folded.get(name) ?? [],
    stemmed: (stem) => maps.stem.get(stem) ?? [],
    stemmedLike: (stem) => maps.foldedStem.get(stem) ?? [],
    directlyIn: sortedByDirectory(),
  }
}

function sortedByDirectory(): FileIndex['directlyIn'] {
  const sorted = new WeakMap<readonly IndexedFile[], ReadonlyMap<string, readonly IndexedFile[]>>()
  return (files, directory) => {
    if (files.length <= FEW) return files.filter((file) => parentOf(file) === directory)
    const known = sorted.get(files) ?? Map.groupBy(files, parentOf)
    sorted.set(files, known)
    return known.get(directory) ?? []
  }
}

function parentOf({ directories }: IndexedFile): string {
  return directories.at(-1) ?? ''
}

/** @param folded - directories that were met, as there may be many files in one. */
function indexed(file: WalkedFile, prefix: string, folded: Map<string, readonly string[]>): IndexedFile {
  const name = nameOf(file)
  const kind = mediaTypeOfExtension(name.slice(name.lastIndexOf('.') + 1))?.kind
  const relative = file.path.slice(prefix.length)
  const above = relative.slice(0, -name.length)
  const directories = folded.get(above) ?? above.split('/').slice(0, -1).map(foldName)
  folded.set(above, directories)
  return { file, name, relative, directories, kind }
}

/** `001` means the recording 001.mp4 and not its picture 001.jpg. */
function recordingsFirst(
  groups: ReadonlyMap<string, readonly IndexedFile[]>,
): ReadonlyMap<string, readonly IndexedFile[]> {
  const first = [...groups].map(([stem, files]) => {
    const recordings = files.filter(({ kind }) => kind !== 'image')
    return [stem, recordings.length > 0 ? recordings : files] as const
  })
  return new Map(first)
}

/** Absolute directory of a walked file. */
export function directoryOf(file: WalkedFile): string {
  return dirname(file.path)
}
