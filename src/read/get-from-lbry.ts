import type { BundleView } from '../manifest/bundle-view.ts'
import type { Equality, StatementFile } from '../manifest/statement-types.ts'
import { type Problem, problemOf } from '../model/errors.ts'
import { ReadError } from './errors.ts'
import type { GetOptions } from './get-bundle.ts'
import { completeFromStream, type StreamFileOptions } from './lbry-stream-file.ts'

/** The only rules by which a CID can be made again from bytes here. */
const PROFILE = 'unixfs-v1-2025'

/** Which copies to try first. */
const TRUST: readonly Equality[] = ['verified', 'asserted', 'unknown', 'differs']
/** That a stream is another file shows at its end only, and a bundle may have 256 statements: somebody could make us fetch all. */
const MOST_STREAMS = 8

export interface LbryOptions extends StreamFileOptions {
  /** Called for each copy that was of no use, and where none is known. */
  readonly onFault: (problem: Problem) => void
}

/**
 * Completes main media from their copies on LBRY, which `copy/1` statements name by the hash of the descriptor. The names
 * are the publisher's word, and nothing rests on it: what comes out is compared with the bundle's own statement.
 */
export function fromLbry(
  view: Pick<BundleView, 'root' | 'copies' | 'profile'>,
  options: LbryOptions,
): NonNullable<GetOptions['otherwise']> {
  return async (file, path) => {
    const faults: ReadError[] = []
    for (const sdHash of view.profile === PROFILE ? streamsOf(view, file) : []) {
      try {
        return await completeFromStream(path, file, sdHash, options)
      } catch (error) {
        if (!(error instanceof ReadError) || error.code === 'OUTPUT_UNWRITABLE') throw error
        faults.push(error)
      }
    }
    // That a copy is another file has to be looked at by somebody; that one cannot be had now mends itself.
    const worst = faults.find(({ code }) => code === 'COPY_DIFFERS') ?? faults.at(-1)
    for (const fault of faults) if (fault !== worst) options.onFault(problemOf(fault))
    if (worst !== undefined) throw worst
    options.onFault({
      code: 'COPY_ABSENT',
      message: `the manifest knows no copy of ${file.path} on LBRY that can be fetched`,
      hint: 'name gateways with --from, or ask the publisher where else it is',
    })
    return undefined
  }
}

/** Each stream once: one copy has several statements. Copies that are known to be other bytes are left out. */
function streamsOf({ root, copies }: Pick<BundleView, 'root' | 'copies'>, file: StatementFile): readonly string[] {
  const ours = copies.filter(
    (copy) =>
      copy.equality !== 'differs' &&
      ((copy.root === root && copy.file === file.path) ||
        (file.sha384 !== undefined && copy.ids['sourceHash'] === file.sha384)),
  )
  const best = ours.toSorted((a, b) => TRUST.indexOf(a.equality) - TRUST.indexOf(b.equality) || b.index - a.index)
  const streams = new Set(best.map(({ ids }) => ids['sdHash'] ?? '').filter((sdHash) => /^[0-9a-f]{96}$/.test(sdHash)))
  return [...streams].slice(0, MOST_STREAMS)
}
