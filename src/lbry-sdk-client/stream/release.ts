/**
 * Gives the memory of bytes back at once; they are empty afterwards. Blobs come faster than garbage is collected, which
 * would hold some thirty of them. Only for bytes that have a buffer of their own and that nobody else was given.
 */
export function release(bytes: Uint8Array<ArrayBuffer>): void {
  bytes.buffer.transfer(0)
}
