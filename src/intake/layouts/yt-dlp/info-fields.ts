import * as v from 'valibot'
import type { Problem } from '../../../model/errors.ts'
import { IntakeError } from '../../errors.ts'

/**
 * The whitelisted fields of an `.info.json`, each of the right type or absent; names are yt-dlp's. Fields that are not here do not
 * exist for us.
 */
export interface Info {
  readonly id: string
  readonly title?: string
  readonly description?: string
  readonly extractor_key?: string
  readonly webpage_url?: string
  readonly channel_id?: string
  readonly channel_url?: string
  readonly uploader_url?: string
  /** YYYYMMDD, UTC. */
  readonly upload_date?: string
  /** Seconds since 1970. */
  readonly timestamp?: number
  /** Seconds. */
  readonly duration?: number
  readonly language?: string
  readonly license?: string
  readonly availability?: string
  /** Extension of the media that this description was written with. */
  readonly ext?: string
  readonly vcodec?: string
  readonly _type?: string
  readonly tags?: readonly string[]
  /** Times in seconds. */
  readonly chapters?: readonly {
    readonly start_time: number
    readonly end_time?: number | null | undefined
    readonly title?: string | null | undefined
  }[]
  /** Languages that existed, not those that were saved. */
  readonly subtitles?: ReadonlySet<string>
  readonly automatic_captions?: ReadonlySet<string>
  /** Lines `extractor id` under which the item was archived before. */
  readonly _old_archive_ids?: readonly string[]
}

/** A string that a person wrote may be long; one that a program wrote may not. */
const word = v.pipe(v.string(), v.maxLength(2_048))
const number = v.pipe(v.number(), v.finite())
/** Older extractors write ids as numbers; beyond 2^53 such an id has lost digits and is worth nothing. */
const identifier = v.union([
  v.pipe(v.string(), v.minLength(1), v.maxLength(512)),
  v.pipe(v.number(), v.safeInteger(), v.transform(String)),
])
/** Only the languages matter; the rest is signed URLs. */
const languages = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((tracks): ReadonlySet<string> => new Set(Object.keys(tracks))),
)
const chapter = v.object({ start_time: number, end_time: v.nullish(number), title: v.nullish(v.string()) })

type Schemas = { readonly [Name in keyof Info]-?: v.GenericSchema<unknown, Exclude<Info[Name], undefined>> }

const SCHEMAS: Schemas = {
  id: identifier,
  title: v.string(),
  description: v.string(),
  extractor_key: word,
  webpage_url: word,
  channel_id: word,
  channel_url: word,
  uploader_url: word,
  upload_date: word,
  timestamp: number,
  duration: number,
  language: word,
  license: word,
  availability: word,
  ext: word,
  vcodec: word,
  _type: word,
  tags: v.array(v.string()),
  chapters: v.array(chapter),
  subtitles: languages,
  automatic_captions: languages,
  _old_archive_ids: v.array(word),
}

/**
 * Takes the whitelisted fields; `null` is as good as absent (yt-dlp writes both). A field of the wrong type is dropped with a
 * warning, as a wrong duration must not keep a testimony out of the archive.
 *
 * @throws {IntakeError} `INFO_JSON_WRONG_TYPE` when there is no usable `id`: then it is no description of one item.
 */
export function readFields(
  json: Readonly<Record<string, unknown>>,
  path: string,
): { readonly info: Info; readonly warnings: readonly Problem[] } {
  const warnings: Problem[] = []
  const entries: [string, unknown][] = []
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const given = Object.hasOwn(json, name) ? json[name] : undefined
    if (given === undefined || given === null) continue
    const result = v.safeParse(schema, given, { abortEarly: true })
    if (result.success) entries.push([name, result.output])
    else
      warnings.push({
        code: 'FIELD_DROPPED',
        message: `${name} has the wrong type or is too long, and was left out`,
        path,
      })
  }
  // Each entry passed the schema of its own name.
  const fields = Object.fromEntries(entries) as Partial<Info>
  const { id } = fields
  if (id === undefined) {
    const hint = 'If yt-dlp wrote it, let it write it again; if another program did, it is none of this layout.'
    throw new IntakeError('INFO_JSON_WRONG_TYPE', 'it has no id', { hint })
  }
  return { info: { ...fields, id }, warnings }
}
