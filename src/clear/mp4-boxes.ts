import type { BoundedFile } from './bounded-file.ts'

/** One box of an ISO base media file (ISO/IEC 14496-12 section 4.2); QuickTime calls it an atom. */
export interface Box {
  /** Four characters, Latin-1. */
  readonly type: string
  /** Where its content begins and ends, in bytes from the start of the file. */
  readonly start: number
  readonly end: number
}

/** Boxes may lie; what does not add up ends the walk. */
export class BoxesMalformed extends Error {}

/** Counts the boxes of one file: a day's fragmented recording has less than this, a hostile file millions. */
export class BoxCounter {
  #left = 150_000

  count(): void {
    if (--this.#left < 0) throw new BoxesMalformed('too many boxes')
  }
}

/** Yields the boxes that lie side by side between two positions; reads 16 bytes for each. @throws {BoxesMalformed} */
export async function* boxesBetween(
  file: BoundedFile,
  start: number,
  end: number,
  counter: BoxCounter,
): AsyncGenerator<Box> {
  let at = start
  // Four zero bytes may close a QuickTime `udta`.
  while (at + 8 <= end) {
    counter.count()
    const header = await file.read(at, 16)
    if (header.length < 8) throw new BoxesMalformed('the file ends inside a box')
    const view = new DataView(header.buffer, header.byteOffset, header.length)
    const size32 = view.getUint32(0)
    const wide = size32 === 1
    if (wide && header.length < 16) throw new BoxesMalformed('the file ends inside a box')
    // Size 0: the box goes on to the end of what holds it.
    const size = wide ? Number(view.getBigUint64(8)) : size32 === 0 ? end - at : size32
    const content = at + (wide ? 16 : 8)
    if (at + size < content || at + size > end)
      throw new BoxesMalformed('a box is smaller or larger than there is room for')
    yield { type: String.fromCharCode(...header.subarray(4, 8)), start: content, end: at + size }
    at += size
  }
}
