import { PRIVATE_ROLES, PUBLIC_ROLES } from '../../../model/bundle.ts'
import { languageTag, withScript } from '../../../model/language.ts'
import { audioOnly, mediaTypeOfExtension, mediaTypeRank, UNKNOWN_MEDIA_TYPE } from '../../../model/media-type.ts'
import { IntakeError } from '../../errors.ts'
import type { FoundFile, WalkedFile } from '../../layout.ts'
import type { Member } from './group.ts'
import type { Info } from './info-fields.ts'

/** Larger captions keep the platform's tag, without a script. */
const MAX_CAPTION_BYTES = 8_388_608
const ROLES: readonly string[] = [...PUBLIC_ROLES, ...PRIVATE_ROLES]

/** Says what each file of a bundle is. Empty, partial and unmerged files and links are no concern of it. */
export async function filesOf(info: Info, members: readonly Member[]): Promise<readonly FoundFile[]> {
  const hasMedia = members.some(({ sidecar }) => sidecar.kind === 'media')
  const files = await Promise.all(
    members.map(async (member) => ({ found: await fileOf(info, member, hasMedia), size: member.file.size })),
  )
  return files
    .sort((a, b) => order(a.found, b.found) || b.size - a.size || (a.found.path < b.found.path ? -1 : 1))
    .map(({ found }) => found)
}

async function fileOf(info: Info, { file, sidecar }: Member, hasMedia: boolean): Promise<FoundFile> {
  const { path } = file
  switch (sidecar.kind) {
    case 'media':
      return mediaFile(info, path, sidecar.extension)
    case 'picture': {
      // A post of pictures has no video; then the picture that yt-dlp says it downloaded is the testimony itself.
      const isItem =
        !hasMedia && sidecar.variant === undefined && sidecar.extension.toLowerCase() === info.ext?.toLowerCase()
      return {
        path,
        role: isItem ? 'image' : 'thumbnail',
        mediaType: mediaTypeOfExtension(sidecar.extension)?.mediaType ?? UNKNOWN_MEDIA_TYPE,
      }
    }
    case 'subtitles':
      return captionFile(info, file, sidecar.given, sidecar.extension)
    case 'private':
      return { path, role: sidecar.role, mediaType: sidecar.mediaType }
    case 'info':
      return { path, role: 'source-metadata', mediaType: 'application/json' }
    default:
      return { path, role: 'other', mediaType: UNKNOWN_MEDIA_TYPE }
  }
}

/** A container of video holds sound alone only if the `.info.json` says so of that very extension: other media came from another download. */
function mediaFile(info: Info, path: string, extension: string): FoundFile {
  const type = mediaTypeOfExtension(extension)
  if (type === undefined) return { path, role: 'other', mediaType: UNKNOWN_MEDIA_TYPE }
  const soundAlone = info.vcodec === 'none' && info.ext?.toLowerCase() === extension.toLowerCase()
  const { kind, mediaType } = soundAlone ? audioOnly(type) : type
  return { path, role: kind === 'audio' ? 'audio' : 'video', mediaType }
}

async function captionFile(info: Info, file: WalkedFile, given: string, extension: string): Promise<FoundFile> {
  const mediaType = mediaTypeOfExtension(extension)?.mediaType ?? UNKNOWN_MEDIA_TYPE
  // yt-dlp prefers captions that people made when a language has both; `-orig` marks the machine's hearing of the sound itself.
  const automatic =
    info.subtitles?.has(given) !== true && (info.automatic_captions?.has(given) === true || given.endsWith('-orig'))
  const tag = languageTag(automatic ? withoutTarget(given) : given) ?? 'und'
  const language = withScript(tag, await captionText(file))
  return { path: file.path, role: automatic ? 'automatic-captions' : 'subtitles', mediaType, language }
}

/** YouTube names a machine's translation `TO-FROM` (`en-kk`): a second subtag in lower case is no region there. */
function withoutTarget(given: string): string {
  return given.replace(/^([a-z]{2,3}(?:-[A-Z][a-z]{3})?)-[a-z]{2,3}$/, '$1')
}

async function captionText(file: WalkedFile): Promise<string> {
  try {
    // Tags and time marks are Latin in every caption; without them the script of the words shows.
    return new TextDecoder()
      .decode(await file.read(MAX_CAPTION_BYTES))
      .slice(0, 200_000)
      .replace(/<[^>]{0,200}>|^[A-Z].*:.*$|-->.*$/gm, '')
  } catch (error) {
    // The file itself is still good to be kept; reading it for its content reports what is wrong with it.
    if (error instanceof IntakeError) return ''
    throw error
  }
}

/** Role, language, media type: the order that numbers files, as far as it is known before their bytes are read. */
function order(a: FoundFile, b: FoundFile): number {
  const byLanguage = (a.language ?? '') < (b.language ?? '') ? -1 : Number((a.language ?? '') > (b.language ?? ''))
  return (
    ROLES.indexOf(a.role) - ROLES.indexOf(b.role) ||
    byLanguage ||
    mediaTypeRank(a.mediaType) - mediaTypeRank(b.mediaType)
  )
}
