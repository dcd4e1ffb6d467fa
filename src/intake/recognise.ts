import { mediaTypeOfExtension } from '../model/media-type.ts'
import { failed, IntakeError, ignored } from './errors.ts'
import type { FileVerdict, Found, Layout, WalkedFile } from './layout.ts'
import type { StattedPath } from './list-directory.ts'
import { type FileOnDisk, nameOf, type WalkOptions, walk } from './walk.ts'

/** One directory begins; everything up to the next of these events, or to the end, was found in it. */
export interface DirectoryFound {
  readonly type: 'directory'
  /** Absolute. */
  readonly path: string
  /** All regular files directly in it, with the facts from before any was read. */
  readonly files: readonly StattedPath[]
}

export type { StattedPath } from './list-directory.ts'

export interface IntakeOptions extends WalkOptions {
  readonly layouts: readonly Layout[]
  /** Name of the one layout to use, whatever the others recognise. */
  readonly format?: string
  /**
   * Asked before a directory is read; true when every file is as it was last seen, none is new and none is gone. Such a
   * directory yields nothing but verdicts on links and the like.
   */
  readonly known?: (directory: string, files: readonly StattedPath[]) => boolean
  /** The same for the files of one bundle, in a directory that is not known as a whole. */
  readonly knownFiles?: (directory: string, files: readonly StattedPath[]) => boolean
}

/**
 * Turns given paths into bundles and verdicts. Each directory is a unit that the surest layout takes apart; every file in it gets
 * one verdict or a place in one bundle. Nothing stops it but the signal, and a program's fault.
 *
 * @throws {IntakeError} `FORMAT_UNKNOWN`, before anything is read.
 */
export async function* intake(
  paths: readonly string[],
  options: IntakeOptions,
): AsyncGenerator<Found | DirectoryFound, void, undefined> {
  const layouts = chosen(options)
  for await (const { path, files, verdicts } of walk(paths, options)) {
    const statted = files.map(({ stat }) => stat)
    const isNew = files.length > 0 && options.known?.(path, statted) !== true
    if (isNew) yield { type: 'directory', path, files: statted }
    for (const verdict of verdicts) yield { type: 'file', verdict }
    if (isNew) yield* readUnit(path, files, layouts, options)
  }
}

function chosen({ layouts, format }: IntakeOptions): readonly Layout[] {
  if (format === undefined) return layouts
  const named = layouts.filter(({ name }) => name === format)
  if (named.length > 0) return named
  const hint = `Known formats: ${layouts.map(({ name }) => name).join(', ')}.`
  throw new IntakeError('FORMAT_UNKNOWN', 'there is no layout of that name', { hint })
}

async function* readUnit(
  directory: string,
  files: readonly FileOnDisk[],
  layouts: readonly Layout[],
  options: IntakeOptions,
): AsyncGenerator<Found, void, undefined> {
  const { signal, knownFiles, format } = options
  const layout = format === undefined ? await surest(files, layouts) : layouts[0]
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

/** The first of those that are surest; none when all say 0. */
async function surest(files: readonly WalkedFile[], layouts: readonly Layout[]): Promise<Layout | undefined> {
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
  if (kind !== 'video' && kind !== 'audio') return ignored(file.path, 'no layout knows what it is')
  const hint = 'Put the .info.json that yt-dlp wrote beside it, with the same name, then add again.'
  return failed(file.path, new IntakeError('MEDIA_WITHOUT_METADATA', 'nothing here describes this recording', { hint }))
}
