import type { Problem } from '../../../model/errors.ts'
import { failed, IntakeError, ignored } from '../../errors.ts'
import type { FileVerdict, Found, FoundBundle, WalkedFile } from '../../layout.ts'
import { accessOf } from './access.ts'
import { asGiven, documentOf, warning } from './document.ts'
import { filesOf } from './files.ts'
import type { Group, Member } from './group.ts'
import { type Info, readFields } from './info-fields.ts'
import { originalsOf } from './originals.ts'
import { MAX_INFO_BYTES, parseInfoJson, tooLarge } from './parse-info.ts'

/** What became of one `.info.json` and the files beside it: at most one bundle, and a verdict on every other file. */
export interface GroupResult {
  readonly bundle?: FoundBundle
  readonly verdicts: readonly FileVerdict[]
}

/** Reads one group. A fault of the `.info.json` or of its media is one failed file; what depends on it is ignored, with that reason. */
export async function readGroup({ info: source, members }: Group): Promise<GroupResult> {
  try {
    const { info, warnings } = readFields(parseInfoJson(await readInfo(source)), source.path)
    if (info._type === 'playlist' || info._type === 'multi_video')
      return { verdicts: playlistVerdicts(source, members) }
    const { wanted, verdicts } = sift(members)
    const files = await filesOf(info, [...wanted, { file: source, sidecar: { kind: 'info' } }])
    const hasMedia = files.some(({ role }) => role === 'video' || role === 'audio' || role === 'image')
    if (!hasMedia) return { verdicts: [...verdicts, ...withoutMedia(source, wanted, verdicts)] }
    return { bundle: bundleOf(source.path, info, files, warnings), verdicts }
  } catch (error) {
    if (!(error instanceof IntakeError)) throw error
    const rest = members.map(({ file }) => ignored(file.path, 'the .info.json that describes it could not be used'))
    return { verdicts: [failed(source.path, error), ...rest] }
  }
}

async function readInfo(source: WalkedFile): Promise<Uint8Array> {
  if (source.size > MAX_INFO_BYTES) throw tooLarge(source.size)
  return source.read(MAX_INFO_BYTES)
}

/** Parts the files that make the bundle from those that do not, in one verdict each. */
function sift(members: readonly Member[]): {
  readonly wanted: readonly Member[]
  readonly verdicts: readonly FileVerdict[]
} {
  const whole = members.some(({ file, sidecar }) => sidecar.kind === 'media' && file.size > 0)
  const wanted: Member[] = []
  const verdicts: FileVerdict[] = []
  for (const member of members) {
    const { file, sidecar } = member
    if (sidecar.kind === 'link') verdicts.push(ignored(file.path, 'a link to the page; the .info.json says the same'))
    else if (sidecar.kind === 'partial' || sidecar.kind === 'unmerged')
      verdicts.push(whole ? leftover(file) : failed(file.path, incomplete()))
    else if (file.size > 0) wanted.push(member)
    else verdicts.push(sidecar.kind === 'media' ? failed(file.path, empty()) : ignored(file.path, 'the file is empty'))
  }
  return { wanted, verdicts }
}

function leftover(file: WalkedFile): FileVerdict {
  return ignored(file.path, 'a left-over of the download; the whole media file is there', 'MEDIA_INCOMPLETE')
}

function incomplete(): IntakeError {
  const hint =
    'Run the same yt-dlp command again to finish the download (ffmpeg must be installed to merge formats), then add again.'
  return new IntakeError('MEDIA_INCOMPLETE', 'the download was not finished', { hint })
}

function empty(): IntakeError {
  const hint = 'Delete it, download it again or restore it from a backup, then add again.'
  return new IntakeError('MEDIA_EMPTY', 'the media file has no bytes', { hint })
}

/** One failed file a testimony: the media when one was named already, else the `.info.json` that has none. */
function withoutMedia(source: WalkedFile, wanted: readonly Member[], verdicts: readonly FileVerdict[]): FileVerdict[] {
  const explained = verdicts.some(({ outcome }) => outcome === 'failed')
  const hint =
    'Download the media again, or look for it: it must lie in the same directory and begin with the same name.'
  const missing = new IntakeError('MEDIA_MISSING', 'there is no media file beside it', { hint })
  const rest = wanted.map(({ file }) => ignored(file.path, 'its media file is missing'))
  return [explained ? ignored(source.path, 'its media file could not be used') : failed(source.path, missing), ...rest]
}

function playlistVerdicts(source: WalkedFile, members: readonly Member[]): FileVerdict[] {
  const rest = members.map(({ file, sidecar }) => {
    const hint = 'Media beside the description of a playlist needs an .info.json of its own.'
    const orphan = new IntakeError('MEDIA_WITHOUT_METADATA', 'the .info.json of the same name describes a playlist', {
      hint,
    })
    return sidecar.kind === 'media' ? failed(file.path, orphan) : ignored(file.path, 'belongs to a playlist')
  })
  return [ignored(source.path, 'describes a playlist; its items are bundles of their own'), ...rest]
}

function bundleOf(
  sourcePath: string,
  info: Info,
  files: FoundBundle['files'],
  dropped: readonly Problem[],
): FoundBundle {
  const warnings = [...dropped]
  const originals = originalsOf(info)
  if (originals.length === 0)
    warnings.push(
      warning('ORIGINAL_UNKNOWN', 'the .info.json says no page that can be found again by its URL', sourcePath),
    )
  const document = documentOf(info, originals, (code, what) =>
    warnings.push(
      warning(
        code,
        code === 'TEXT_CUT' ? `${what}: too long or too many, cut` : `${what}: not all could be used`,
        sourcePath,
      ),
    ),
  )
  return { layout: 'yt-dlp', sourcePath, document, access: accessOf(info), files, asGiven: asGiven(info), warnings }
}

/** Turns a result into what a layout yields: the bundle, then its files as taken, then the others, in the order of paths. */
export function* foundIn({ bundle, verdicts }: GroupResult): Generator<Found, void, undefined> {
  if (bundle !== undefined) yield { type: 'bundle', bundle }
  for (const verdict of verdicts) yield { type: 'file', verdict }
}
