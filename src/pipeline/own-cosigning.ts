import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { askWitnesses, type WitnessPlace } from '../cosign/ask-witnesses.ts'
import { decodeCosignature } from '../manifest/cosignature.ts'
import { formatSignedNote, parseSignedNote } from '../manifest/note.ts'
import { isLineOf } from '../manifest/verify-signature.ts'
import { parseVkey, type VerifierKey } from '../manifest/vkey.ts'
import type { Problem } from '../model/errors.ts'
import type { Cosigning } from '../record/cosigning.ts'
import { makeDirectory } from '../store/durable-directory.ts'
import type { HomePaths } from '../store/home.ts'
import { acquireLock } from '../store/lock.ts'
import { nodePrimitives } from '../store/node-primitives.ts'

/** Of `[manifest]` in the configuration: whom to ask, and whose cosignatures are taken beside those of policy.txt. */
export interface CosigningSettings {
  readonly witnesses: readonly { readonly url: string; readonly vkey: string }[]
  readonly cosigners: readonly string[]
}

/** What a witness far away on a bad line may need; a publication waits no longer than this. */
const ASK_MS = 60_000
/** For one that kept silent a moment ago in the same run. */
const ASK_AGAIN_MS = 5_000
/** For the others once the quorum is there. */
const GRACE_MS = 5_000
/** A merge takes milliseconds. */
const LOCK_MS = 30_000
/** A witness that cosigned this very head so recently is not asked again, in milliseconds. */
const FRESH_MS = 3_600_000

/**
 * How the heads of a home's own log get their cosignatures.
 *
 * @throws {ManifestError} `VKEY_MALFORMED` for keys of the configuration.
 */
export function ownCosigning(
  paths: HomePaths,
  settings: CosigningSettings,
  onProblem: (problem: Problem) => void,
): Cosigning {
  const { sha256 } = nodePrimitives
  const places = settings.witnesses.map(({ url, vkey }) => ({ url, key: parseVkey(vkey, sha256) }))
  const keys = [...places.map(({ key }) => key), ...settings.cosigners.map((vkey) => parseVkey(vkey, sha256))]
  const silent = new Set<WitnessPlace>()
  return {
    keys,
    exclusively: (action) => exclusivelyIn(paths, action),
    async ask({ head, note, prove, isEnough }) {
      const due = places.filter(({ key }) => !isFresh(note, key))
      if (due.length === 0) return []
      const { httpPost } = await import('../read/http-get.ts')
      const shown = await readFile(join(paths.manifest, 'checkpoint')).catch(() => undefined)
      const asked = { note: ofLogAlone(note), prove, isEnough, oldSizeOf: guessFrom(note, shown) }
      const question = { size: head.size, ...asked }
      return askWitnesses(due, question, {
        post: (url, body, options) => httpPost(url, body, options),
        primitives: nodePrimitives,
        timeoutMs: (place) => (silent.has(place) ? ASK_AGAIN_MS : ASK_MS),
        graceMs: GRACE_MS,
        onSilent(place, problem) {
          if (!silent.has(place)) onProblem(problem)
          silent.add(place)
        },
      })
    },
  }
}

/** The lock of the notes, which is not the lock of the home: a server takes it while `publish` waits for witnesses. */
export async function exclusivelyIn<T>({ cosigning }: HomePaths, action: () => Promise<T>): Promise<T> {
  await makeDirectory(cosigning, 0o700)
  await using _lock = await acquireLock(cosigning, { command: 'merge cosignatures', waitMs: LOCK_MS })
  return await action()
}

/** A witness needs nothing else, and some take only small requests: 10 KiB, less than four lines of ML-DSA-44. */
function ofLogAlone(note: Uint8Array): Uint8Array {
  const { text, signatures } = parseSignedNote(note)
  return formatSignedNote(
    text,
    signatures.filter(({ name }) => name === text.split('\n', 1)[0]),
  )
}

/** Who has cosigned this head is at its size; who has cosigned the head that is shown, at that one's. */
function guessFrom(note: Uint8Array, shown: Uint8Array | undefined): (key: VerifierKey) => number {
  const notes = [note, ...(shown === undefined ? [] : [shown])].map(parseSignedNote)
  return (key) => {
    const found = notes.find(({ signatures }) => signatures.some((line) => isLineOf(line, key)))
    return Number(found?.text.split('\n')[1] ?? 0)
  }
}

function isFresh(note: Uint8Array, key: VerifierKey): boolean {
  const line = parseSignedNote(note).signatures.find((each) => isLineOf(each, key))
  const time = line === undefined ? undefined : decodeCosignature(line.signature)?.time
  return time !== undefined && Math.abs(Date.now() - time * 1000) < FRESH_MS
}
