/** Reads bytes from the front, never beyond their end. */
export interface ByteReader {
  /** Bytes that were read so far. */
  readonly position: number
  readonly left: number
  /** A view of the next bytes. */
  take(count: number): Uint8Array
  /** Little-endian, of 1, 2 or 4 bytes. */
  uint(bytes: 1 | 2 | 4): number
  /** A count as Bitcoin writes them (CompactSize); only in its shortest form, as nodes require. */
  compactSize(): number
}

/** @param fail - makes the error for bytes that end too early or are not as they must be. */
export function byteReader(bytes: Uint8Array, fail: (why: string) => Error): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let position = 0

  function advance(count: number): number {
    if (count > bytes.length - position) throw fail('it ends too early')
    position += count
    return position - count
  }
  function uint(count: 1 | 2 | 4): number {
    const at = advance(count)
    if (count === 1) return view.getUint8(at)
    return count === 2 ? view.getUint16(at, true) : view.getUint32(at, true)
  }
  return {
    get position() {
      return position
    },
    get left() {
      return bytes.length - position
    },
    take(count) {
      const at = advance(count)
      return bytes.subarray(at, at + count)
    },
    uint,
    compactSize() {
      const first = uint(1)
      if (first < 0xfd) return first
      // 0xff begins a number of 8 bytes, more than any transaction has.
      if (first === 0xff) throw fail('a count is too large')
      const value = uint(first === 0xfd ? 2 : 4)
      if (value < (first === 0xfd ? 0xfd : 0x1_0000)) throw fail('a count is written in a longer form than needed')
      return value
    },
  }
}
