import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'
import { type ByteReader, byteReader } from './byte-reader.ts'
import { LbryClaimError } from './errors.ts'
import { bytesOfHex } from './hex.ts'

/** The parts of a transaction that prove something about a claim. */
export interface Transaction {
  /** 64 hexadecimal digits, in the order in which people write them. */
  readonly txid: string
  /** The same hash in the order in which transactions hold it; 32 bytes. */
  readonly hash: Uint8Array
  /** Which output the first input spends: its transaction's hash and its number, little end first; 36 bytes. */
  readonly firstOutpoint: Uint8Array
  /** Scripts of the outputs, in order. */
  readonly scripts: readonly Uint8Array[]
}

/** Nodes relay and mine none with more weight than this, and no byte weighs less than one (lbcd, maxStandardTxWeight). */
export const MAX_TRANSACTION_BYTES = 400_000
const OUTPOINT_BYTES = 36
/** Outpoint, empty script, sequence. */
const LEAST_INPUT_BYTES = 41
/** Amount and empty script. */
const LEAST_OUTPUT_BYTES = 9

/**
 * Reads a raw transaction that may be hostile. Scripts are not run and spending signatures not checked: what a node
 * accepted is known from its block only.
 *
 * @param raw - bytes, or hexadecimal as the daemon gives it in `hex`.
 * @throws {LbryClaimError} `CLAIM_TRANSACTION_INVALID`.
 */
export function parseTransaction(raw: Uint8Array | string): Transaction {
  if (raw.length > (typeof raw === 'string' ? 2 : 1) * MAX_TRANSACTION_BYTES) throw invalid('it is too large')
  const bytes = typeof raw === 'string' ? bytesOfHex(raw, () => invalid('it is not hexadecimal')) : raw
  const reader = byteReader(bytes, invalid)
  const version = reader.take(4)
  const inputsAt = hasWitness(bytes) ? 6 : 4
  reader.take(inputsAt - 4)
  const inputs = countOf(reader, LEAST_INPUT_BYTES)
  if (inputs === 0) throw invalid('it spends nothing')
  const outpoints = Array.from({ length: inputs }, () => readInput(reader))
  const scripts = Array.from({ length: countOf(reader, LEAST_OUTPUT_BYTES) }, () => readOutput(reader))
  const body = bytes.subarray(inputsAt, reader.position)
  if (inputsAt === 6) skipWitness(reader, inputs)
  const locktime = reader.take(4)
  if (reader.left > 0) throw invalid('something follows its end')
  const hash = sha256(sha256(concatBytes(version, body, locktime)))
  return { txid: bytesToHex(hash.toReversed()), hash, firstOutpoint: outpoints[0] ?? new Uint8Array(), scripts }
}

/** A transaction with witnesses says that it has no inputs, and then 1 (BIP 144). Its id leaves the witnesses out. */
function hasWitness(bytes: Uint8Array): boolean {
  return bytes[4] === 0 && bytes[5] === 1
}

/** A count that the bytes left can hold, so that no list is made longer than what was sent. */
function countOf(reader: ByteReader, leastBytes: number): number {
  const count = reader.compactSize()
  if (count > reader.left / leastBytes) throw invalid('it ends too early')
  return count
}

function readInput(reader: ByteReader): Uint8Array {
  const outpoint = reader.take(OUTPOINT_BYTES)
  reader.take(reader.compactSize())
  reader.take(4)
  return outpoint
}

function readOutput(reader: ByteReader): Uint8Array {
  reader.take(8)
  return reader.take(reader.compactSize())
}

function skipWitness(reader: ByteReader, inputs: number): void {
  for (let input = 0; input < inputs; input++)
    for (let items = countOf(reader, 1); items > 0; items--) reader.take(reader.compactSize())
}

function invalid(why: string): LbryClaimError {
  return new LbryClaimError('CLAIM_TRANSACTION_INVALID', `this is not a transaction: ${why}`, {
    hint: 'give the whole of it, as bytes or as the digits that the daemon shows as hex',
  })
}
