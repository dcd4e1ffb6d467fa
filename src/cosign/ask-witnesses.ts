import { formatAddCheckpoint } from '../manifest/add-checkpoint.ts'
import { parseDecimal } from '../manifest/decimal.ts'
import { ManifestError } from '../manifest/errors.ts'
import { parseSignatureLine, parseSignedNote, type SignatureLine } from '../manifest/note.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { isLineOf, verifySignature } from '../manifest/verify-signature.ts'
import type { VerifierKey } from '../manifest/vkey.ts'
import type { Problem } from '../model/errors.ts'

/** A witness that can be asked. */
export interface WitnessPlace {
  /** What `/add-checkpoint` is appended to. */
  readonly url: string
  readonly key: VerifierKey
}

/** What is asked of all: a head of the own log. */
export interface WitnessQuestion {
  readonly size: number
  /** With the cosignatures that are known. */
  readonly note: Uint8Array
  prove(oldSize: number): readonly Uint8Array[]
  /** Whether these lines are enough; the others then get a moment and no more. */
  isEnough(lines: readonly SignatureLine[]): boolean
  /** Size at which that witness probably is; wrong guesses cost one more request. */
  oldSizeOf(key: VerifierKey): number
}

export interface AskOptions {
  /** One bounded request; may throw when nobody answers. */
  readonly post: (
    url: string,
    body: Uint8Array,
    options: { readonly maxBytes: number; readonly signal: AbortSignal },
  ) => Promise<{
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: Uint8Array
  }>
  readonly primitives: Primitives
  /** For one witness, all its tries together. */
  readonly timeoutMs: (place: WitnessPlace) => number
  /** For the others once there is enough. */
  readonly graceMs: number
  /** Of each that did not cosign. */
  readonly onSilent: (place: WitnessPlace, problem: Problem) => void
}

/** 32 lines of an ML-DSA-44 witness. */
const MAX_ANSWER_BYTES = 128 * 1024
/** A first guess, what the witness then says, and once more where somebody else was faster. */
const TRIES = 3

/**
 * Offers a head to witnesses, all at the same time. Only lines that verify come back. Never throws because of a witness.
 *
 * @see C2SP tlog-witness
 */
export async function askWitnesses(
  places: readonly WitnessPlace[],
  question: WitnessQuestion,
  options: AskOptions,
): Promise<readonly SignatureLine[]> {
  const enough = new AbortController()
  const lines: SignatureLine[] = []
  let grace: NodeJS.Timeout | undefined
  const settle = (): void => {
    if (grace === undefined && question.isEnough(lines)) grace = setTimeout(() => enough.abort(), options.graceMs)
  }
  settle()
  await Promise.all(
    places.map(async (place) => {
      const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(options.timeoutMs(place))])
      const outcome = await askOne(place, question, { ...options, signal })
      if ('line' in outcome) lines.push(outcome.line)
      else options.onSilent(place, silent(place, outcome.why))
      settle()
    }),
  )
  clearTimeout(grace)
  return lines
}

type Outcome = { readonly line: SignatureLine } | { readonly why: string }

async function askOne(
  place: WitnessPlace,
  { size, note, prove, oldSizeOf }: WitnessQuestion,
  { post, primitives, signal }: AskOptions & { readonly signal: AbortSignal },
): Promise<Outcome> {
  const url = `${place.url.replace(/\/+$/u, '')}/add-checkpoint`
  let oldSize = oldSizeOf(place.key)
  for (let tries = 0; tries < TRIES; tries += 1) {
    let answer: Awaited<ReturnType<AskOptions['post']>>
    try {
      const body = formatAddCheckpoint({ oldSize, proof: prove(oldSize), note })
      answer = await post(url, body, { maxBytes: MAX_ANSWER_BYTES, signal })
    } catch (error) {
      if (signal.aborted) return { why: 'it did not answer in time' }
      return { why: error instanceof Error ? error.message : 'no answer' }
    }
    if (answer.status === 200) return signedBy(place.key, primitives, note, answer.body)
    const known = answer.status === 409 ? parseDecimal(textOf(answer.body).trim()) : undefined
    if (known === undefined) return { why: whyOf(answer.status) }
    if (known > size) return { why: behind(known, size) }
    oldSize = known
  }
  return { why: 'it says another size each time' }
}

function signedBy(key: VerifierKey, primitives: Primitives, note: Uint8Array, body: Uint8Array): Outcome {
  const { text } = parseSignedNote(note)
  for (const each of textOf(body).split('\n')) {
    try {
      const line = parseSignatureLine(each)
      if (!isLineOf(line, key)) continue
      verifySignature(primitives, key, text, line)
      return { line }
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error
    }
  }
  return { why: 'its answer holds no cosignature by its key' }
}

/** Not proven, so it does not stop anything; what is proven is looked for before a head is signed. */
function behind(known: number, size: number): string {
  return `it says that it has cosigned ${known} statements of this log, and this head has ${size}: if that is true, this home is an older copy`
}

function whyOf(status: number): string {
  if (status === 404) return 'it does not know this log: its operator has to add your verifier key'
  if (status === 403) return 'it knows another key of this log: its operator has to add your verifier key'
  if (status === 422) return 'it says that this head does not continue the one that it cosigned'
  return `it answered ${status}`
}

function silent({ url, key }: WitnessPlace, why: string): Problem {
  return {
    code: 'WITNESS_SILENT',
    message: `${key.name} at ${URL.parse(url)?.host ?? url} did not cosign: ${why}`,
    hint: 'the others count without it; if it stays so, ask who runs it, or take it out of policy.txt and holdfast.toml',
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
