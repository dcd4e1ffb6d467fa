import { MirrorError } from '../../mirror/errors.ts'
import type { HomePaths } from '../../store/home.ts'
import type { CosignatureAge, Gauges, ReadName, ServedContent, Standing } from '../../view/ports.ts'
import { servedName } from '../announce/served-name.ts'
import type { IndependenceSettings } from '../engines/independence.ts'
import type { Home } from '../home.ts'
import { openHome } from '../open-home.ts'
import { publishedHead } from '../published-head.ts'
import { servedContent } from '../served-content.ts'
import { type WatchedContent, watchedContent } from '../served-gauges.ts'
import { openFollowedLog } from './followed-log.ts'
import { gaugesOfFollowed, summedMirrors, toldKeys } from './mirror-gauges.ts'
import { followedNames, isMirrorHome } from './mirror-home.ts'
import { originSha256 } from './mirror-status.ts'

/** One log as the server shows it. */
export interface ServedLog {
  readonly origin: string
  /** Statements under the head that is shown. */
  size(): number
  readonly content: ServedContent
  readonly manifestDirectory: string
  /** What this mirror says that it holds of the log, where that is a part; may be absent or empty. */
  readonly holdingsDirectory: string
  readonly readName: ReadName
  readonly gauges: () => Gauges
}

/** What `serve` serves: the own log, or all logs that a mirror holds. */
export interface ServedHome extends ServedLog, AsyncDisposable {
  /** Absent for a mirror, which has no head of its own to be cosigned. */
  readonly publisher?: HomePaths
  /** By the SHA-256 of their origin, hex; only of a mirror. */
  readonly logs: ReadonlyMap<string, ServedLog>
}

async function openPublisher(directory: string, independence: IndependenceSettings | undefined): Promise<ServedHome> {
  await using opening = new AsyncDisposableStack()
  const home = opening.use(await openHome(directory))
  const watched = opening.use(watchedContent(home, servedContent(home), independence))
  const opened = opening.move()
  return {
    ...logOf(home, watched),
    ...{ publisher: home.paths, logs: new Map() },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/**
 * Opens a home for serving, a publisher's or a mirror's. Of several logs the first in the order of their names is the one
 * under `/manifest/`; blocks of all of them are under `/ipfs/`.
 *
 * @param independence - the rules about copies of what the own log publishes.
 * @throws {MirrorError} `MIRROR_UNKNOWN` for a mirror that follows nothing; as {@link openHome}.
 */
export async function openServedHome(directory: string, independence?: IndependenceSettings): Promise<ServedHome> {
  if (!isMirrorHome(directory)) return openPublisher(directory, independence)
  await using opening = new AsyncDisposableStack()
  const logs: ServedLog[] = []
  for (const name of await followedNames(directory)) logs.push(await openLog(opening, directory, name))
  const [first] = logs
  if (first === undefined) throw followsNothing(directory)
  const opened = opening.move()
  return {
    ...first,
    readName: (key) => firstRecord(logs, key),
    ...{ content: ofAll(logs), gauges: () => summed(logs.map(({ gauges }) => gauges())) },
    logs: new Map(logs.map((log) => [originSha256(log.origin), log])),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Who follows a log has no rules about the copies of others. */
async function openLog(opening: AsyncDisposableStack, directory: string, name: string): Promise<ServedLog> {
  const log = opening.use(await openFollowedLog(directory, name))
  const keys = await toldKeys(directory, log)
  const served = logOf(log.home, watchedContent(log.home, servedContent(log.home), undefined))
  return { ...served, gauges: () => ({ ...served.gauges(), ...gaugesOfFollowed(log, keys) }) }
}

function logOf(home: Home, { content, gauges }: WatchedContent): ServedLog {
  const size = (): number => publishedHead(home)?.size ?? 0
  const names = {
    readName: servedName(home),
    manifestDirectory: home.paths.manifest,
    holdingsDirectory: home.paths.holdings,
  }
  return { origin: home.origin, size, content, gauges, ...names }
}

/** Keys belong to one log each. */
function firstRecord(logs: readonly ServedLog[], key: Uint8Array): ReturnType<ReadName> {
  for (const { readName } of logs) {
    const record = readName(key)
    if (record !== undefined) return record
  }
  return undefined
}

/** What one log withdraws and another still publishes is served, as within one log. */
function ofAll(logs: readonly ServedLog[]): ServedContent {
  const [only] = logs
  if (only !== undefined && logs.length === 1) return only.content
  const serving = (cid: Parameters<ServedContent['standing']>[0]): ServedLog | undefined =>
    logs.find(({ content }) => content.standing(cid) === 'served') ?? only
  return {
    standing: (cid) => best(logs.map(({ content }) => content.standing(cid))),
    readBlock: async (cid, options) => {
      const log = serving(cid)
      if (log === undefined) throw new TypeError('a mirror without logs is not served')
      return log.content.readBlock(cid, options)
    },
    mediaType: (root, path) => serving(root)?.content.mediaType(root, path),
  }
}

function best(standings: readonly Standing[]): Standing {
  for (const standing of ['served', 'withdrawn', 'withdrawn-legal'] as const)
    if (standings.includes(standing)) return standing
  return 'unknown'
}

/** Counts are added up; the age is that of the oldest head, which is the one to look at. */
function summed(all: readonly Gauges[]): Gauges {
  const total = (value: (gauges: Gauges) => number): number => all.reduce((sum, gauges) => sum + value(gauges), 0)
  const ages = all.flatMap(({ headAgeSeconds }) => (headAgeSeconds === undefined ? [] : [headAgeSeconds]))
  return {
    ...(ages.length === 0 ? {} : { headAgeSeconds: Math.max(...ages) }),
    manifestSize: total(({ manifestSize }) => manifestSize),
    bundles: {
      published: total(({ bundles }) => bundles.published),
      held: total(({ bundles }) => bundles.held),
      waiting: total(({ bundles }) => bundles.waiting),
      withdrawn: total(({ bundles }) => bundles.withdrawn),
    },
    files: {
      damaged: total(({ files }) => files.damaged),
      changing: total(({ files }) => files.changing),
      missing: total(({ files }) => files.missing),
    },
    failingBlocks: total(({ failingBlocks }) => failingBlocks),
    belowRule: total(({ belowRule = 0 }) => belowRule),
    cosignatures: oldest(all.flatMap(({ cosignatures = [] }) => cosignatures)),
    mirror: summedMirrors(all.flatMap(({ mirror = [] }) => mirror)),
  }
}

/** One key may cosign several logs; the one that it left behind is the one to look at. */
function oldest(ages: readonly CosignatureAge[]): readonly CosignatureAge[] {
  const seconds = new Map<string, number>()
  for (const age of ages) seconds.set(age.key, Math.max(age.seconds, seconds.get(age.key) ?? 0))
  return Array.from(seconds, ([key, most]) => ({ key, seconds: most }))
}

function followsNothing(directory: string): MirrorError {
  return new MirrorError(
    'MIRROR_UNKNOWN',
    `the mirror at ${directory} follows nothing yet, so there is nothing to serve`,
    {
      hint: 'add a log with `holdfast mirror add NAME --from URL --policy FILE`, then `holdfast mirror sync`',
    },
  )
}
