import { isLbcAmount, parseLbc } from '../../src/lbry-sdk-client/daemon/amounts.ts'
import { PythonError, type Txo } from './lbry-wallet.ts'

type Json = Record<string, unknown>

/** Becomes -32602. */
export class MissingParameters extends Error {
  constructor(method: string, names: readonly string[]) {
    super(`Missing required parameters for ${method} command: ${names.join(', ')}`)
  }
}

/** Whether an output is what a list was asked for. */
export function matches(txo: Txo, params: Json): boolean {
  const types = [params['type'] ?? params['claim_type'] ?? []].flat()
  const type = txo.valueType ?? (txo.purpose.kind === 'support' ? 'support' : 'other')
  const name = 'name' in txo.purpose ? txo.purpose.name : undefined
  const facts: readonly (readonly [keys: readonly string[], value: unknown])[] = [
    [['name'], name],
    [['claim_id', 'claim_ids'], txo.claimId],
    [['txid'], txo.txid],
    [['nout'], txo.nout],
    [['channel_id', 'channel_ids'], txo.channelId],
  ]
  return (
    (types.length === 0 || types.includes(type)) &&
    facts.every(([keys, value]) => keys.every((key) => !(key in params) || [params[key]].flat().includes(value)))
  )
}

export function dewiesOf(params: Json, field: string): bigint {
  const text = params[field]
  if (typeof text === 'string' && isLbcAmount(text)) return parseLbc(text)
  throw new PythonError(
    'ValueError',
    `Invalid value for '${field}': \nDecimal inputs require a value in the ones place and in the tenths place\nseparated by a period. The value provided, '${text}', is not of the correct\nformat.\n\nThe following are examples of valid decimal inputs:\n\n1.0\n0.001\n2.34500\n4534.4\n2323434.0000\n\nThe following are NOT valid:\n\n83\n.456\n123.\n`,
  )
}

export function cleanTags(tags: unknown): string[] {
  const clean = [tags ?? []]
    .flat()
    .map((tag) => String(tag).toLowerCase().replace(/'/g, '').replace(/[#!~]/g, ' ').replace(/ +/g, ' ').trim())
  return [...new Set(clean)].filter((tag) => tag !== '').sort()
}

export function textValue(params: Json): Json {
  return Object.fromEntries(['title', 'description'].filter((key) => key in params).map((key) => [key, params[key]]))
}

export function streamValue(params: Json, tags: readonly string[]): Json {
  const plain = ['author', 'description', 'languages', 'license', 'license_url', 'title'].filter(
    (key) => key in params && params[key] !== '',
  )
  return {
    ...Object.fromEntries(plain.map((key) => [key, params[key]])),
    ...('release_time' in params ? { release_time: String(params['release_time']) } : {}),
    ...(tags.length === 0 ? {} : { tags }),
    ...('thumbnail_url' in params ? { thumbnail: { url: params['thumbnail_url'] } } : {}),
  }
}
