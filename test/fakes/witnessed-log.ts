import { formatAddCheckpoint } from '../../src/manifest/add-checkpoint.ts'
import { formatCheckpoint } from '../../src/manifest/checkpoint.ts'
import { consistencyPath, type HashAt, leafHash, treeRoot } from '../../src/manifest/merkle.ts'
import { formatSignedNote } from '../../src/manifest/note.ts'
import { type Signer, signCheckpoint } from '../../src/manifest/signer.ts'
import { LOG, sha256 } from './manifest-log.ts'

/** A log of small entries that follow from a word, so that two words are two histories; `shared` entries are common. */
export interface WitnessedLog {
  note(size: number): Uint8Array
  root(size: number): Uint8Array
  proof(oldSize: number, size: number): Uint8Array[]
  /** Body of `add-checkpoint`. */
  body(oldSize: number, size: number): Uint8Array
}

export function aWitnessedLog(word: string = 'log', shared: number = 0, signer: Signer = LOG): WitnessedLog {
  const leaf = (n: number): Uint8Array => leafHash(sha256, Buffer.from(`${n < shared ? 'shared' : word} ${n}`))
  const leaves = (from: number, to: number): Uint8Array[] => Array.from({ length: to - from }, (_, i) => leaf(from + i))
  const hashAt: HashAt = (level, index) => treeRoot(sha256, leaves(index * 2 ** level, (index + 1) * 2 ** level))
  const root = (size: number): Uint8Array => treeRoot(sha256, leaves(0, size))
  const proof = (oldSize: number, size: number): Uint8Array[] =>
    oldSize === 0 || oldSize >= size ? [] : consistencyPath(sha256, oldSize, size, hashAt)
  const note = (size: number): Uint8Array => {
    const text = formatCheckpoint({ origin: signer.key.name, size, root: root(size) })
    return formatSignedNote(text, [signCheckpoint(text, signer)])
  }
  return {
    ...{ note, root, proof },
    body: (oldSize, size) => formatAddCheckpoint({ oldSize, proof: proof(oldSize, size), note: note(size) }),
  }
}
