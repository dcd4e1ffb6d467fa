import { base16 } from 'multiformats/bases/base16'
import { base32 } from 'multiformats/bases/base32'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import { create as createMultihash, decode as decodeMultihash } from 'multiformats/hashes/digest'

/** Source: multicodec table, `libp2p-key`. */
const LIBP2P_KEY_CODEC = 0x72
/** Source: multicodec table, `identity`. */
const IDENTITY = 0x00
/** A libp2p public key as protobuf: type Ed25519 (1), then 32 bytes. Source: libp2p specs, peer-ids. */
const KEY_PREFIX: readonly number[] = [0x08, 0x01, 0x12, 0x20]
const KEY_BYTES = 32
/** Far above any spelling of such a name, and far below what takes base 58 time. */
const MAX_TEXT = 128
const BASES = [base36, base32, base58btc, base16]

/**
 * The Ed25519 key that an IPNS name is: names are compared by it, whatever their spelling (`k51…`, `bafz…`, `12D3Koo…`).
 * Nothing for what is no name, or the name of a key of another type.
 */
export function parseIpnsName(text: string): Uint8Array | undefined {
  try {
    if (text.length > MAX_TEXT) return undefined
    return /^(?:12D3|Qm)/u.test(text) ? keyOf(decodeMultihash(base58btc.baseDecode(text))) : keyOfCid(text)
  } catch {
    // What cannot be read is no name: this is the answer, not a failure.
    return undefined
  }
}

/** The one text in which this program writes a name: CIDv1, base 36. @param publicKey - Ed25519; 32 bytes. */
export function ipnsNameText(publicKey: Uint8Array): string {
  const digest = Uint8Array.from([...KEY_PREFIX, ...publicKey])
  return CID.createV1(LIBP2P_KEY_CODEC, createMultihash(IDENTITY, digest)).toString(base36)
}

function keyOfCid(text: string): Uint8Array | undefined {
  const base = BASES.find(({ prefix }) => prefix === text[0])
  if (base === undefined) return undefined
  const cid = CID.parse(text, base.decoder)
  return cid.version === 1 && cid.code === LIBP2P_KEY_CODEC ? keyOf(cid.multihash) : undefined
}

function keyOf({ code, digest }: { readonly code: number; readonly digest: Uint8Array }): Uint8Array | undefined {
  const isOurs = code === IDENTITY && digest.length === KEY_PREFIX.length + KEY_BYTES
  if (!isOurs || KEY_PREFIX.some((byte, i) => digest[i] !== byte)) return undefined
  return digest.slice(KEY_PREFIX.length)
}
