import { encodeStream } from './lbry-claim.ts'
import { type Source, streamTypeOf } from './lbry-streams.ts'
import { cleanTags, streamValue } from './lbry-values.ts'
import type { Txo } from './lbry-wallet.ts'

type Json = Record<string, unknown>

/** The claim as the chain has it and as the daemon shows it. */
export function streamClaim(
  params: Json,
  source: Source | undefined,
): { readonly protobuf: Uint8Array; readonly value: Json } {
  const tags = cleanTags(params['tags'])
  const seen = source?.media_type.startsWith('video/') === true && 'width' in params
  const video = {
    duration: Number(params['duration']),
    height: Number(params['height']),
    width: Number(params['width']),
  }
  const extra = { ...(seen ? { video } : {}), tags }
  const shown = source && { source: { ...source, size: String(source.size) }, stream_type: streamTypeOf(source.name) }
  return {
    protobuf: encodeStream({ ...params, ...extra, ...(source === undefined ? {} : { source }) }),
    value: { ...streamValue(params, tags), ...(seen ? { video } : {}), ...shown },
  }
}

/**
 * A claim after `stream_update`: what is given replaces what was there, tags and languages are added to it unless cleared,
 * and with `replace` only the source stays.
 */
export function updatedClaim(
  old: Txo,
  params: Json,
  source: Source | undefined,
): { readonly protobuf: Uint8Array; readonly value: Json } {
  const before = inputsOf(old.value ?? {})
  const kept: Json = params['replace'] === true ? {} : before.inputs
  const joined = (key: 'tags' | 'languages'): Json => {
    const rest = params[`clear_${key}`] === true ? [] : [kept[key] ?? []].flat()
    const all = [...rest, ...[params[key] ?? []].flat()]
    return all.length === 0 ? {} : { [key]: [...new Set(all)] }
  }
  const { tags: _, languages: __, ...others } = kept
  return streamClaim({ ...others, ...params, ...joined('tags'), ...joined('languages') }, source ?? before.source)
}

/** The inputs that would make what a claim shows. */
function inputsOf(value: Readonly<Json>): { readonly inputs: Json; readonly source: Source | undefined } {
  const { source, thumbnail, video, release_time, stream_type: _, ...plain } = value
  return {
    inputs: {
      ...plain,
      ...(isObject(thumbnail) ? { thumbnail_url: thumbnail['url'] } : {}),
      ...(isObject(video) ? video : {}),
      ...(release_time === undefined ? {} : { release_time: Number(release_time) }),
    },
    source: isObject(source) ? ({ ...source, size: Number(source['size']) } as unknown as Source) : undefined,
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}
