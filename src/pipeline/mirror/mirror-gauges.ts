import type { VerifierKey } from '../../manifest/vkey.ts'
import { parseVkey } from '../../manifest/vkey.ts'
import { readCosigners } from '../../store/cosigner-keys.ts'
import { homePaths } from '../../store/home.ts'
import { nodePrimitives } from '../../store/node-primitives.ts'
import type { Gauges, MirrorGauges } from '../../view/ports.ts'
import { agesOf, datedCosignatures } from '../cosignature-ages.ts'
import type { FollowedLog } from './followed-log.ts'
import { lagOf } from './lag.ts'
import { lastRehash } from './last-rehash.ts'

/** The keys whose cosignatures a mirror tells of: its own, and the witnesses of its policy. A publisher can write others under its head. */
export async function toldKeys(
  directory: string,
  { policy }: Pick<FollowedLog, 'policy'>,
): Promise<readonly VerifierKey[]> {
  const own = await readCosigners(homePaths(directory))
  const vkeys = own === undefined ? [] : [own.witness, own.mirror, own.holder]
  return [...policy.witnesses.map(({ key }) => key), ...vkeys.map((vkey) => parseVkey(vkey, nodePrimitives.sha256))]
}

/** What is measured of one followed log beside what every home has. */
export function gaugesOfFollowed(
  log: FollowedLog,
  keys: readonly VerifierKey[],
): Pick<Gauges, 'mirror' | 'cosignatures'> {
  const { home, tables } = log
  const wanted = tables.wantedTotals()
  const { statements, seconds } = lagOf(log)
  const readSince = Date.parse(lastRehash(log) ?? '')
  return {
    cosignatures: agesOf(datedCosignatures(home.paths, keys)),
    mirror: {
      ...{
        heldBytes: tables.held(home.publishedSize()).bytes,
        missingBundles: wanted.bundles,
        missingBytes: wanted.bytes,
      },
      ...{ lagStatements: statements, ...(seconds === undefined ? {} : { lagSeconds: seconds }) },
      ...{
        quarantinedFiles: tables.quarantined().length,
        waitingWithdrawals: new Set(tables.waiting().map(({ id }) => id)).size,
      },
      ...(Number.isNaN(readSince) ? {} : { unreadSeconds: Math.max(0, Math.round((Date.now() - readSince) / 1_000)) }),
    },
  }
}

/** Of several logs: amounts are added up, and of ages and lags the worst counts. */
export function summedMirrors(all: readonly MirrorGauges[]): MirrorGauges {
  const total = (value: (one: MirrorGauges) => number): number => all.reduce((sum, one) => sum + value(one), 0)
  const worst = (values: readonly (number | undefined)[]): number | undefined => {
    const known = values.filter((value) => value !== undefined)
    return known.length === 0 ? undefined : Math.max(...known)
  }
  const lagSeconds = worst(all.map((one) => one.lagSeconds))
  const unreadSeconds = worst(all.map((one) => one.unreadSeconds))
  return {
    heldBytes: total((one) => one.heldBytes),
    missingBundles: total((one) => one.missingBundles),
    missingBytes: total((one) => one.missingBytes),
    lagStatements: worst(all.map((one) => one.lagStatements)) ?? 0,
    quarantinedFiles: total((one) => one.quarantinedFiles),
    waitingWithdrawals: total((one) => one.waitingWithdrawals),
    ...(lagSeconds === undefined ? {} : { lagSeconds }),
    ...(unreadSeconds === undefined ? {} : { unreadSeconds }),
  }
}
