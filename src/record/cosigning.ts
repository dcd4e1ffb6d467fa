import type { SignatureLine } from '../manifest/note.ts'
import type { VerifierKey } from '../manifest/vkey.ts'
import type { TreeHead } from '../model/tree-head.ts'

/** A head that its log has signed, for others to sign too. */
export interface CosignCandidate {
  readonly head: TreeHead
  /** With the cosignatures that are known. */
  readonly note: Uint8Array
  /** Consistency proof from a smaller size of the same log. */
  prove(oldSize: number): readonly Uint8Array[]
  /** Whether these cosignatures, with the known ones, are enough to stop waiting for more. */
  isEnough(lines: readonly SignatureLine[]): boolean
}

/** How cosignatures come to the heads of the own log. */
export interface Cosigning {
  /** Keys whose cosignatures are kept beside those of the policy's witnesses. */
  readonly keys: readonly VerifierKey[]
  /** Runs while nobody else, in no process, merges cosignatures into the notes of this manifest. */
  exclusively<T>(action: () => Promise<T>): Promise<T>
  /** Asks the cosigners that can be asked, in bounded time. Never throws because of them; lines may be anything. */
  ask(candidate: CosignCandidate): Promise<readonly SignatureLine[]>
}

/** For a log that nobody cosigns yet. */
export const NO_COSIGNING: Cosigning = {
  keys: [],
  exclusively: (action) => action(),
  ask: async () => [],
}
