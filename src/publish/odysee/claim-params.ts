import type { ClaimText } from '../target.ts'
import type { Channel } from './odysee.ts'

/** Inputs of `stream_create` and `stream_update` as a query takes them. Absent members are left out: null is refused. */
export interface ClaimParams {
  readonly channel_id: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  readonly languages: readonly string[]
  readonly release_time?: number
  readonly license?: string
  readonly license_url?: string
  readonly thumbnail_url?: string
  readonly duration?: number
  /** The wallet answers when the network has it, so that its own change can be spent next. */
  readonly blocking: true
  readonly preview: false
}

export interface CreateParams extends ClaimParams {
  readonly name: string
  readonly bid: string
  /** Address of the upload. */
  readonly file_path: string
}

export interface UpdateParams extends ClaimParams {
  readonly claim_id: string
}

export function createParams(claim: ClaimText, channel: Channel, bid: string, uploadUrl: string): CreateParams {
  return { name: claim.name, bid, ...claimParams(claim, channel), file_path: uploadUrl }
}

/** Everything again: the service replaces all but the source, the channel too (facts 4.2). */
export function updateParams(claim: ClaimText, channel: Channel, claimId: string): UpdateParams {
  return { claim_id: claimId, ...claimParams(claim, channel) }
}

function claimParams(claim: ClaimText, channel: Channel): ClaimParams {
  const { releaseTime, license, licenseUrl, thumbnailUrl, duration } = claim
  return {
    channel_id: channel.id,
    title: claim.title,
    description: claim.description,
    // These hide a video, or show it at another time (facts 4.2).
    tags: claim.tags.filter((tag) => !/^\s*c:/i.test(tag)),
    languages: claim.languages,
    ...(releaseTime === undefined ? {} : { release_time: releaseTime }),
    ...(license === undefined ? {} : { license }),
    ...(licenseUrl === undefined ? {} : { license_url: licenseUrl }),
    ...(thumbnailUrl === undefined ? {} : { thumbnail_url: thumbnailUrl }),
    ...(duration === undefined ? {} : { duration }),
    blocking: true,
    preview: false,
  }
}
