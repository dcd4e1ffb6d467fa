import type { Sha256 } from './primitives.ts'
import type { BundleFact } from './statement-types.ts'

/** What a lookup can start from. @see manifest-v1 §5.2 */
export type IndexKind = 'original' | 'id' | 'root' | 'file' | 'copy'

/** A value of a kind: a platform key, an id, a content ID. */
export interface IndexValue {
  readonly kind: IndexKind
  readonly value: string
}

const utf8 = new TextEncoder()
/** Keys of statements have 512 bytes at most; a fold writes millions of them here before it hashes them. */
const keyText = new Uint8Array(1_024)

/** Row key of a value, 32 bytes. @see manifest-v1 §5.2 */
export function rowKey(sha256: Sha256, kind: IndexKind, value: string): Uint8Array {
  const text = `holdfast/index/v1\n${kind}\n${value}`
  // A character of UTF-16 has three bytes at most.
  if (text.length * 3 > keyText.length) return sha256(utf8.encode(text))
  return sha256(keyText.subarray(0, utf8.encodeInto(text, keyText).written))
}

/** What a statement links to its bundle once it is applied. @see manifest-v1 §4.12 */
export function keysOfStatement(statement: BundleFact): IndexValue[] {
  switch (statement.type) {
    case 'bundle/1':
      return [
        { kind: 'id', value: statement.id },
        { kind: 'root', value: statement.root },
        ...statement.files.map(({ cid }): IndexValue => ({ kind: 'file', value: cid })),
        ...statement.originals.map(({ key }): IndexValue => ({ kind: 'original', value: key })),
      ]
    case 'original/1':
      return [{ kind: 'original', value: statement.key }]
    case 'copy/1':
      return [{ kind: 'copy', value: statement.key }]
    case 'withdrawal/1':
    case 'restore/1':
      return []
  }
}
