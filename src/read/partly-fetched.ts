import { parseCid } from '../model/content-id.ts'
import { ReadError } from './errors.ts'
import type { PromisedBundle } from './get-bundle.ts'
import type { PromisedFile } from './part-file.ts'

/** Runs something; nothing when it failed and the work goes on all the same. */
export type Noted = <T>(run: () => Promise<T>) => Promise<T | undefined>

export const unnoted: Noted = (run) => run()

/** Keeps faults of sources and copies, so that whatever else there is can still be fetched; others are thrown. */
export function notedIn(faults: unknown[]): Noted {
  return async (run) => {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof ReadError) || !['SOURCES_EXHAUSTED', 'COPY_DIFFERS'].includes(error.code)) throw error
      faults.push(error)
      return undefined
    }
  }
}

/** The main media as the statement has them, which is enough to fetch and to check them. */
export function mainMedia({ files }: Pick<PromisedBundle, 'files'>): ReadonlyMap<string, PromisedFile> {
  return new Map(files.map(({ path, cid, bytes, sha256 }) => [path, { cid: parseCid(cid), bytes, sha256 }]))
}

/**
 * What to throw for a bundle that is not whole.
 *
 * @param faults - why, in order.
 */
export function partlyFetched(
  { files, fileCount }: Pick<PromisedBundle, 'files' | 'fileCount'>,
  documents: readonly string[],
  got: ReadonlySet<string>,
  faults: readonly unknown[],
): unknown {
  const differs = faults.find((fault) => fault instanceof ReadError && fault.code === 'COPY_DIFFERS')
  const isMainMissing = files.some(({ path }) => !got.has(path))
  if (differs !== undefined || isMainMissing) return differs ?? faults.at(-1)
  const missing = documents.filter((name) => !got.has(name))
  const others = documents.length + fileCount - got.size - missing.length
  const words = [...missing, ...(others === 0 ? [] : [`${others} other file${others === 1 ? '' : 's'}`])]
  return new ReadError(
    'BUNDLE_PARTLY_FETCHED',
    `${files.map(({ path }) => path).join(', ')} was fetched and checked; missing: ${words.join(', ')}`,
    {
      hint: 'LBRY has only the recording, without subtitles and description: run again later, or name gateways with --from',
      cause: faults.at(-1),
    },
  )
}
