import { type GrowingNumbers, growingNumbers } from './growing-numbers.ts'

/** Bytes of a row; the hash is first. */
const ROW_BYTES = 36

/** Finds rows by their hash, nearly: row keys are SHA-256, so any bytes of them are as good as a hash of them. */
export interface ChainTable {
  /** Takes the rows in order. */
  add(hash: Uint8Array): void
  /** Numbers of the rows with this hash, and of one in a hundred others. */
  candidates(hash: Uint8Array): Iterable<number>
}

/** @param pages - all rows that were added, again, some at a time; asked for when the table grows. */
export function chainTable(pages: () => Iterable<Uint8Array>): ChainTable {
  /** One more than the number of the row that came before in the same chain; 0 ends it. */
  const before: GrowingNumbers = growingNumbers(Uint32Array)
  /** A byte of each hash that its slot says nothing of. */
  const tags: GrowingNumbers = growingNumbers(Uint8Array)
  let heads = new Uint32Array(2_048)
  const slotOf = (bytes: Uint8Array, at: number): number => word(bytes, at + 4) & (heads.length - 1)
  function grow(): void {
    heads = new Uint32Array(heads.length * 2)
    let row = 0
    for (const page of pages()) {
      for (let start = 0; start < page.length; start += ROW_BYTES, row++) {
        const slot = slotOf(page, start)
        before.set(row, heads[slot] ?? 0)
        heads[slot] = row + 1
      }
    }
  }
  return {
    add(hash) {
      // Two rows in a chain on average.
      if (before.length === heads.length * 2) grow()
      const slot = slotOf(hash, 0)
      tags.push(hash[8] ?? 0)
      before.push(heads[slot] ?? 0)
      heads[slot] = before.length
    },
    *candidates(hash) {
      const tag = hash[8] ?? 0
      for (let next = heads[slotOf(hash, 0)] ?? 0; next > 0; next = before.at(next - 1))
        if (tags.at(next - 1) === tag) yield next - 1
    },
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  )
}
