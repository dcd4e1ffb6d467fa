import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const BUNDLES = 30_000
/** Bundles in one directory of the nested form, as a channel each. */
const A_CHANNEL = 500

/** How an archive lies on the disk: everything in one directory, or a directory a channel and in it one a video. */
export type Form = 'flat' | 'nested'

/** A folder as yt-dlp leaves it: for each bundle an `.info.json`, a subtitle file and a film of 4 kB, all different. */
export function makeArchive(dir: string, form: Form, bundles: number = BUNDLES): string {
  const root = join(dir, `archive-${form}-${bundles}`)
  if (existsSync(root)) return root
  const parts = `${root}.part`
  mkdirSync(parts)
  for (let i = 0; i < bundles; i++) writeBundle(directoryOf(parts, form, i), i)
  renameSync(parts, root)
  return root
}

/** Files in such an archive. */
export const FILES_A_BUNDLE = 3

function directoryOf(root: string, form: Form, i: number): string {
  if (form === 'flat') return root
  const directory = join(root, `channel ${Math.floor(i / A_CHANNEL)}`, `video ${i}`)
  mkdirSync(directory, { recursive: true })
  return directory
}

function writeBundle(directory: string, i: number): void {
  const id = videoOf(i)
  const stem = join(directory, `20190314 - Testimony ${i} [${id}]`)
  writeFileSync(`${stem}.info.json`, JSON.stringify(infoOf(id, i)))
  writeFileSync(`${stem}.mp4`, filmOf(id))
  writeFileSync(`${stem}.kk.vtt`, `WEBVTT\n\n00:00.000 --> 00:05.000\nМенің есімім ${id}.\n`)
}

/** Id of the video that is bundle `i` of any archive made here. */
export function videoOf(i: number): string {
  return createHash('sha256').update(`video ${i}`).digest('base64url').slice(0, 11)
}

function infoOf(id: string, i: number): Record<string, unknown> {
  const url = (itag: number): string =>
    `https://rr4---sn-test.googlevideo.com/videoplayback?expire=1789020000&id=o-${id}&itag=${itag}`
  return {
    id,
    title: `Testimony ${i}: Куәлік`,
    description: `What the witness said of the year 2017.\n`.repeat(8),
    formats: Array.from({ length: 12 }, (_, n) => ({ format_id: `${n}`, url: url(n), ext: 'mp4', protocol: 'https' })),
    channel_id: `UC${createHash('sha256')
      .update(`channel ${Math.floor(i / A_CHANNEL)}`)
      .digest('base64url')
      .slice(0, 22)}`,
    duration: 61,
    webpage_url: `https://www.youtube.com/watch?v=${id}`,
    tags: ['testimony', 'куәлік'],
    subtitles: { kk: [{ ext: 'vtt', url: url(99) }] },
    upload_date: '20190314',
    timestamp: 1_552_575_600,
    availability: 'public',
    extractor: 'youtube',
    extractor_key: 'Youtube',
    ext: 'mp4',
    vcodec: 'avc1.640028',
    _type: 'video',
  }
}

/** The smallest film that has what a reader of MP4 looks for: ftyp, an empty moov, and data of its own. */
function filmOf(id: string): Buffer {
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2mp41')),
    box('moov', box('mvhd', Buffer.alloc(100))),
    box('mdat', Buffer.alloc(4096, id)),
  ])
}

function box(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + content.length)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, content])
}
