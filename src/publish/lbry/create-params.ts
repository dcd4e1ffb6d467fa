import type { StreamCreateParams } from '../../lbry-sdk-client/index.ts'
import type { Offer } from '../target.ts'

/** What `stream_create` waits at most: 10 minutes of hashing, 10 of waiting for the mempool, and a little. */
const CREATE_MS = 1_260_000
/** A slow computer hashes and encrypts so much in a millisecond. */
const SLOWEST_BYTES_A_MS = 5_000

/** The daemon answers when it has read the whole file, however large that is. */
export function createTimeoutMs(fileBytes: number): number {
  return CREATE_MS + Math.ceil(fileBytes / SLOWEST_BYTES_A_MS)
}

/**
 * The inputs of `stream_create`. `allow_duplicate_name` is never among them: the daemon's refusal of a second claim of a
 * name is the last thing between a repeated call and a second payment. What is empty is left out.
 */
export function createParams(
  { claim }: Pick<Offer, 'claim'>,
  { bid, channelId, path }: { readonly bid: string; readonly channelId: string; readonly path: string },
): StreamCreateParams {
  const { name, title, description, tags, languages } = claim
  return {
    ...{ name, bid, file_path: path, channel_id: channelId },
    ...(title === '' ? {} : { title }),
    ...(description === '' ? {} : { description }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(languages.length === 0 ? {} : { languages }),
    ...(claim.releaseTime === undefined ? {} : { release_time: claim.releaseTime }),
    ...(claim.license === undefined ? {} : { license: claim.license }),
    ...(claim.licenseUrl === undefined ? {} : { license_url: claim.licenseUrl }),
    ...(claim.thumbnailUrl === undefined ? {} : { thumbnail_url: claim.thumbnailUrl }),
    ...(claim.duration === undefined ? {} : { duration: claim.duration }),
  }
}
