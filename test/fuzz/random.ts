/**
 * Numbers that follow from their seed alone (mulberry32), so that one input of a million can be made again without the
 * others. Good enough to vary test inputs; of no use for anything secret.
 */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** An integer from 0 to `below - 1`; 0 when there is nothing below. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0]
  }
}

/** The seed of one input: what it is for, the seed of the run, and its number. FNV-1a. */
export function seedOf(name: string, seed: number, index: number): number {
  let hash = 0x811c9dc5
  for (const part of [name, '\0', String(seed), '\0', String(index)]) {
    for (let i = 0; i < part.length; i += 1) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}
