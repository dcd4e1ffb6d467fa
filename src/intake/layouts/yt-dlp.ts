import { mediaTypeOfExtension } from '../../model/media-type.ts'
import { failed, IntakeError, ignored } from '../errors.ts'
import type { FileVerdict, Found, Layout, ReadOptions, WalkedFile } from '../layout.ts'
import { nameOf } from '../walk.ts'
import { warning } from './yt-dlp/document.ts'
import { isDownloadArchive } from './yt-dlp/download-archive.ts'
import { groupByStem } from './yt-dlp/group.ts'
import { foundIn, type GroupResult, readGroup } from './yt-dlp/read-group.ts'
import { readSuffix, stemOfInfo } from './yt-dlp/sidecar.ts'

/**
 * A folder that yt-dlp (or the old youtube-dl) left behind. The name of a file says which `.info.json` it lies beside, and
 * nothing else; the `.info.json` decides. One `.info.json` is one bundle.
 */
export const ytDlpLayout: Layout = {
  name: 'yt-dlp',
  recognise: async (unit) => {
    const names = unit.map(nameOf)
    if (names.some((name) => stemOfInfo(name) !== undefined)) return 0.9
    return names.some((name) => readSuffix(name).kind === 'partial') ? 0.2 : 0
  },
  read,
}

async function* read(
  unit: readonly WalkedFile[],
  { signal, known }: ReadOptions,
): AsyncGenerator<Found, void, undefined> {
  const { groups, rest } = groupByStem(unit)
  const seen = new Map<string, string>()
  for (const group of groups) {
    signal.throwIfAborted()
    const files = [group.info, ...group.members.map(({ file }) => file)]
    if (known?.(files) === true) {
      for (const { path } of files) yield { type: 'file', verdict: { path, outcome: 'known' } }
    } else yield* foundIn(noteTwins(await readGroup(group), seen))
  }
  for (const file of rest) {
    signal.throwIfAborted()
    yield {
      type: 'file',
      verdict: known?.([file]) === true ? { path: file.path, outcome: 'known' } : await orphan(file),
    }
  }
}

/** Two descriptions of one item in one directory stay two bundles (bundle-v1 6.2); a person should know. */
function noteTwins(result: GroupResult, seen: Map<string, string>): GroupResult {
  const { bundle } = result
  const key = bundle?.document.originals[0]?.key
  if (bundle === undefined || key === undefined) return result
  const twin = seen.get(key)
  if (twin === undefined) {
    seen.set(key, bundle.sourcePath)
    return result
  }
  const twice = warning('ORIGINAL_TWICE', `describes the same original as ${twin}`, bundle.sourcePath)
  return { ...result, bundle: { ...bundle, warnings: [...bundle.warnings, twice] } }
}

async function orphan(file: WalkedFile): Promise<FileVerdict> {
  const name = nameOf(file)
  const hint =
    'Give the directory that holds its .info.json, or let yt-dlp write one (--skip-download --write-info-json).'
  if (readSuffix(name).kind === 'partial') {
    return failed(
      file.path,
      new IntakeError('MEDIA_INCOMPLETE', 'the download was not finished', {
        hint: 'Run the same yt-dlp command again.',
      }),
    )
  }
  const kind = mediaTypeOfExtension(name.slice(name.lastIndexOf('.') + 1))?.kind
  if (kind === 'video' || kind === 'audio') {
    return failed(
      file.path,
      new IntakeError('MEDIA_WITHOUT_METADATA', 'no .info.json lies beside it that has its name', { hint }),
    )
  }
  if (await isDownloadArchive(file)) return ignored(file.path, "yt-dlp's list of what it has downloaded")
  return ignored(file.path, 'belongs to no .info.json of this directory')
}
