import { walk } from '../intake/walk.ts'
import type { Home } from './home.ts'

/**
 * Adds up the bytes that `add` will have to read under `paths`: files whose stat is not known. A quick look for the sake
 * of a time left; what cannot be read is met, and reported, by `add` itself.
 */
export async function bytesToRead(home: Home, paths: readonly string[], signal: AbortSignal): Promise<number> {
  let bytes = 0
  for await (const { files } of walk(paths, { signal })) {
    for (const { path, stat, size } of files) if (home.content.knownContent(path, stat) === undefined) bytes += size
  }
  return bytes
}
