import type { Output } from '../../lbry-sdk-client/index.ts'
import type { Offer } from '../target.ts'
import { gather } from './ask-again.ts'
import type { LbrySession } from './session.ts'

/**
 * Own stream claims of exactly that name that are not spent, those without a block too.
 *
 * @param everywhere - ask the table of outputs as well, when a claim is looked for that must be there or nowhere.
 */
export async function ownClaims(
  { daemon, ask }: LbrySession,
  name: string,
  { everywhere, signal }: { readonly everywhere: boolean; readonly signal: AbortSignal },
): Promise<readonly Output[]> {
  const isIt = (one: Output): boolean => one.type === 'claim' && one.value_type === 'stream' && one.name === name
  const listed = await ask(() => gather(daemon.list('stream_list', { name }, { signal })), signal)
  const found = listed.filter(isIt)
  if (found.length > 0 || !everywhere) return found
  const filter = { name, type: 'stream', is_not_spent: true } as const
  return (await ask(() => gather(daemon.list('txo_list', filter, { signal })), signal)).filter(isIt)
}

/** What became of a claim by its id: where it stands now, `gone` when its last output is spent, `unknown` to this wallet. */
export async function whereIs(
  { daemon, ask }: LbrySession,
  claimId: string,
  signal: AbortSignal,
): Promise<Output | 'gone' | 'unknown'> {
  const isIt = (one: Output): boolean => one.type === 'claim' && one.claim_id === claimId
  const list = async (filter: object): Promise<Output[]> =>
    (await ask(() => gather(daemon.list('txo_list', { claim_id: claimId, ...filter }, { signal })), signal)).filter(
      isIt,
    )
  const [now] = await list({ is_not_spent: true })
  if (now !== undefined) return now
  return (await list({})).length > 0 ? 'gone' : 'unknown'
}

/** Whether a claim says our bytes: `source.hash` and size. */
function saysOurBytes({ value }: Output, { sourceHash, bytes }: Pick<Offer, 'sourceHash' | 'bytes'>): boolean {
  return value?.source?.hash === sourceHash && value.source.size === String(bytes)
}

/** The one that this item is: the one that its ledger names, else one with our bytes, in our channel rather than elsewhere. */
export function chooseClaim(
  claims: readonly Output[],
  offer: Offer,
  known: string | undefined,
  channelId: string,
): Output | undefined {
  const ours = claims.filter((claim) => saysOurBytes(claim, offer))
  const inChannel = ours.filter(({ signing_channel }) => signing_channel?.claim_id === channelId)
  const byId = (one: Output, other: Output): number =>
    other.confirmations - one.confirmations || ((one.claim_id ?? '') < (other.claim_id ?? '') ? -1 : 1)
  return (
    claims.find(({ claim_id }) => claim_id === known && known !== undefined) ??
    inChannel.sort(byId)[0] ??
    ours.sort(byId)[0]
  )
}
