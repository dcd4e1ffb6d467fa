import { base16, base16upper } from 'multiformats/bases/base16'
import { base32, base32upper } from 'multiformats/bases/base32'
import { base36, base36upper } from 'multiformats/bases/base36'
import { base58btc, base58flickr } from 'multiformats/bases/base58'
import { base64, base64pad, base64url, base64urlpad } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import { create as createMultihash } from 'multiformats/hashes/digest'
import { HoldfastError } from './errors.ts'

/** Codec of a file's leaves: bytes as they are. Source: multicodec table, `raw`. */
export const RAW_CODEC = 0x55
/** Codec of inner nodes and directories. Source: multicodec table, `dag-pb`. */
export const DAG_PB_CODEC = 0x70
/** Source: multicodec table, `sha2-256`. */
export const SHA2_256 = 0x12
const SHA2_256_BYTES = 32
/** Far above any CID in use (36 bytes); base 58 takes time in the square of the length, so a limit comes first. */
const MAX_TEXT = 256

export const CONTENT_ID_ERROR_CODES = ['CID_INVALID'] as const
export type ContentIdErrorCode = (typeof CONTENT_ID_ERROR_CODES)[number]
export class ContentIdError extends HoldfastError<ContentIdErrorCode> {
  override name = 'ContentIdError' as const
}

const BASES = [
  ...[base32, base32upper, base58btc, base58flickr, base36, base36upper],
  ...[base16, base16upper, base64, base64pad, base64url, base64urlpad],
]

/**
 * Reads a CID of either version in any of the usual bases. Text and binary form must be the only ones of their CID:
 * another case, loose padding, varints that are longer than needed and digests cut short are refused.
 *
 * @throws {ContentIdError} `CID_INVALID`.
 */
export function parseCid(text: string): CID {
  try {
    if (text.length > MAX_TEXT) throw new RangeError('the text is too long')
    const base = BASES.find(({ prefix }) => prefix === text[0])
    // CIDv0 is bare base 58, without the letter that names its base.
    const cid = requireCanonical(base === undefined ? CID.parse(text) : CID.parse(text, base.decoder))
    if (cid.toString(cid.version === 0 ? undefined : base?.encoder) !== text) throw new RangeError('another spelling')
    return cid
  } catch (cause) {
    throw new ContentIdError('CID_INVALID', `not a content ID: ${JSON.stringify(text.slice(0, 80))}`, { cause })
  }
}

/**
 * Reads the binary form, as strictly as {@link parseCid}.
 *
 * @throws {ContentIdError} `CID_INVALID`.
 */
export function decodeCid(bytes: Uint8Array): CID {
  try {
    return requireCanonical(CID.decode(bytes))
  } catch (cause) {
    throw new ContentIdError('CID_INVALID', 'these bytes are not a content ID', { cause })
  }
}

/** The one text of a CID: version 1, base 32, lower case. A CIDv0 becomes the CIDv1 of the same block. */
export function cidText(cid: CID): string {
  return cid.toV1().toString(base32)
}

/** CIDv1 of a block of plain bytes. @param digest - its SHA-256; 32 bytes, copied. */
export function rawCid(digest: Uint8Array): CID {
  return CID.createV1(RAW_CODEC, createMultihash(SHA2_256, sha256Of(digest)))
}

/** CIDv1 of an inner node or a directory. @param digest - SHA-256 of its encoded block; 32 bytes, copied. */
export function dagPbCid(digest: Uint8Array): CID {
  return CID.createV1(DAG_PB_CODEC, createMultihash(SHA2_256, sha256Of(digest)))
}

/** True for what `unixfs-v1-2025` makes: version 1, SHA-256 in full, `raw` or `dag-pb`. */
export function isProfileCid(cid: CID): boolean {
  return cid.version === 1 && (cid.code === RAW_CODEC || cid.code === DAG_PB_CODEC) && digestOf(cid) !== undefined
}

/** The SHA-256 inside a CID; nothing when it was made with another hash. Not a copy. */
export function digestOf(cid: CID): Uint8Array | undefined {
  const { code, digest } = cid.multihash
  return code === SHA2_256 && digest.length === SHA2_256_BYTES ? digest : undefined
}

function sha256Of(digest: Uint8Array): Uint8Array {
  if (digest.length !== SHA2_256_BYTES) throw new RangeError(`a SHA-256 has 32 bytes, not ${digest.length}`)
  // Not `slice`, which for a Buffer is a view of the caller's bytes.
  return new Uint8Array(digest)
}

/** Answers with a fresh CID, because the given one remembers the text it was read from. */
function requireCanonical(cid: CID): CID {
  const again = CID.create(cid.version, cid.code, createMultihash(cid.multihash.code, cid.multihash.digest))
  if (again.bytes.length !== cid.bytes.length || !again.bytes.every((byte, i) => byte === cid.bytes[i])) {
    throw new RangeError('the binary form is not the shortest one')
  }
  return again
}
