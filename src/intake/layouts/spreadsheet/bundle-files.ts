import { PRIVATE_ROLES, PUBLIC_ROLES } from '../../../model/bundle.ts'
import { tagOfText, withScript } from '../../../model/language.ts'
import { mediaTypeOfExtension, mediaTypeRank, UNKNOWN_MEDIA_TYPE } from '../../../model/media-type.ts'
import { IntakeError } from '../../errors.ts'
import type { FoundFile } from '../../layout.ts'
import type { IndexedFile } from './file-index.ts'

/** A file of a row: named in it, or beside one that is. */
export interface RowFile {
  readonly at: IndexedFile
  readonly named: boolean
  /** BCP 47, where the name of the file says it. */
  readonly language?: string
}

const MAX_CAPTION_BYTES = 8_388_608
const ROLES: readonly string[] = [...PUBLIC_ROLES, ...PRIVATE_ROLES]

/** Says what each file of a row is for, in the order in which a bundle lists them. */
export async function bundleFiles(
  files: readonly RowFile[],
  spoken: string | undefined,
): Promise<readonly FoundFile[]> {
  const recording = files.some(({ at, named }) => named && (at.kind === 'video' || at.kind === 'audio'))
  const found = await Promise.all(
    files.map(async (file) => ({ found: await foundFile(file, recording, spoken), size: file.at.file.size })),
  )
  return found
    .sort((a, b) => order(a.found, b.found) || b.size - a.size || (a.found.path < b.found.path ? -1 : 1))
    .map((each) => each.found)
}

async function foundFile(file: RowFile, recording: boolean, spoken: string | undefined): Promise<FoundFile> {
  const { path } = file.at.file
  const type = mediaTypeOfExtension(file.at.name.slice(file.at.name.lastIndexOf('.') + 1))
  if (type === undefined) return { path, role: 'other', mediaType: UNKNOWN_MEDIA_TYPE }
  const { kind, mediaType } = type
  if (kind === 'text') return { path, role: 'subtitles', mediaType, language: await captionLanguage(file, spoken) }
  // A picture is the testimony itself where a row names nothing but pictures.
  if (kind === 'image') return { path, role: file.named && !recording ? 'image' : 'thumbnail', mediaType }
  return { path, role: kind, mediaType }
}

async function captionLanguage({ at, language }: RowFile, spoken: string | undefined): Promise<string> {
  const text = await captionText(at)
  return language === undefined ? tagOfText(spoken, text) : withScript(language, text)
}

async function captionText({ file }: IndexedFile): Promise<string> {
  try {
    const text = new TextDecoder().decode(await file.read(MAX_CAPTION_BYTES)).slice(0, 200_000)
    return text.replace(/<[^>]{0,200}>|^[A-Z].*:.*$|-->.*$|^WEBVTT.*$/gm, '')
  } catch (error) {
    // Addressing the file reports what is wrong with it.
    if (error instanceof IntakeError) return ''
    throw error
  }
}

/** As far as it is known before the bytes are read. */
function order(a: FoundFile, b: FoundFile): number {
  const [first, second] = [a.language ?? '', b.language ?? '']
  return (
    ROLES.indexOf(a.role) - ROLES.indexOf(b.role) ||
    (first < second ? -1 : Number(first > second)) ||
    mediaTypeRank(a.mediaType) - mediaTypeRank(b.mediaType)
  )
}
