import { type Problem, problemOf } from '../model/errors.ts'
import type { OpenManifest } from '../read/open-manifest.ts'

/** The one that is followed, and two to compare it with. Source: docs/spec/manifest-v1.md, readers and mirrors. */
const HEADS_COMPARED = 3

/** A source whose head is signed and has its quorum. */
export interface Candidate {
  readonly name: string
  readonly manifest: OpenManifest
}

export interface Probed {
  /** Largest head first. */
  readonly candidates: readonly Candidate[]
  /** What was wrong with others, in the order in which they were asked. */
  readonly faults: readonly { readonly name: string; readonly problem: Problem }[]
}

/**
 * Opens the manifest at several sources at once, the next ones where some fail.
 *
 * @param names - best first.
 */
export async function probe(
  names: readonly string[],
  openAt: (name: string) => Promise<OpenManifest>,
  signal: AbortSignal,
): Promise<Probed> {
  const candidates: Candidate[] = []
  const faults: { name: string; problem: Problem }[] = []
  for (let at = 0; at < names.length && candidates.length < HEADS_COMPARED; ) {
    const asked = names.slice(at, at + HEADS_COMPARED - candidates.length)
    at += asked.length
    const answers = await Promise.allSettled(asked.map(openAt))
    signal.throwIfAborted()
    for (const [i, answer] of answers.entries()) {
      const name = asked[i] ?? ''
      if (answer.status === 'fulfilled') candidates.push({ name, manifest: answer.value })
      else faults.push({ name, problem: problemOf(answer.reason) })
    }
  }
  candidates.sort((a, b) => b.manifest.log.head.size - a.manifest.log.head.size)
  return { candidates, faults }
}
