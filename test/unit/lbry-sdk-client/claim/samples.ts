import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { parseTransaction } from '../../../../src/lbry-sdk-client/claim/transaction.ts'
import { signatureDigest } from '../../../../src/lbry-sdk-client/claim/verify-signature.ts'
import recorded from '../../../vectors/lbrynet/claim/transactions.json' with { type: 'json' }

/** A transaction that the daemon answered with, and what it said of it. */
export interface Recorded {
  readonly method: string
  readonly name?: string
  readonly type?: string
  readonly op?: string
  readonly txid: string
  readonly claimId?: string
  readonly nout?: number
  readonly firstInput: { readonly txid: string; readonly nout: number }
  readonly outputs: number
  readonly signed?: boolean
  readonly channelId?: string
  readonly publicKey?: string
  readonly title?: string
  readonly sdHash?: string
  readonly sourceHash?: string
  readonly size?: string
  readonly hex: string
}
export const transactions: readonly Recorded[] = recorded

export function recordedBy(accept: (transaction: Recorded) => boolean): Recorded {
  const found = transactions.find(accept)
  if (found === undefined) throw new Error('there is no such recording')
  return found
}
/** The publication of first-video in the channel @testpub. */
export const film: Recorded = recordedBy(({ name, signed }) => name === 'first-video' && signed === true)
export const channel: Recorded = recordedBy(({ name, type }) => name === '@testpub' && type === 'channel')

export interface Source {
  readonly hash?: Uint8Array
  readonly size?: bigint
  readonly sdHash?: Uint8Array
}

export function streamMessage({ hash, size, sdHash }: Source, title = 'A film'): Uint8Array {
  const source = new BinaryWriter()
  if (hash !== undefined) source.tag(1, 2).bytes(hash)
  if (size !== undefined) source.tag(3, 0).uint64(size)
  if (sdHash !== undefined) source.tag(6, 2).bytes(sdHash)
  const stream = new BinaryWriter().tag(1, 2).bytes(source.finish()).finish()
  return new BinaryWriter().tag(1, 2).bytes(stream).tag(8, 2).string(title).finish()
}

export const secretKey: Uint8Array = new Uint8Array(32).fill(7)
export const publicKey: Uint8Array = secp256k1.getPublicKey(secretKey, true)

export function channelMessage(key: Uint8Array = publicKey): Uint8Array {
  const body = new BinaryWriter().tag(1, 2).bytes(key).finish()
  return new BinaryWriter().tag(2, 2).bytes(body).finish()
}

function push(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 76) return Buffer.from([bytes.length, ...bytes])
  return Buffer.concat([Buffer.from([0x4d, bytes.length & 255, bytes.length >> 8]), bytes])
}

/** Script of a claim; an update when a claim hash is given. */
export function claimScript(name: string, value: Uint8Array, claimHash?: Uint8Array): Uint8Array {
  const pushes = [Buffer.from(name), ...(claimHash === undefined ? [] : [claimHash]), value].map(push)
  const ops = claimHash === undefined ? [[0xb5], [0x6d, 0x75]] : [[0xb7], [0x6d, 0x6d]]
  const [op = [], drops = []] = ops
  return Buffer.concat([
    Buffer.from(op),
    ...pushes,
    Buffer.from(drops),
    Buffer.from('76a914', 'hex'),
    Buffer.alloc(20, 1),
    Buffer.from('88ac', 'hex'),
  ])
}

export const outpoint: Buffer = Buffer.concat([Buffer.alloc(32, 0xaa), Buffer.from([1, 0, 0, 0])])

/** A transaction with these outputs. */
export function transactionOf(scripts: readonly Uint8Array[], spends: Uint8Array = outpoint): Buffer {
  const outputs = scripts.map((script) =>
    Buffer.concat([Buffer.alloc(8, 2), Buffer.from([0xfd, script.length & 255, script.length >> 8]), script]),
  )
  const shortOutputs = outputs.map((output, i) => {
    const script = scripts[i] ?? Buffer.of()
    return script.length < 0xfd ? Buffer.concat([output.subarray(0, 8), Buffer.of(script.length), script]) : output
  })
  const input = Buffer.concat([spends, Buffer.of(0), Buffer.alloc(4, 255)])
  return Buffer.concat([
    Buffer.from([1, 0, 0, 0, 1]),
    input,
    Buffer.of(scripts.length),
    ...shortOutputs,
    Buffer.alloc(4),
  ])
}

/** The value of a claim that `secretKey` signed for a channel, to be used with a transaction that spends `spends` first. */
export function signedValue(message: Uint8Array, channelHash: Uint8Array, spends: Uint8Array = outpoint): Buffer {
  const any = parseTransaction(transactionOf([], spends))
  const digest = signatureDigest(any, channelHash, message)
  const signature = secp256k1.sign(digest, secretKey, { prehash: false })
  return Buffer.concat([Buffer.of(1), channelHash, signature, message])
}

export function unsignedValue(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0), message])
}

/** A claim id as scripts hold it. */
export function hashOfId(claimId: string): Buffer {
  return Buffer.from(claimId, 'hex').reverse()
}
