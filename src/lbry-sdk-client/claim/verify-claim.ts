import { equalBytes } from '@noble/curves/utils.js'
import { type ChannelKey, readChannelKey } from './channel-key.ts'
import { type ClaimSource, parseClaimMessage } from './claim-message.ts'
import { type ClaimValue, splitClaimValue } from './claim-value.ts'
import { type ClaimOutput, findClaim, idOfHash } from './find-claim.ts'
import { parsePublicKey } from './public-key.ts'
import { aStep, type Step, type Verdict } from './step.ts'
import { parseTransaction, type Transaction } from './transaction.ts'
import { isSignedBy } from './verify-signature.ts'

/** What the caller knows from elsewhere: a manifest, a link that people passed on. What is left out is not compared. */
export interface KnownClaim {
  readonly txid?: string | undefined
  readonly nout?: number | undefined
  readonly claimId?: string | undefined
  readonly name?: string | undefined
  readonly channelId?: string | undefined
  /** The channel's key: 33 bytes, DER, or either in hexadecimal. */
  readonly publicKey?: Uint8Array | string | undefined
  /** The raw transaction that made the channel; proves its first key from nothing but the channel's id. */
  readonly channelTransaction?: Uint8Array | string | undefined
}

/** A claim and what is proven of it. */
export interface ClaimReport {
  readonly steps: readonly Step[]
  readonly claim: {
    readonly txid: string
    readonly nout: number
    readonly op: 'create' | 'update'
    readonly claimId: string
    readonly name: string
    readonly type: string
    /** Absent when the claim is not signed. */
    readonly channelId?: string
    /** Absent when the claim is no stream. As good as the step `source`. */
    readonly source?: ClaimSource
    /** Length of the title in bytes of UTF-8. */
    readonly titleBytes: number
  }
}

/**
 * Looks at a claim in a raw transaction without asking any server. What is contradicted is reported as a step that failed,
 * not thrown.
 *
 * That the transaction is in a block is not checked. It matters most for updates: a channel's signature covers the claim's
 * message and the first output that is spent, so anybody can put a signed message under another name in a transaction that
 * no node would take.
 *
 * @param raw - bytes, or hexadecimal as the daemon gives it in `hex`.
 * @throws {LbryClaimError} when there is no claim that can be looked at.
 */
export function verifyClaim(raw: Uint8Array | string, known: KnownClaim = {}): ClaimReport {
  const transaction = parseTransaction(raw)
  const output = findClaim(transaction, known)
  const value = splitClaimValue(output.value)
  const signingId = value.signature === undefined ? undefined : idOfHash(value.signature.channelHash)
  const place = placeSteps(transaction, output, known)
  const signer = signerSteps(transaction, value, signingId, known)
  const { titleBytes, type, ...message } = parseClaimMessage(value.message)
  const source = 'source' in message ? message.source : undefined
  const isSigned = signer.some(({ step, verdict }) => step === 'signature' && verdict === 'verified')
  const block = aStep('block', 'not-checked', 'whether a block has this transaction is not looked at')
  const { nout, op, claimId, name } = output
  return {
    steps: [...place, ...signer, sourceStep(source, isSigned), block],
    claim: {
      ...{ txid: transaction.txid, nout, op, claimId, name, type, titleBytes },
      ...(signingId === undefined ? {} : { channelId: signingId }),
      ...(source === undefined ? {} : { source }),
    },
  }
}

/** Where the claim is: what follows from the bytes of the transaction alone. */
function placeSteps(transaction: Transaction, { op, claimId, name }: ClaimOutput, known: KnownClaim): Step[] {
  const isTxid = compared(transaction.txid, known.txid)
  const isClaimId = compared(claimId, known.claimId)
  // The id of a new claim is a hash of its transaction, so one proves the other; an update only says which claim it is about.
  const isBound = op === 'create' && [isTxid, isClaimId].includes('verified')
  const idVerdict = isClaimId === 'failed' ? 'failed' : isBound ? 'verified' : 'claimed'
  const isName = compared(name, known.name) === 'failed' ? 'failed' : isBound ? 'verified' : 'claimed'
  return [
    aStep(
      'transaction',
      isTxid === 'claimed' && isBound ? 'verified' : isTxid,
      `the bytes are those of transaction ${transaction.txid}`,
    ),
    aStep('claim-id', idVerdict, `${op === 'create' ? 'it makes' : 'it says that it updates'} claim ${claimId}`),
    aStep('name', isName, isBound ? 'the name belongs to that claim' : 'only the chain ties the name to that claim'),
  ]
}

/** Who made the claim. */
function signerSteps(
  transaction: Transaction,
  value: ClaimValue,
  signingId: string | undefined,
  known: KnownClaim,
): Step[] {
  if (signingId === undefined) {
    const isWanted = [known.channelId, known.publicKey, known.channelTransaction].some((one) => one !== undefined)
    const verdict = isWanted ? 'failed' : 'not-checked'
    return [aStep('channel', verdict, 'no channel signed this claim'), aStep('signature', verdict, 'there is none')]
  }
  const key = keyOf(signingId, known)
  const isSigned = key.publicKey !== undefined && isSignedBy(transaction, value, key.publicKey)
  const isChannel = compared(signingId, known.channelId)
  return [
    aStep(
      'channel',
      isChannel === 'verified' && !isSigned ? 'claimed' : isChannel,
      `the claim names channel ${signingId}`,
    ),
    key.step,
    key.publicKey === undefined
      ? aStep('signature', 'not-checked', 'the key of the channel was not given')
      : aStep(
          'signature',
          isSigned ? 'verified' : 'failed',
          `the key ${isSigned ? 'signed' : 'did not sign'} this claim`,
        ),
  ]
}

/** The key that signs for a channel, and how well it is known to be its key. */
function keyOf(signingId: string, known: KnownClaim): { readonly publicKey?: Uint8Array; readonly step: Step } {
  const given = known.publicKey === undefined ? undefined : parsePublicKey(known.publicKey)
  const channel =
    known.channelTransaction === undefined ? undefined : readChannelKey(known.channelTransaction, signingId)
  const publicKey = given ?? channel?.publicKey
  if (publicKey === undefined)
    return { step: aStep('channel-key', 'not-checked', 'the key of the channel was not given') }
  if (channel === undefined)
    return { publicKey, step: aStep('channel-key', 'claimed', 'the key is the one that was given') }
  return { publicKey, step: keyStep(channel, signingId, publicKey) }
}

function keyStep(channel: ChannelKey, signingId: string, publicKey: Uint8Array): Step {
  if (channel.channelId !== signingId)
    return aStep('channel-key', 'failed', `the transaction given for the channel is about ${channel.channelId}`)
  if (!equalBytes(channel.publicKey, publicKey))
    return aStep('channel-key', 'failed', 'the transaction given for the channel has another key than was given')
  return channel.op === 'create'
    ? aStep('channel-key', 'verified', 'the transaction that made the channel has this key')
    : aStep('channel-key', 'claimed', 'an update of the channel has this key')
}

function sourceStep(source: ClaimSource | undefined, isSigned: boolean): Step {
  if (source?.sdHash === undefined) return aStep('source', 'not-checked', 'the claim names no stream')
  return aStep('source', isSigned ? 'verified' : 'claimed', `the claim names stream ${source.sdHash}`)
}

function compared(found: string, known: string | undefined): Verdict {
  if (known === undefined) return 'claimed'
  return found === known ? 'verified' : 'failed'
}
