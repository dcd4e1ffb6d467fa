import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findClaim } from '../../../../src/lbry-sdk-client/claim/find-claim.ts'
import { parseTransaction } from '../../../../src/lbry-sdk-client/claim/transaction.ts'
import { type KnownClaim, verifyClaim } from '../../../../src/lbry-sdk-client/claim/verify-claim.ts'
import { slow } from '../stream/samples.ts'
import { film, recordedBy } from './samples.ts'

/** Each byte is changed in these ways. */
const MASKS = slow ? [1, 2, 4, 8, 16, 32, 64, 128, 255] : [1, 128, 255]

/** False when it is refused: thrown as a bad transaction or claim, or a step that failed. */
function passes(raw: Uint8Array, known: KnownClaim): boolean {
  try {
    return verifyClaim(raw, known).steps.every(({ verdict }) => verdict !== 'failed')
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'LbryClaimError', String(error))
    return false
  }
}

/** The places whose damage passes, each with what came of it. */
function* passing(raw: Uint8Array, known: KnownClaim): Generator<{ at: number; bytes: Uint8Array }> {
  for (let at = 0; at < raw.length; at++)
    for (const mask of MASKS) {
      const bytes = new Uint8Array(raw)
      bytes[at] = (bytes[at] ?? 0) ^ mask
      if (passes(bytes, known)) yield { at, bytes }
    }
}

/** Where the parts of a transaction with one input are. */
function partsOf(
  raw: Uint8Array,
): Readonly<Record<'spending' | 'outpoint' | 'claim' | 'value' | 'outputs', readonly [from: number, to: number]>> {
  const { scripts } = parseTransaction(raw)
  const { value } = findClaim(parseTransaction(raw))
  const at = (part: Uint8Array): number => Buffer.from(raw).indexOf(Buffer.from(part))
  const script = scripts[0] ?? Buffer.of()
  return {
    outpoint: [5, 41],
    // The script that spends, and its sequence; then the count of outputs, the amount, and the length of the script.
    spending: [41, at(script)],
    claim: [at(script), at(value)],
    value: [at(value), at(value) + value.length],
    // What follows the value: the drops, the payment script, other outputs and the lock time.
    outputs: [at(value) + value.length, raw.length],
  }
}

const within = (at: number, [from, to]: readonly [number, number]): boolean => at >= from && at < to

describe('damage to a transaction', () => {
  const raw = Buffer.from(film.hex, 'hex')
  const parts = partsOf(raw)
  const signer = { channelId: film.channelId, publicKey: film.publicKey }

  it('is found everywhere by the id of the transaction', () => {
    assert.deepEqual([...passing(raw, { txid: film.txid })], [])
  })

  it('is found everywhere by the id of a new claim', () => {
    assert.deepEqual([...passing(raw, { claimId: film.claimId })], [])
  })

  it('is found by the key of the channel in every byte that the channel signed', () => {
    // The channel signs which output is spent first, its own id and the message. All of the rest passes when the caller
    // knows neither txid nor claim id: it is then another transaction, with another claim of the same channel's words.
    const redundant = [[0, 4], parts.spending, parts.claim, parts.outputs] as const
    const seen = new Set<number>()
    for (const { at, bytes } of passing(raw, signer)) {
      assert.ok(
        redundant.some((part) => within(at, part)),
        `byte ${at}`,
      )
      const { claim } = verifyClaim(bytes)
      assert.notEqual(claim.txid, film.txid)
      assert.notEqual(claim.claimId, film.claimId)
      assert.deepEqual(claim.source, verifyClaim(raw).claim.source)
      seen.add(at)
    }
    // And it does pass there: version, spending signature, amount, name, payment and lock time are not the channel's.
    for (const at of [0, 60, parts.claim[0] + 3, raw.length - 1]) assert.ok(seen.has(at), `byte ${at}`)
  })

  it('is found in every bit of the signature', () => {
    const value = parts.value[0]
    for (let bit = 0; bit < 64 * 8; bit++) {
      const bytes = Buffer.from(raw)
      const at = value + 21 + (bit >> 3)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
      assert.equal(verifyClaim(bytes, signer).steps.find(({ step }) => step === 'signature')?.verdict, 'failed')
    }
  })

  it('is found in an update by the id of the transaction, and not by that of the claim, which is only said there', () => {
    const update = recordedBy(({ op, signed }) => op === 'update' && signed === true)
    const bytes = Buffer.from(update.hex, 'hex')
    assert.deepEqual([...passing(bytes, { txid: update.txid })], [])
    const [first] = passing(bytes, { claimId: update.claimId })
    assert.notEqual(first, undefined)
    const claimId = Buffer.from(update.claimId ?? '', 'hex').reverse()
    const at = bytes.indexOf(claimId)
    for (let i = at; i < at + 20; i++) {
      const changed = Buffer.from(bytes)
      changed[i] = (changed[i] ?? 0) ^ 1
      assert.equal(passes(changed, { claimId: update.claimId }), false)
    }
  })

  it('does not matter in witnesses, which the id of a transaction leaves out', () => {
    const witness = Buffer.from([2, 3, 9, 9, 9, 1, 8])
    const segwit = Buffer.concat([raw.subarray(0, 4), Buffer.of(0, 1), raw.subarray(4, -4), witness, raw.subarray(-4)])
    assert.equal(parseTransaction(segwit).txid, film.txid)
    const from = segwit.length - 4 - witness.length
    // The bytes of the three and of the one that are the items; the counts before them say where the end is.
    const items = [2, 3, 4, 6].map((i) => from + i)
    const found = new Set([...passing(segwit, { txid: film.txid })].map(({ at }) => at))
    assert.deepEqual([...found], items)
  })
})
