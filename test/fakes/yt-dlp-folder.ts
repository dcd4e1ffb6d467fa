import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ItemOptions, infoOf } from './yt-dlp-info.ts'

/**
 * Builds folders as yt-dlp leaves them, for tests of intake and of the command line.
 *
 * ```ts
 * using folder = aFolder()
 * aVideo(folder.path, { id: 'dQw4w9WgXcQ', title: 'Куәлік', subtitles: { 'kk.vtt': 'Сәлем' } })
 * ```
 */
export interface Folder extends Disposable {
  /** Absolute and real. */
  readonly path: string
}

export interface VideoOptions extends ItemOptions {
  /** Name without extension. @default yt-dlp's own template, `TITLE [ID]` with its full-width substitutes */
  readonly stem?: string
  /** `old` is the name of youtube-dl, `TITLE-ID`. @default 'current' */
  readonly naming?: 'current' | 'old'
  /** Media by extension. @default `{ [ext]: bytes that depend on the id alone }`; `{}` leaves the media out */
  readonly media?: Readonly<Record<string, string | Uint8Array>>
  /** Captions by what follows the stem, such as `zh-Hans.vtt`; a plain sentence is made into a WebVTT or SRT file. */
  readonly subtitles?: Readonly<Record<string, string>>
  /** Any other file by what follows the stem, such as `live_chat.json`, `mp4.part`, `webp`. @default a thumbnail and a description */
  readonly beside?: Readonly<Record<string, string | Uint8Array>>
}

/** What `aVideo` wrote; all paths absolute. */
export interface WrittenVideo {
  readonly stem: string
  readonly info: string
  readonly media: readonly string[]
  readonly others: readonly string[]
}

/** A temporary directory that removes itself. */
export function aFolder(): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-yt-dlp-')))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Writes one item and its sidecars. Equal options write equal bytes. */
export function aVideo(directory: string, options: VideoOptions): WrittenVideo {
  mkdirSync(directory, { recursive: true })
  const { id, ext = 'mp4', title = `Testimony ${id}`, description = `Description of ${id}` } = options
  const stem = options.stem ?? (options.naming === 'old' ? `${safeTitle(title)}-${id}` : `${safeTitle(title)} [${id}]`)
  const write = (suffix: string, content: string | Uint8Array): string => {
    const path = join(directory, `${stem}.${suffix}`)
    writeFileSync(path, content)
    return path
  }
  const info = write('info.json', JSON.stringify(infoOf(options)))
  const media = Object.entries(options.media ?? { [ext]: mediaBytes(id) }).map(([extension, bytes]) =>
    write(extension, bytes),
  )
  const captions = Object.entries(options.subtitles ?? {}).map(([suffix, text]) => write(suffix, caption(suffix, text)))
  const beside = options.beside ?? { webp: `RIFF picture of ${id}`, description }
  return {
    stem,
    info,
    media,
    others: [...captions, ...Object.entries(beside).map(([suffix, bytes]) => write(suffix, bytes))],
  }
}

/** Writes what yt-dlp writes of a playlist itself, beside its items. */
export function aPlaylist(directory: string, { id, title }: { readonly id: string; readonly title: string }): string {
  mkdirSync(directory, { recursive: true })
  const info = {
    id,
    title,
    _type: 'playlist',
    entries: [],
    webpage_url: `https://www.youtube.com/playlist?list=${id}`,
    extractor_key: 'YoutubeTab',
    epoch: 1789000000,
  }
  const path = join(directory, `${safeTitle(title)} [${id}].info.json`)
  writeFileSync(path, JSON.stringify(info))
  return path
}

/** Writes `count` items of four files each: ids `item0000000` and on. */
export function manyVideos(directory: string, count: number): void {
  for (let index = 0; index < count; index += 1) aVideo(directory, { id: `item${String(index).padStart(7, '0')}` })
}

/** No real media, but never empty and different for each id. */
export function mediaBytes(id: string): Uint8Array {
  return new TextEncoder().encode(`media of ${id} `.repeat(64))
}

/** What yt-dlp makes of characters that file systems refuse. Source: sanitize_filename in yt_dlp/utils. */
function safeTitle(title: string): string {
  const substitutes: Readonly<Record<string, string>> = {
    '"': '＂',
    '*': '＊',
    ':': '：',
    '<': '＜',
    '>': '＞',
    '?': '？',
    '|': '｜',
    '/': '⧸',
    '\\': '⧹',
  }
  return title.replace(/["*:<>?|/\\]/g, (character) => substitutes[character] ?? '_').replace(/\n/g, ' ')
}

function caption(suffix: string, text: string): string {
  if (suffix.endsWith('.vtt'))
    return `WEBVTT\nKind: captions\nLanguage: ${suffix.split('.')[0]}\n\n00:00:00.000 --> 00:00:02.000 align:start\n${text}\n`
  if (suffix.endsWith('.srt')) return `1\n00:00:00,000 --> 00:00:02,000\n${text}\n`
  return text
}
