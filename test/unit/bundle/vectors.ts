import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { BundleDocument, BundleFile } from '../../../src/model/bundle.ts'

export interface ValidVector {
  readonly name: string
  readonly document: BundleDocument
  readonly files: readonly BundleFile[]
  readonly sha256: Readonly<Record<string, string>>
}

/** Reads one of test/vectors/bundle/; our own frozen files, so their shape is taken on trust. */
export function vectors<T>(name: string): T[] {
  const text = readFileSync(new URL(`../../vectors/bundle/${name}.jsonl`, import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
