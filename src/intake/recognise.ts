import { mediaTypeOfExtension } from '../model/media-type.ts'
import { failed, IntakeError, ignored } from './errors.ts'
import type { FileVerdict, Found, Layout, WalkedFile } from './layout.ts'
import type { StattedPath } from './list-directory.ts'
import { isOtherTable, OTHER_TABLE } from './tables/other-tables.ts'
import { type FileOnDisk, nameOf, type WalkedDirectory, type WalkOptions, walk } from './walk.ts'

/** A directory with the facts from before any of its files was read. */
export interface StattedDirectory {
  /** Absolute. */
  readonly path: string
  /** All regular files directly in it. */
  readonly files: readonly StattedPath[]
}

/** One unit begins; everything up to the next of these events, or to the end, was found in it. */
export interface DirectoryFound extends StattedDirectory {
  readonly type: 'directory'
  /** The directories below that belong to the same unit: they are known together or not at all. */
  readonly below?: readonly StattedDirectory[]
}

export type { StattedPath } from './list-directory.ts'

export interface IntakeOptions extends WalkOptions {
  readonly layouts: readonly Layout[]
  /** Name of the one layout to use, whatever the others recognise. */
  readonly format?: string
  /**
   * Asked before a directory is read; true when every file is as it was last seen, none is new and none is gone. Such a
   * directory yields nothing but verdicts on links and the like.
   *
   * @param below - the directories below that belong to the same unit; the answer holds for all of them.
   */
  readonly known?: (directory: string, files: readonly StattedPath[], below: readonly StattedDirectory[]) => boolean
  /** The same for the files of one bundle, in a directory that is not known as a whole. */
  readonly knownFiles?: (directory: string, files: readonly StattedPath[]) => boolean
}

/** A unit as far as it was walked. */
interface Unit {
  readonly top: WalkedDirectory
  readonly below: WalkedDirectory[]
  /** The one that is surest of the directory on top. */
  readonly layout: Layout | undefined
  /** Files of all its directories. */
  count: number
}

/** As many as one directory may have: a unit is held in memory. */
const MAX_FILES = 400_000

/**
 * Turns given paths into bundles and verdicts. Each directory, or tree where a layout reaches below, is a unit that the surest
 * layout takes apart; every file in it gets one verdict or a place in one bundle. Nothing stops it but the signal, and a
 * program's fault.
 *
 * @throws {IntakeError} `FORMAT_UNKNOWN`, before anything is read.
 */
export async function* intake(
  paths: readonly string[],
  options: IntakeOptions,
): AsyncGenerator<Found | DirectoryFound, void, undefined> {
  const layouts = chosen(options)
  let tree: Unit | undefined
  // Depth first: whatever lies below a directory follows right after it.
  for await (const directory of walk(paths, options)) {
    if (tree !== undefined && isBelow(directory, tree)) {
      const count: number = tree.count + directory.files.length
      if (count <= (options.maxEntries ?? MAX_FILES)) {
        tree.below.push(directory)
        tree.count = count
        continue
      }
      yield { type: 'file', verdict: failed(directory.path, tooMany(tree)) }
    }
    if (tree !== undefined) yield* readUnit(tree, options)
    const layout = options.format === undefined ? await surest(directory.files, layouts) : layouts[0]
    const unit: Unit = { top: directory, below: [], layout, count: directory.files.length }
    tree = (await layout?.reachesBelow?.(directory.files)) === true ? unit : undefined
    if (tree === undefined) yield* readUnit(unit, options)
  }
  if (tree !== undefined) yield* readUnit(tree, options)
}

function isBelow({ path }: WalkedDirectory, { top }: Unit): boolean {
  return path.startsWith(top.path === '/' ? '/' : `${top.path}/`)
}

function tooMany({ top }: Unit): IntakeError {
  const hint = 'Put a spreadsheet into each of the folders, and add them one by one.'
  const message = `there are too many files below ${top.path} to read this directory together with its spreadsheet`
  return new IntakeError('DIRECTORY_TOO_LARGE', message, { hint })
}

function chosen({ layouts, format }: IntakeOptions): readonly Layout[] {
  if (format === undefined) return layouts
  const named = layouts.filter(({ name }) => name === format)
  if (named.length > 0) return named
  const hint = `Known formats: ${layouts.map(({ name }) => name).join(', ')}.`
  throw new IntakeError('FORMAT_UNKNOWN', 'there is no layout of that name', { hint })
}

async function* readUnit(
  { top, below, layout }: Unit,
  options: IntakeOptions,
): AsyncGenerator<Found | DirectoryFound, void, undefined> {
  const all = [top, ...below]
  const statted = all.map(({ path, files }): StattedDirectory => ({ path, files: files.map(({ stat }) => stat) }))
  const [first, ...others] = statted.filter(({ files }) => files.length > 0)
  const isNew = first !== undefined && options.known?.(first.path, first.files, others) !== true
  if (isNew) yield { type: 'directory', ...first, ...(others.length === 0 ? {} : { below: others }) }
  for (const verdict of all.flatMap(({ verdicts }) => verdicts)) yield { type: 'file', verdict }
  if (!isNew) return
  const files = all.flatMap((directory) => directory.files)
  yield* readFiles(top.path, files, layout, options)
}

async function* readFiles(
  directory: string,
  files: readonly FileOnDisk[],
  layout: Layout | undefined,
  { signal, knownFiles }: IntakeOptions,
): AsyncGenerator<Found, void, undefined> {
  if (layout === undefined) {
    for (const file of files) yield { type: 'file', verdict: unclaimed(file) }
    return
  }
  const stats = new Map<WalkedFile, StattedPath>(knownFiles === undefined ? [] : files.map((file) => [file, file.stat]))
  const known = (some: readonly WalkedFile[]): boolean =>
    knownFiles?.(
      directory,
      some.flatMap((file) => stats.get(file) ?? []),
    ) === true
  yield* layout.read(files, { signal, ...(knownFiles === undefined ? {} : { known }) })
}

/** The first of those that are surest; none when all say 0, or when there is nothing to be sure of. */
async function surest(files: readonly WalkedFile[], layouts: readonly Layout[]): Promise<Layout | undefined> {
  if (files.length === 0) return undefined
  let best: Layout | undefined
  let most = 0
  for (const layout of layouts) {
    const sure = await layout.recognise(files)
    if (sure > most) [best, most] = [layout, sure]
  }
  return best
}

/** Verdict on a file in a directory that no layout takes: media is a testimony that nobody described, the rest is not ours. */
function unclaimed(file: WalkedFile): FileVerdict {
  const name = nameOf(file)
  const kind = mediaTypeOfExtension(name.slice(name.lastIndexOf('.') + 1))?.kind
  if (kind !== 'video' && kind !== 'audio')
    return ignored(file.path, isOtherTable(name) ? OTHER_TABLE : 'no layout knows what it is')
  const hint =
    'Put the .info.json that yt-dlp wrote beside it, or describe it in a spreadsheet (holdfast template -o list.xlsx).'
  return failed(file.path, new IntakeError('MEDIA_WITHOUT_METADATA', 'nothing here describes this recording', { hint }))
}
