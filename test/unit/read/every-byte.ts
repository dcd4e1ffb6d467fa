import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import type { TestContext } from 'node:test'
import { HoldfastError } from '../../../src/model/errors.ts'

/** All bytes and both masks with `npm run test:slow`; in `npm test` some, other ones each time. */
export const SLOW: boolean = process.env['SLOW'] === '1'
/** `SEED=…` repeats the choice of a run. */
export const SEED: number = Number(process.env['SEED'] ?? randomInt(2 ** 31))

export interface Flip {
  readonly at: number
  readonly mask: number
}

export interface FlipOptions {
  /** Flips to try in `npm test`, evenly spread; all with `npm run test:slow`. */
  readonly short: number
  /** What is flipped in each byte, in turn or in each of them. @default the lowest and the highest bit of every byte */
  readonly masks?: readonly number[]
  /** One mask a byte, for files that are large. @default false */
  readonly oneMask?: boolean
}

/** Alters one byte after another in place, and puts each back before the next. */
export function* flips(bytes: Uint8Array, options: FlipOptions): Generator<Flip> {
  const { short, masks = [0x01, 0x80], oneMask = false } = options
  const perByte = oneMask ? 1 : masks.length
  const all = bytes.length * perByte
  const step = SLOW ? 1 : Math.max(1, all / short)
  for (let one = SLOW ? 0 : (SEED % 1_000) * 0.001 * step; one < all; one += step) {
    const at = Math.floor(Math.floor(one) / perByte)
    const mask = masks[(oneMask ? at : Math.floor(one)) % masks.length] ?? 1
    const whole = bytes[at] ?? 0
    bytes[at] = whole ^ mask
    try {
      yield { at, mask }
    } finally {
      bytes[at] = whole
    }
  }
}

/** The same bytes without their last one, and with one more of several kinds. */
export function otherLengths(bytes: Uint8Array): Uint8Array[] {
  const longer = [0x00, 0x0a, 0x20, 0xff].map((byte) => Buffer.concat([bytes, Uint8Array.of(byte)]))
  return [bytes.slice(0, -1), ...longer]
}

/** How many were tried and found, and the places of those that nothing depends on. */
export class Tally {
  tried = 0
  /** Byte offsets at which a flip changed nothing that is said. */
  readonly redundant: Set<number> = new Set()
  private readonly codes: ReadonlySet<string>

  /** @param codes - of errors that say that bytes are wrong; no other error counts as found. */
  constructor(codes: readonly string[]) {
    this.codes = new Set(codes)
  }

  /** @param check - throws, or gives what it says as text, which must then be the truth. */
  async take(what: string, flip: Flip, truth: string, check: () => Promise<string> | string): Promise<void> {
    this.tried += 1
    const said = `${what}, byte ${flip.at} ^ ${flip.mask}, SEED=${SEED}`
    let answer: string
    try {
      answer = await check()
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw new Error(said, { cause: error })
      assert.ok(this.codes.has(error.code), `${said}: ${error.code} is no word for it`)
      return
    }
    assert.equal(answer, truth, said)
    this.redundant.add(flip.at)
  }

  /** @param spans - the bytes that nothing depends on, `[from, to)`; each must be proven by at least one flip in a full run. */
  assertRedundantOnlyIn(what: string, spans: readonly (readonly [from: number, to: number])[]): void {
    for (const at of this.redundant)
      assert.ok(
        spans.some(([from, to]) => at >= from && at < to),
        `${what}: byte ${at} may be anything, SEED=${SEED}`,
      )
  }

  tell(context: TestContext, what: string): void {
    context.diagnostic(
      `${what}: ${this.tried} flips, ${this.redundant.size} places that nothing depends on, SEED=${SEED}`,
    )
  }
}

/** Where this line stands in a text file, its newline left out. */
export function lineWith(bytes: Uint8Array, words: string): readonly [from: number, to: number] {
  const from = Buffer.from(bytes).indexOf(words)
  assert.ok(from >= 0, `${words} stands in it`)
  const start = bytes.subarray(0, from).lastIndexOf(0x0a) + 1
  return [start, bytes.indexOf(0x0a, from)]
}
