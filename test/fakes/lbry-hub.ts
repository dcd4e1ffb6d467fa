import { matches } from './lbry-values.ts'
import { viewOf } from './lbry-views.ts'
import type { FakeLbryWallet, Txo } from './lbry-wallet.ts'

type Json = Record<string, unknown>

/** The hub gives no more at once (facts 1.3). */
export const MAX_SEARCH_PAGE = 50
/** Of those that the client sends, what the fake looks at; a search by anything else would find too much. */
const KNOWN = new Set([
  ...['name', 'claim_id', 'claim_ids', 'txid', 'nout', 'channel_ids', 'claim_type', 'sd_hash', 'height'],
  ...['order_by', 'page', 'page_size', 'no_totals', 'has_source'],
])

interface OnChain {
  readonly wallet: FakeLbryWallet
  readonly txo: Txo
}

/** Claims with a block, of this wallet and of others. Hubs know no others. */
function confirmed(wallet: FakeLbryWallet): OnChain[] {
  return [wallet, ...wallet.elsewhere].flatMap((each) =>
    each
      .claims()
      .filter((txo) => each.depthOf(txo).height > 0)
      .map((txo) => ({ wallet: each, txo })),
  )
}

export function searched(wallet: FakeLbryWallet, params: Json): Json[] {
  const unknown = Object.keys(params).find((key) => !KNOWN.has(key))
  if (unknown !== undefined) throw new RangeError(`the fake hub does not search by ${unknown}: add it`)
  const found = confirmed(wallet).filter(({ wallet: of, txo }) => {
    const { source } = (txo.value ?? {}) as { readonly source?: { readonly sd_hash?: string } }
    return (
      matches(txo, params) &&
      isWithin(of.depthOf(txo).height, params['height']) &&
      (source?.sd_hash ?? '').startsWith(String(params['sd_hash'] ?? '')) &&
      (params['has_source'] !== true || source !== undefined)
    )
  })
  const sign = params['order_by'] === '^height' ? 1 : -1
  const heightOf = ({ wallet: of, txo }: OnChain): number => of.depthOf(txo).height
  return found
    .sort((one, other) => sign * (heightOf(one) - heightOf(other)))
    .map(({ wallet: of, txo }) => viewOf(of, txo, 'hub'))
}

function isWithin(height: number, bound: unknown): boolean {
  if (bound === undefined) return true
  const [, sign = '', text = ''] = /^(>=|>|<=|<|)(\d+)$/.exec(String(bound)) ?? []
  const limit = Number(text)
  return (
    { '>=': height >= limit, '>': height > limit, '<=': height <= limit, '<': height < limit }[sign] ?? height === limit
  )
}

/** What one URL leads to: of `@channel#id/name#id` the last part, if that channel signed it. */
export function resolved(wallet: FakeLbryWallet, url: string): Json {
  if (!/^(?:lbry:\/\/)?[^?\s]+$/.test(url)) return { error: `${url} is not a valid url` }
  const parts = url.replace('lbry://', '').split('/')
  const fits = (part: string, { txo }: OnChain): boolean => {
    const [name = '', id = ''] = part.split(/[#:]/)
    return 'name' in txo.purpose && txo.purpose.name === name && txo.claimId?.startsWith(id) === true
  }
  const all = confirmed(wallet)
  const channel = parts.length > 1 ? all.find((one) => fits(parts[0] ?? '', one)) : undefined
  const found = all.find(
    (one) =>
      fits(parts.at(-1) ?? '', one) && (parts.length === 1 || (channel && one.txo.channelId === channel.txo.claimId)),
  )
  return found === undefined
    ? { error: { name: 'NOT_FOUND', text: `Could not find claim at "${url}".` } }
    : viewOf(found.wallet, found.txo, 'hub')
}
