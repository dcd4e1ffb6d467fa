import { randomFillSync } from 'node:crypto'

/** Characters of an id; any other text is kept as a text. @see manifest-v1 §2.6 */
const ID_BYTES = 11
const NOTHING = -1

/** Bundles by number, in the order in which they were first met: 25 bytes each, where a Map of texts takes a hundred. */
export interface NumberedIds {
  readonly length: number
  /** Gives a new id the next number. */
  number(id: string): number
  /** The number, or -1. */
  find(id: string): number
  /** @throws {RangeError} for a number that was not given. */
  idOf(bundle: number): string
}

export function numberedIds(): NumberedIds {
  let length = 0
  let symbols = Buffer.alloc(1024 * ID_BYTES)
  /** One more than a number, or 0; at most half of the slots are used. */
  let slots = new Uint32Array(2048)
  const factors = randomFillSync(new Uint32Array(ID_BYTES))
  /** What is no id of eleven ASCII characters; in the other columns such a text has zeros. */
  const others = { numbers: new Map<string, number>(), texts: new Map<number, string>() }
  const written = Buffer.alloc(ID_BYTES)

  /** The slot where the id that is written stands, or where it belongs. */
  function slotOf(bytes: Uint8Array, at: number): number {
    const last = slots.length - 1
    for (let slot = hashOf(bytes, at, factors) >>> Math.clz32(last); ; slot = (slot + 1) & last) {
      const start = ((slots[slot] ?? 0) - 1) * ID_BYTES
      if (start < 0 || isSame(symbols, start, bytes, at)) return slot
    }
  }

  function grow(): void {
    symbols = Buffer.concat([symbols, Buffer.alloc(symbols.length)])
    slots = new Uint32Array(slots.length * 2)
    for (let bundle = 0; bundle < length; bundle++)
      if (!others.texts.has(bundle)) slots[slotOf(symbols, bundle * ID_BYTES)] = bundle + 1
  }

  const find = (id: string): number =>
    writeId(written, id) ? (slots[slotOf(written, 0)] ?? 0) - 1 : (others.numbers.get(id) ?? NOTHING)

  return {
    get length() {
      return length
    },
    find,
    number(id) {
      const known = find(id)
      if (known !== NOTHING) return known
      if (length * ID_BYTES === symbols.length) grow()
      if (writeId(written, id)) {
        slots[slotOf(written, 0)] = length + 1
        symbols.set(written, length * ID_BYTES)
      } else {
        others.numbers.set(id, length)
        others.texts.set(length, id)
      }
      length += 1
      return length - 1
    },
    idOf(bundle) {
      if (bundle < 0 || bundle >= length) throw new RangeError(`there is no bundle ${bundle}`)
      return others.texts.get(bundle) ?? symbols.toString('latin1', bundle * ID_BYTES, (bundle + 1) * ID_BYTES)
    },
  }
}

/** Writes an id of eleven ASCII characters; another text it refuses. */
function writeId(target: Uint8Array, id: string): boolean {
  if (id.length !== ID_BYTES) return false
  for (let i = 0; i < ID_BYTES; i++) {
    const code = id.charCodeAt(i)
    if (code === 0 || code > 127) return false
    target[i] = code
  }
  return true
}

/**
 * Multilinear hashing, of which the upper 25 bits are good: ids are chosen by the publisher, and whoever does not know the
 * factors cannot choose ids that collide.
 */
function hashOf(bytes: Uint8Array, at: number, factors: Uint32Array): number {
  let hash = 0
  for (let i = 0; i < ID_BYTES; i++) hash = (hash + Math.imul(factors[i] ?? 0, bytes[at + i] ?? 0)) | 0
  return hash >>> 0
}

function isSame(one: Uint8Array, start: number, other: Uint8Array, at: number): boolean {
  for (let i = 0; i < ID_BYTES; i++) if (one[start + i] !== other[at + i]) return false
  return true
}
