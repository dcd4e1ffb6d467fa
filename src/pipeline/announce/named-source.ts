import { AnnounceError } from '../../announce/errors.ts'
import type { NameRecord } from '../../announce/record.ts'
import { requireCurrent } from '../../announce/sequence.ts'
import type { FollowSettings } from '../../mirror/settings.ts'
import { cidText } from '../../model/content-id.ts'
import { HoldfastError, type Problem } from '../../model/errors.ts'
import { parseIpnsName } from '../../model/ipns-name.ts'
import { gatewayBase, type ManifestSource, openManifestSource } from '../../read/manifest-source.ts'
import { nodePrimitives } from '../../store/node-primitives.ts'
import { bestRecordAt } from './push-record.ts'

/** How a source is written that is found by its name. */
export const NAMED = 'ipns://'

/** Servers that are asked for the record of a name: routers that were named, and the other sources. */
export function routersOf({ from, routers }: FollowSettings): readonly string[] {
  return unique([...from.flatMap((each) => gatewayBase(each) ?? []), ...routers.map(trimmed)])
}

/** Gateways through which a root is read: the other sources, and those that were named. */
export function gatewaysOf({ from, gateways }: FollowSettings): readonly string[] {
  return unique([...from.flatMap((each) => gatewayBase(each) ?? []), ...gateways.map(trimmed)])
}

/**
 * Finds out where a name leads, and opens the manifest there through a gateway. Nothing of it is believed for that: it is
 * checked against the policy like one from everywhere else. Only servers that the operator named are asked.
 *
 * @param where - `ipns://NAME`.
 * @throws {AnnounceError} `NAME_UNRESOLVED`, `RECORD_EXPIRED`.
 */
export async function openNamedSource(
  where: string,
  settings: FollowSettings,
  { signal, onProblem }: { readonly signal: AbortSignal; readonly onProblem: (problem: Problem) => void },
): Promise<ManifestSource> {
  const record = await resolved(where, settings, signal, onProblem)
  for (const gateway of gatewaysOf(settings)) {
    try {
      const source = await openManifestSource(`${gateway}/ipfs/${cidText(record.root)}`, { signal })
      return { ...source, name: where, gateway }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof HoldfastError)) throw error
    }
  }
  throw new AnnounceError('NAME_UNRESOLVED', `${where} leads to ${cidText(record.root)}, and no gateway has that`, {
    hint: 'try again later, or name a gateway that may have it with `holdfast mirror add NAME --gateway URL`',
  })
}

async function resolved(
  where: string,
  settings: FollowSettings,
  signal: AbortSignal,
  onProblem: (problem: Problem) => void,
): Promise<NameRecord> {
  const key = parseIpnsName(where.slice(NAMED.length))
  const asking = { primitives: nodePrimitives, signal }
  const tell = (problem: Problem): void => {
    // Who is away or has no record is no news: another one may have it.
    if (problem.code.startsWith('RECORD_')) onProblem(problem)
  }
  const record = key && (await bestRecordAt(routersOf(settings), key, asking, tell))
  if (record === undefined) {
    throw new AnnounceError('NAME_UNRESOLVED', `nobody who was asked knows where ${where} leads`, {
      hint: 'name a router that may know with `holdfast mirror add NAME --router URL`, or an address of the archive with --from',
    })
  }
  requireCurrent(record, Date.now())
  return record
}

function trimmed(url: string): string {
  return url.replace(/\/+$/u, '')
}

function unique(urls: readonly string[]): readonly string[] {
  return [...new Set(urls)]
}
