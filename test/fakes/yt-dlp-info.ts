/** Address of whoever downloaded; yt-dlp's format URLs carry it. TEST-NET-3 of RFC 5737, so it is nobody's. */
export const DOWNLOADER_IP = '203.0.113.77'
/** Stands in every signed URL, cookie and path of the fixtures; must never be found in anything public. */
export const LEAK_MARK = 'LEAKMARK'

/** What a test says of an item; everything else is filled in as yt-dlp would. */
export interface ItemOptions {
  /** Eleven characters for YouTube. */
  readonly id: string
  /** @default `Testimony ${id}` */
  readonly title?: string
  readonly description?: string
  /** Language spoken, as the platform names it. */
  readonly language?: string
  /** @default 'public'; null leaves the field out, as many extractors do. */
  readonly availability?: string | null
  /** Extension of the first media file. @default 'mp4' */
  readonly ext?: string
  /** Platform's words for the languages of captions made by people. */
  readonly subtitleLanguages?: readonly string[]
  /** The same for those made by machines. */
  readonly automaticLanguages?: readonly string[]
  /** Replaces or adds fields of the `.info.json`; a value of undefined takes one out. */
  readonly info?: Readonly<Record<string, unknown>>
}

/**
 * The content of an `.info.json` as yt-dlp 2026.08 writes it for a YouTube video with `--clean-info-json`, its default:
 * formats with signed URLs that hold the downloader's address, request headers, counters, the time of the download.
 */
export function infoOf(options: ItemOptions): Record<string, unknown> {
  const {
    id,
    title = `Testimony ${id}`,
    description = `Description of ${id}`,
    ext = 'mp4',
    availability = 'public',
  } = options
  const info: Record<string, unknown> = {
    id,
    title,
    formats: [formatOf(id, '137', 'mp4', 'avc1.640028', 'none'), formatOf(id, '251', 'webm', 'none', 'opus')],
    thumbnails: [
      {
        url: `https://i.ytimg.com/vi_webp/${id}/maxresdefault.webp`,
        preference: 0,
        id: '42',
        height: 1080,
        width: 1920,
      },
    ],
    thumbnail: `https://i.ytimg.com/vi_webp/${id}/maxresdefault.webp`,
    description,
    channel_id: 'UCabcdefghijklmnopqrstuv',
    channel_url: 'https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv',
    channel: `Channel ${LEAK_MARK}`,
    uploader: `Uploader ${LEAK_MARK}`,
    uploader_id: `@handle${LEAK_MARK}`,
    uploader_url: `https://www.youtube.com/@handle${LEAK_MARK}`,
    duration: 61,
    duration_string: '1:01',
    view_count: 1234,
    like_count: 12,
    comment_count: 3,
    channel_follower_count: 4567,
    average_rating: null,
    age_limit: 0,
    webpage_url: `https://www.youtube.com/watch?v=${id}`,
    webpage_url_basename: 'watch',
    webpage_url_domain: 'youtube.com',
    categories: ['Nonprofits & Activism'],
    tags: ['testimony', 'куәлік'],
    playable_in_embed: true,
    live_status: 'not_live',
    media_type: 'video',
    automatic_captions: tracksOf(id, options.automaticLanguages ?? []),
    subtitles: tracksOf(id, options.subtitleLanguages ?? []),
    upload_date: '20190314',
    timestamp: 1552575600,
    ...(availability === null ? {} : { availability }),
    ...(options.language === undefined ? {} : { language: options.language }),
    _old_archive_ids: [],
    extractor: 'youtube',
    extractor_key: 'Youtube',
    display_id: id,
    fulltitle: title,
    format: '137 - 1920x1080 (1080p)+251 - audio only (medium)',
    format_id: '137+251',
    ext,
    width: 1920,
    height: 1080,
    fps: 25,
    vcodec: 'avc1.640028',
    acodec: 'opus',
    filesize_approx: 1048576,
    epoch: 1789000000,
    _type: 'video',
    _version: {
      version: '2026.08.20',
      current_git_head: null,
      release_git_head: '81ecd58',
      repository: 'yt-dlp/yt-dlp',
    },
    ...options.info,
  }
  return Object.fromEntries(Object.entries(info).filter(([, value]) => value !== undefined))
}

function formatOf(id: string, formatId: string, ext: string, vcodec: string, acodec: string): Record<string, unknown> {
  return {
    format_id: formatId,
    url: `https://rr4---sn-test.googlevideo.com/videoplayback?expire=1789020000&ei=${LEAK_MARK}&ip=${DOWNLOADER_IP}&id=o-${id}&itag=${formatId}&sig=${LEAK_MARK}`,
    ext,
    vcodec,
    acodec,
    protocol: 'https',
    cookies: `VISITOR_INFO1_LIVE=${LEAK_MARK}; Domain=.youtube.com`,
    http_headers: { 'User-Agent': 'Mozilla/5.0', 'X-Forwarded-For': DOWNLOADER_IP },
    filesize: 524288,
  }
}

function tracksOf(id: string, languages: readonly string[]): Record<string, unknown> {
  const url = `https://www.youtube.com/api/timedtext?v=${id}&ip=${DOWNLOADER_IP}&signature=${LEAK_MARK}&fmt=vtt`
  return Object.fromEntries(
    languages.map((language) => [language, [{ ext: 'vtt', url: `${url}&lang=${language}`, name: language }]]),
  )
}
