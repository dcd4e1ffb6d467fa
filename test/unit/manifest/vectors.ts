import { readFileSync } from 'node:fs'

/** One line of a vector file: what is read, as text or as base64 of bytes that are no text, and what must come of it. */
export interface VectorCase {
  readonly name: string
  readonly text?: string
  readonly base64?: string
  /** Code of the error; absent where the input is valid. */
  readonly code?: string
  /** Words that the message must hold, so that a case fails for its own reason. */
  readonly because?: string
}

/** Reads test/vectors/tlog/NAME, one case a line. */
export function readCases(name: string): VectorCase[] {
  const lines = readFileSync(new URL(`../../vectors/tlog/${name}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map((line) => JSON.parse(line))
}

export function bytesOf({ text, base64 }: VectorCase): Uint8Array {
  return new Uint8Array(base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'))
}

interface TlogFixture {
  readonly logKey: { readonly seed: string; readonly vkey: string }
  readonly cosignerKey: { readonly seed: string; readonly vkey: string; readonly timestamp: number }
  readonly roots: Readonly<Record<string, string>>
  readonly checkpoints: Readonly<Record<string, string>>
  readonly inclusion: readonly { readonly index: number; readonly size: number; readonly proof: readonly string[] }[]
  readonly consistency: readonly { readonly from: number; readonly to: number; readonly proof: readonly string[] }[]
}

/** Roots, checkpoints and proofs made with other software than this. */
export const tlogFixture: TlogFixture = JSON.parse(
  readFileSync(new URL('../../vectors/tlog/rfc6962-and-notes.json', import.meta.url), 'utf8'),
)

/** Entry `n` of the fixture's log. */
export function fixtureEntry(n: number): Uint8Array {
  return new TextEncoder().encode(`{"n":${n}}`)
}
