/** A parser under fuzz. One file a parser in `parsers/`; a new one is a file and a line in a list of a `.test.ts`. */
export interface FuzzTarget {
  readonly name: string
  /** Inputs of the million that it gets; more for what is fast and first to meet strangers. */
  readonly share: number
  /**
   * Inputs to begin with, most of them valid.
   *
   * @param seed - varies what is generated; frozen vectors and what is built in code stay the same.
   */
  seeds(seed: number): readonly Uint8Array[]
  /** Words of the format, for the mutator. */
  readonly words: readonly string[]
  /** Longest input, in bytes; a little more than the parser itself takes, where that is not too slow. */
  readonly maxBytes: number
  /**
   * Hands the input to the parser, and checks what must hold for an accepted one.
   *
   * @returns what became of it, for the tally: {@link ACCEPTED}, or a word or code for why not.
   * @throws what the parser throws; anything but an error of `codes` is a fault.
   */
  run(input: Uint8Array): string | Promise<string>
  /** Codes of the deliberate errors that this parser documents. */
  readonly codes: readonly string[]
}

/** The parser took the input, and all that must hold of it does. A run without any tests nothing. */
export const ACCEPTED = 'accepted'
/** For parsers that answer with nothing instead of throwing. */
export const NOTHING = 'nothing'
