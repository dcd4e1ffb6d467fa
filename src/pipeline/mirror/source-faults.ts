import { MANIFEST_ERROR_CODES, ManifestError } from '../../manifest/errors.ts'
import { HoldfastError, type Problem } from '../../model/errors.ts'
import { ReadError } from '../../read/errors.ts'

/** Codes that are about the log or about this machine, whoever the source is. */
const NOT_OF_SOURCE = new Set(['LOG_FORKED', 'HEAD_UNPROVEN', 'INDEX_DAMAGED', 'UPDATE_NEEDED', 'GENESIS_INVALID'])
const SOURCE_STAGES = new Set(['ReadError', 'ManifestError'])

/** Throws on whatever another source could not mend. */
export function sourceFault(error: unknown): HoldfastError {
  if (!(error instanceof HoldfastError)) throw error
  if (NOT_OF_SOURCE.has(error.code) || !SOURCE_STAGES.has(error.name)) throw error
  return error
}

/** Where all fail alike, that is what there is to say: a policy with another key, a log that is not theirs. */
export function noneLeft(problems: readonly Problem[]): HoldfastError {
  const [first] = problems
  const isAlike = first !== undefined && problems.every(({ code }) => code === first.code)
  const ours = MANIFEST_ERROR_CODES.find((code) => code === first?.code)
  if (isAlike && ours !== undefined) return new ManifestError(ours, first.message, hintOf(first))
  return new ReadError('SOURCES_EXHAUSTED', 'no source showed a head that could be believed', {
    hint: 'see what is wrong with each above; run again later, or name more sources with `holdfast mirror add`',
  })
}

function hintOf({ hint }: Problem): { readonly hint?: string } {
  return hint === undefined ? {} : { hint }
}
