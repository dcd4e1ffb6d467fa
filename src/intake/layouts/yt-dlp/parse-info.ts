import { isPlainObject } from '../../../model/canonical-json.ts'
import { jsonShape } from '../../../model/json-depth.ts'
import { IntakeError } from '../../errors.ts'

/** An `.info.json` with a hundred thousand comments has some 50 MB; more is not read. */
export const MAX_INFO_BYTES = 67_108_864
/** What yt-dlp writes is 6 levels deep; more room for extractors to come. */
const MAX_DEPTH = 64
const FETCH_AGAIN = 'Let yt-dlp write it again (--skip-download --write-info-json), or restore it from a backup.'

/**
 * Reads the bytes of an `.info.json`, which may come from anybody.
 *
 * @throws {IntakeError} `INFO_JSON_TOO_LARGE`, `INFO_JSON_TOO_DEEP`, `INFO_JSON_TRUNCATED`, `INFO_JSON_MALFORMED`,
 * `INFO_JSON_WRONG_TYPE`.
 */
export function parseInfoJson(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  if (bytes.length > MAX_INFO_BYTES) throw tooLarge(bytes.length)
  const { depth, open } = jsonShape(bytes)
  // Depth first: a parser that recurses must never see it.
  if (depth > MAX_DEPTH)
    throw new IntakeError('INFO_JSON_TOO_DEEP', `it is nested ${depth} levels deep; at most ${MAX_DEPTH} are read`, {
      hint: FETCH_AGAIN,
    })
  const value = parse(bytes, open)
  if (!isPlainObject(value))
    throw new IntakeError('INFO_JSON_WRONG_TYPE', 'it is JSON, but no object', { hint: FETCH_AGAIN })
  return value
}

/** @param bytes - the size that was found. */
export function tooLarge(bytes: number): IntakeError {
  const hint = 'Let yt-dlp write it again without comments (--no-write-comments).'
  return new IntakeError('INFO_JSON_TOO_LARGE', `it has ${bytes} bytes; at most ${MAX_INFO_BYTES} are read`, { hint })
}

function parse(bytes: Uint8Array, open: boolean): unknown {
  if (open || bytes.length === 0)
    throw new IntakeError('INFO_JSON_TRUNCATED', 'it ends in the middle', { hint: FETCH_AGAIN })
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // The parser's own message quotes the file, so it is not passed on.
    throw new IntakeError('INFO_JSON_MALFORMED', 'it is no JSON in UTF-8', { hint: FETCH_AGAIN })
  }
}
