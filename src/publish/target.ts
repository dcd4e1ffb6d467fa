import type { Problem } from '../model/errors.ts'

/** The main medium of a published version, and what a target is told of it. Nothing here is private but `localPath`. */
export interface Offer {
  /** Citation id of the bundle, 11 symbols. */
  readonly id: string
  /** Root CID of the version, base32. */
  readonly root: string
  /** Neutral name of the file in the bundle, such as `video.mp4`. */
  readonly file: string
  /** Where the bytes lie now; absolute. Its name may name people: it is never told to a target, see {@link Offer.publicName}. */
  readonly localPath: string
  /** Name that the file has in public: claim name and extension. */
  readonly publicName: string
  readonly bytes: number
  /** SHA-384 of those bytes, 96 lower-case hex digits: LBRY's `source.hash`. Taken together with the SHA-256 that the CID stands on. */
  readonly sourceHash: string
  readonly mediaType: string
  readonly claim: ClaimText
}

/** What a claim says; already within the network's limits. Absent members are not sent at all. */
export interface ClaimText {
  /** `slug-CITATIONCODE`, at most 60 bytes of `[a-z0-9-]`; the same for one bundle for ever. */
  readonly name: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  /** Languages that LBRY knows. */
  readonly languages: readonly string[]
  /** First publication, seconds since 1970; negative before. */
  readonly releaseTime?: number
  readonly license?: string
  readonly licenseUrl?: string
  readonly thumbnailUrl?: string
  /** Whole seconds. */
  readonly duration?: number
}

/**
 * What a target remembers of one item between its steps, as JSON that is public but for places of upload. Never a token,
 * password, key or local path. A target may keep more members than these; they come back as they were saved.
 */
export interface Evidence {
  readonly name?: string
  readonly claimId?: string
  readonly txid?: string
  readonly nout?: number
  readonly channelId?: string
  readonly sdHash?: string
  /** `source.hash` and `source.size` as the claim says them. */
  readonly sourceHash?: string
  readonly sourceBytes?: number
  /** Permanent URL, `lbry://NAME#CLAIMID`. */
  readonly url?: string
  /** `lbry://@channel#x/name#y`, once the claim is confirmed and resolved. */
  readonly canonicalUrl?: string
  /** The raw transaction, hex: the proof that outlives the network. */
  readonly transaction?: string
  readonly equality?: 'verified' | 'asserted' | 'differs' | 'unknown'
  readonly confirmations?: number
  readonly isReflected?: boolean
  readonly [more: string]: string | number | boolean | undefined
}

/** A claim that is there, with the words in which its original may be named. */
export interface FoundClaim {
  readonly evidence: Evidence
  readonly description: string
}

/** The durable notes about one item; `save` returns when they are on disk, and only then may the next step begin. */
export interface Ledger {
  readonly evidence: Evidence
  save(evidence: Evidence): void
}

/** How one item ended in this run. */
export type Outcome =
  /** The claim is there, was made now (`copied`) or was found (`adopted`), and says our bytes unless equality is `differs`. */
  | { readonly status: 'copied' | 'adopted'; readonly evidence: Evidence }
  /** Not now: a later run goes on from what is saved. `stop`: nothing else can be published by this target in this run either. */
  | { readonly status: 'waiting'; readonly problem: Problem; readonly stop: boolean }
  /** A person must look: another claim has our name, or the file cannot be published at all. Not tried again by itself. */
  | { readonly status: 'refused'; readonly problem: Problem }

/** What is to be spent before anything is. LBC are decimal text. */
export interface Estimate {
  readonly lbc: string
  readonly available: string
  /** Items that the balance pays for; the rest will wait. */
  readonly affordable: number
  /** Least seconds that publishing all of them takes, where the network's own pace bounds it. */
  readonly seconds?: number
}

export interface PublishStep {
  readonly ledger: Ledger
  readonly signal: AbortSignal
  onProgress(doneBytes: number, totalBytes: number): void
  /** Minutes may pass in which nothing moves; `what` says what for, as in "waits for …". */
  onWait?(what: string): void
}

/** Somewhere that publishes videos. One file a target; a failing one never blocks the archive. */
export interface PublicationTarget {
  /** Token of `copy/1`: `lbry` or `odysee`. */
  readonly name: string
  /** `@name` */
  readonly channel: string
  /**
   * Ready, unlocked, the channel there and ours. Asks, spends nothing.
   *
   * @throws {PublishError} whatever keeps the target from publishing now; the message says what to do.
   */
  prepare(signal: AbortSignal): Promise<void>
  /**
   * What publishing these would cost, all fees and bids.
   *
   * @param offers - made as they are asked for: 30,000 of them do not fit into memory at once, so they are read one by one.
   */
  estimate(offers: Iterable<Pick<Offer, 'bytes' | 'claim'>>, signal: AbortSignal): Promise<Estimate>
  /**
   * Finds before it creates, and creates at most once however often it is run: whatever has an outside effect is in the
   * ledger before it is begun.
   */
  publish(offer: Offer, step: PublishStep): Promise<Outcome>
  /**
   * Looks again at what was published: confirmations, reflection, canonical URL, equality. Spends nothing.
   *
   * @param offer - absent when its file is away; what needs it is then left as it was.
   * @returns the evidence as it is now; `undefined` when the claim is gone (abandoned elsewhere).
   */
  settle(evidence: Evidence, offer: Offer | undefined, signal: AbortSignal): Promise<Evidence | undefined>
  /**
   * Every stream of a channel as the network has it, whoever published it; for adopting what a synchroniser made.
   *
   * @param channel - `@name` or claim id; @default the target's own.
   */
  claimsOf(channel: string | undefined, signal: AbortSignal): AsyncIterable<FoundClaim>
  /** Takes a publication back (LBRY: abandons the claim). Succeeds if it is gone already. */
  takeBack(ledger: Ledger, signal: AbortSignal): Promise<void>
  /** LBC spent since the target was opened, decimal text; fees and bids. */
  spent(): string
  [Symbol.asyncDispose](): Promise<void>
}
