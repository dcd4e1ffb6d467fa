/**
 * The constants and lengths of LBRY streams, as lbry-sdk 0.113.0 has them in `lbry/blob/__init__.py` and
 * `lbry/stream/descriptor.py`. A file is cut into chunks; each chunk is encrypted with AES-128-CBC and PKCS#7 padding
 * into one blob; a blob's name is the SHA-384 of its encrypted bytes.
 */

/** Largest blob, encrypted. The descriptor is a blob as well and has the same limit. */
export const MAX_BLOB_BYTES = 2_097_152
/** Plain bytes in every blob but the last: one less than a blob, so that padding always fits. */
export const CHUNK_BYTES: number = MAX_BLOB_BYTES - 1
/** Bytes of an AES block, of the key of a stream and of each IV. */
export const AES_BLOCK_BYTES = 16
/** Hexadecimal digits of a SHA-384. */
export const HASH_DIGITS = 96
/** Longest name that we read or write: no file system has longer ones, and names are shown to people. */
export const MAX_NAME_BYTES = 4096
/** The one type that streams have. */
export const STREAM_TYPE = 'lbryfile'

/** Encrypted length of a chunk: padding adds 1 to 16 bytes. */
export function blobLength(plainBytes: number): number {
  return plainBytes - (plainBytes % AES_BLOCK_BYTES) + AES_BLOCK_BYTES
}

/** Blobs that the data of a file takes, the terminator not counted; 0 for an empty file. */
export function blobsIn(fileBytes: number): number {
  return Math.ceil(fileBytes / CHUNK_BYTES)
}

/** Plain bytes of chunk `index` of a file. */
export function chunkLength(fileBytes: number, index: number): number {
  return Math.min(CHUNK_BYTES, fileBytes - index * CHUNK_BYTES)
}

/** Whether text is a hash as LBRY writes it: SHA-384 in lower-case hexadecimal. */
export function isHash(text: string): boolean {
  return text.length === HASH_DIGITS && /^[0-9a-f]*$/.test(text)
}
