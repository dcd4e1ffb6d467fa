import { existsSync } from 'node:fs'
import type { FoundBundle } from '../intake/layout.ts'

/** Between the path of a spreadsheet and the key of a row; the key is percent-encoded, so that the last mark is ours. */
const ROW_MARK = '#row='

type Sourced = Pick<FoundBundle, 'sourcePath' | 'sourceRow'>

/**
 * What the catalogue knows the source of a bundle by: the path of its description, and the key of the row where one file
 * describes many. The number of a row is no part of it: rows are inserted and sorted.
 */
export function sourceOf({ sourcePath, sourceRow }: Sourced): string {
  return sourceRow === undefined ? sourcePath : rowSource(sourcePath, sourceRow.key)
}

/** The source, then those that the same row may have been known by before its id or link was written into it. */
export function sourcesOf(found: Sourced): readonly string[] {
  const weaker = found.sourceRow?.weakerKeys ?? []
  return [sourceOf(found), ...weaker.map((key) => rowSource(found.sourcePath, key))]
}

function rowSource(path: string, key: string): string {
  return `${path}${ROW_MARK}${encodeURIComponent(key.toWellFormed())}`
}

/** True when the file that a source names is still there. */
export function isSourceThere(source: string): boolean {
  return existsSync(pathOfSource(source)) || existsSync(source)
}

/** Path of the file alone. */
export function pathOfSource(source: string): string {
  const at = source.lastIndexOf(ROW_MARK)
  return at === -1 ? source : source.slice(0, at)
}
