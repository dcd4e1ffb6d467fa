import type { CopyStatement } from '../../manifest/statement-types.ts'
import { parseOriginal } from '../../model/original.ts'
import type { Evidence } from '../../publish/target.ts'
import type { Publication } from '../../store/publications.ts'

type Copy = Omit<CopyStatement, 'at'>

/**
 * What the log says of a copy: under its claim id, and once its canonical URL is known, under that as well, because a
 * shortened id is all that a person has who copies it from a player. The claim's name is a slug of the title and so
 * stands in no statement: the log cannot be withdrawn.
 */
export function copyStatements(
  { id, root, file, target }: Pick<Publication, 'id' | 'root' | 'file' | 'target'>,
  evidence: Evidence,
): readonly Copy[] {
  if (evidence.claimId === undefined) return []
  const shared = {
    type: 'copy/1' as const,
    ...{ id, root, file, target, ids: idsOf(evidence), equality: evidence.equality ?? 'unknown' },
  }
  const canonical = evidence.canonicalUrl === undefined ? undefined : parseOriginal(evidence.canonicalUrl)?.key
  const keys = new Set([`lbry:claim:${evidence.claimId}`, ...(canonical === undefined ? [] : [canonical])])
  return [...keys].map((key) => ({ ...shared, key }))
}

/** The native ids, by which bridges to other networks find a stream, too. */
function idsOf({ claimId, txid, nout, sdHash, channelId, sourceHash }: Evidence): Readonly<Record<string, string>> {
  const ids = { claimId, txid, nout: nout?.toString(), sdHash, channelId, sourceHash }
  return Object.fromEntries(Object.entries(ids).filter((pair): pair is [string, string] => pair[1] !== undefined))
}
