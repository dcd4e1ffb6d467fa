import { PAGED } from '../../lbry-sdk-client/daemon/methods.ts'
import type { Output } from '../../lbry-sdk-client/daemon/output.ts'
import { PublishError } from '../errors.ts'
import type { Channel } from './odysee.ts'
import { askWallet } from './proxy.ts'
import type { Service } from './service.ts'

const PAGE_SIZE = 50
/** Far more than an account has. */
const MAX_PAGES = 100

/**
 * Finds the channel in the wallet of the account.
 *
 * @param wanted - `@name`, or a claim id.
 * @throws {PublishError} `CHANNEL_MISSING`, `CHANNEL_AMBIGUOUS`, and whatever keeps us from asking.
 */
export async function findChannel(service: Service, wanted: string, signal: AbortSignal): Promise<Channel> {
  const all = await ownChannels(service, signal)
  const fits = all.filter(({ name, claim_id: id }) => id === wanted || name?.toLowerCase() === wanted.toLowerCase())
  const [found, second] = fits
  if (found?.claim_id === undefined || found.name === undefined)
    throw new PublishError('CHANNEL_MISSING', `the account has no channel ${wanted}`, {
      hint: 'make it on odysee.com with that account, or set another one',
    })
  if (second !== undefined)
    throw new PublishError('CHANNEL_AMBIGUOUS', `the account has several channels ${wanted}`, {
      hint: `set the claim id of one: ${fits.map(({ claim_id: id }) => id).join(', ')}`,
    })
  if (found.has_signing_key === false)
    throw new PublishError('CHANNEL_MISSING', `the account cannot sign as ${wanted}: its wallet lacks the key`, {
      hint: 'sign in with the account that made the channel',
    })
  const key = found.value?.public_key
  const siblings = all.flatMap(({ claim_id: id }) => id ?? [])
  return { id: found.claim_id, name: found.name, siblings, ...(key === undefined ? {} : { publicKey: key }) }
}

async function ownChannels(service: Service, signal: AbortSignal): Promise<Output[]> {
  const all: Output[] = []
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const got = await askWallet(service, 'channel_list', PAGED.channel_list, { page, page_size: PAGE_SIZE }, signal)
    all.push(...got.items)
    if (got.items.length === 0 || page >= (got.total_pages ?? page)) return all
  }
  throw new PublishError('TARGET_ANSWER_UNKNOWN', 'Odysee gives a list of channels without an end')
}
