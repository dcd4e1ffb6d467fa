/** Bytes that come in pieces of any length, taken out in the lengths that a format has. */
export interface ByteInput {
  /** Fills all of `into`. @returns false when the bytes end before that. */
  fill(into: Uint8Array): Promise<boolean>
  /** Passes over so many bytes. @returns false when the bytes end before that. */
  skip(bytes: number): Promise<boolean>
}

export function byteInput(source: AsyncIterable<Uint8Array>): ByteInput {
  const iterator = source[Symbol.asyncIterator]()
  let piece: Uint8Array = new Uint8Array(0)
  const take = async (bytes: number, use: (part: Uint8Array, at: number) => void): Promise<boolean> => {
    for (let at = 0; at < bytes; ) {
      if (piece.length === 0) {
        const { done, value } = await iterator.next()
        if (done === true) return false
        piece = value
      }
      const part = piece.subarray(0, bytes - at)
      use(part, at)
      piece = piece.subarray(part.length)
      at += part.length
    }
    return true
  }
  return {
    fill: (into) => take(into.length, (part, at) => into.set(part, at)),
    skip: (bytes) => take(bytes, () => undefined),
  }
}
