import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'
import { parseClaimScript } from './claim-script.ts'
import { LbryClaimError } from './errors.ts'
import type { Transaction } from './transaction.ts'

/** A claim in a transaction. */
export interface ClaimOutput {
  readonly nout: number
  /** An update says itself which claim it updates; only the chain tells whether it may. */
  readonly op: 'create' | 'update'
  /** 40 hexadecimal digits. */
  readonly claimId: string
  readonly name: string
  /** The value as it stands there. */
  readonly value: Uint8Array
}

/** Which claim of a transaction is meant. With neither, there must be only one. */
export interface ClaimChoice {
  readonly nout?: number | undefined
  readonly claimId?: string | undefined
}

/** All claims of a transaction, in order. @throws {LbryClaimError} `CLAIM_INVALID` when a name is no text. */
export function claimsIn(transaction: Transaction): ClaimOutput[] {
  return transaction.scripts.flatMap((script, nout) => {
    const claim = parseClaimScript(script)
    if (claim === undefined) return []
    const { op, claimHash = newClaimHash(transaction.hash, nout), value } = claim
    return [{ nout, op, claimId: idOfHash(claimHash), name: nameOf(claim.name), value }]
  })
}

/**
 * Picks one claim of a transaction.
 *
 * With a claim id that no output has, the only claim is given all the same, so that it can be said which one it is.
 *
 * @throws {LbryClaimError} `CLAIM_ABSENT`, `CLAIM_AMBIGUOUS`, `CLAIM_INVALID`.
 */
export function findClaim(transaction: Transaction, { nout, claimId }: ClaimChoice = {}): ClaimOutput {
  const all = claimsIn(transaction).filter((claim) => nout === undefined || claim.nout === nout)
  const named = all.filter((claim) => claim.claimId === claimId)
  const [found, second] = named.length > 0 ? named : all
  if (found === undefined)
    throw new LbryClaimError('CLAIM_ABSENT', 'there is no claim in that place of the transaction', {
      hint: 'give the transaction that made or changed the claim',
    })
  if (second === undefined) return found
  throw new LbryClaimError('CLAIM_AMBIGUOUS', 'there are several claims in this transaction', {
    hint: 'say which output is meant',
  })
}

/** Hash of a channel or claim in the order in which claims hold it, as the id that people write; and back again. */
export function idOfHash(hash: Uint8Array): string {
  return bytesToHex(hash.toReversed())
}

/** A claim is named after the place where it was made (`Output.claim_hash` in lbry-sdk); the number is big end first. */
function newClaimHash(transactionHash: Uint8Array, nout: number): Uint8Array {
  const place = new Uint8Array(4)
  new DataView(place.buffer).setUint32(0, nout)
  return ripemd160(sha256(concatBytes(transactionHash, place)))
}

function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new LbryClaimError('CLAIM_INVALID', 'the name of this claim is not UTF-8', { cause })
  }
}
