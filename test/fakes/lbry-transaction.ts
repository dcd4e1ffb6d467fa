import { createHash } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { base58btc } from 'multiformats/bases/base58'

/** A transaction as it stands on the chain, made without a wallet: inputs are not signed, everything else is real. */
export interface MadeTransaction {
  readonly hex: string
  readonly txid: string
}

export interface Outpoint {
  readonly txid: string
  readonly nout: number
}

/** What an output is for; `value` is the claim as a wallet writes it, with its signature. */
export type Purpose =
  | { readonly kind: 'payment' }
  | { readonly kind: 'create'; readonly name: string; readonly value: Uint8Array }
  | { readonly kind: 'update'; readonly name: string; readonly claimId: string; readonly value: Uint8Array }
  | { readonly kind: 'support'; readonly name: string; readonly claimId: string }

export interface MadeOutput {
  readonly dewies: bigint
  /** Of the key that may spend it: 20 bytes. */
  readonly keyHash: Uint8Array
  readonly purpose: Purpose
}

/** Size of a signature and a public key in an input, so that fees come out as the real ones. */
const INPUT_SCRIPT_BYTES = 107

export function makeTransaction(inputs: readonly Outpoint[], outputs: readonly MadeOutput[]): MadeTransaction {
  const bytes = Buffer.concat([
    uint32(1),
    varint(inputs.length),
    ...inputs.flatMap(({ txid, nout }) => [
      reversed(txid),
      uint32(nout),
      varint(INPUT_SCRIPT_BYTES),
      Buffer.alloc(INPUT_SCRIPT_BYTES, 0x51),
      uint32(0xffffffff),
    ]),
    varint(outputs.length),
    ...outputs.flatMap((output) => {
      const script = scriptOf(output)
      return [uint64(output.dewies), varint(script.length), script]
    }),
    uint32(0),
  ])
  return { hex: bytes.toString('hex'), txid: Buffer.from(sha256d(bytes)).reverse().toString('hex') }
}

/** Of the output that creates the claim: RIPEMD-160 of SHA-256 of the outpoint, its number big-endian (facts 3). */
export function claimIdOf({ txid, nout }: Outpoint): string {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(nout)
  return hash160(Buffer.concat([reversed(txid), number]))
    .reverse()
    .toString('hex')
}

export function unsignedValue(protobuf: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([0]), protobuf])
}

/** Signs as a channel: over the first input, the channel and the claim (facts 3). */
export function signedValue(protobuf: Uint8Array, first: Outpoint, channelId: string, key: Uint8Array): Uint8Array {
  const channel = reversed(channelId)
  const digest = sha256(Buffer.concat([reversed(first.txid), uint32(first.nout), channel, protobuf]))
  const signature = secp256k1.sign(digest, key, { prehash: false })
  return Buffer.concat([Buffer.from([1]), channel, signature, protobuf])
}

export function publicKeyOf(key: Uint8Array): Uint8Array {
  return secp256k1.getPublicKey(key, true)
}

/** A regtest address. */
export function addressOf(keyHash: Uint8Array): string {
  const payload = Buffer.concat([Buffer.from([111]), keyHash])
  return base58btc.baseEncode(Buffer.concat([payload, sha256d(payload).subarray(0, 4)]))
}

export function hash160(bytes: Uint8Array): Buffer {
  return createHash('ripemd160').update(sha256(bytes)).digest()
}

function scriptOf({ keyHash, purpose }: MadeOutput): Buffer {
  const spend = Buffer.concat([Buffer.from('76a914', 'hex'), keyHash, Buffer.from('88ac', 'hex')])
  const name = 'name' in purpose ? push(Buffer.from(purpose.name)) : Buffer.alloc(0)
  switch (purpose.kind) {
    case 'payment':
      return spend
    case 'create':
      return Buffer.concat([Buffer.from([0xb5]), name, push(purpose.value), Buffer.from('6d75', 'hex'), spend])
    case 'update':
      return Buffer.concat([
        Buffer.from([0xb7]),
        name,
        push(reversed(purpose.claimId)),
        push(purpose.value),
        Buffer.from('6d6d', 'hex'),
        spend,
      ])
    case 'support':
      return Buffer.concat([
        Buffer.from([0xb6]),
        name,
        push(reversed(purpose.claimId)),
        Buffer.from('6d75', 'hex'),
        spend,
      ])
  }
}

function push(bytes: Uint8Array): Buffer {
  const { length } = bytes
  if (length < 0x4c) return Buffer.concat([Buffer.from([length]), bytes])
  if (length < 0x100) return Buffer.concat([Buffer.from([0x4c, length]), bytes])
  return Buffer.concat([Buffer.from([0x4d, length & 0xff, length >> 8]), bytes])
}

function varint(value: number): Buffer {
  return value < 0xfd ? Buffer.from([value]) : Buffer.from([0xfd, value & 0xff, value >> 8])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

/** Ids are written backwards. */
function reversed(hex: string): Buffer {
  return Buffer.from(hex, 'hex').reverse()
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function sha256d(bytes: Uint8Array): Buffer {
  return sha256(sha256(bytes))
}
