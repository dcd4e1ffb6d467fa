import { type Handler, Hono } from 'hono'
import type { Problem } from '../model/errors.ts'
import { problemOf } from '../model/errors.ts'
import { admission } from './admission.ts'
import { connectionOf, readerSignal, type ViewEnv } from './connection.ts'
import { COSIGNATURE_PATH, cosignatureRoute } from './cosignature-route.ts'
import { ViewError } from './errors.ts'
import { gateway } from './gateway.ts'
import { guard } from './guard.ts'
import type { IsOwnName } from './host-names.ts'
import type { ServerLimits } from './limits.ts'
import { holdingsRoute, manifestRoute } from './manifest-route.ts'
import { nameRoute, routedNameRoute } from './name-route.ts'
import type { Health, ManifestFiles, ReadHealth, ReadName, ServedContent, TakeCosignature, Witness } from './ports.ts'
import { publicError, refusal, statusOf } from './refusal.ts'
import { type CountingTally, counting, createTally } from './tally.ts'
import { ADD_CHECKPOINT_PATH, addCheckpointRoute, witnessedRoute } from './witness-route.ts'

/** What the server serves, and to whom. */
export interface AppParts {
  readonly content: ServedContent
  readonly manifest: ManifestFiles
  /** Several logs on one server, by the SHA-256 of their origin in hex: each is also under `/mirror/HEX/`. @default none */
  readonly logs?: ReadonlyMap<string, Pick<AppParts, 'content' | 'manifest' | 'holdings' | 'readName'>>
  /** What this mirror says that it holds of one of these logs; absent for the server as a whole. */
  readonly holdings?: ManifestFiles
  /** Records of the names of these logs. @default none is known */
  readonly readName?: ReadName
  readonly health: ReadHealth
  readonly isOwnName: IsOwnName
  readonly limits: ServerLimits
  readonly tally: CountingTally
  /** Cosigns other logs; absent where this machine is no witness. */
  readonly witness?: Witness
  /** Absent where no cosigner is wanted. */
  readonly takeCosignature?: TakeCosignature
  /** Faults of this machine, for the operator's terminal. They name no reader, and no path that a reader asked for. */
  readonly onProblem: (problem: Problem) => void
}

const WELCOME =
  'holdfast\n\n/ipfs/<cid>[/path]   content; ?format=raw or ?format=car to verify it\n/ipns/<name>[/path]   the newest of it; ?format=ipns-record for the record\n/manifest/checkpoint  the signed manifest\n/healthz\n'

/** The routes of `holdfast serve`. There is no access log: nobody can be made to hand over what was never written down. */
export function createApp(parts: AppParts): Hono<ViewEnv> {
  const {
    content,
    manifest,
    readName = () => undefined,
    health,
    isOwnName,
    limits,
    tally,
    witness,
    takeCosignature,
    onProblem,
  } = parts
  const app = new Hono<ViewEnv>()
  const report = (error: unknown): void => {
    const known = publicError(error)
    if (statusOf(known) < 500 || known.code === 'SERVER_BUSY') return
    const problem = operatorProblem(known)
    tally.fault(problem.code)
    onProblem(problem)
  }
  app.use(counting(tally))
  const posts = [...(witness ? [ADD_CHECKPOINT_PATH] : []), ...(takeCosignature ? [COSIGNATURE_PATH] : [])]
  app.use(guard(isOwnName, new Set(posts)))
  app.get('/', (c) => c.text(WELCOME))
  app.get('/healthz', async (c) => {
    const state = await health({ signal: readerSignal(c) })
    return c.json(healthBody(state), state.ok ? 200 : 503, { 'cache-control': 'no-store' })
  })
  for (const path of ['/ipfs/*', '/ipns/*', '/routing/*', '/manifest/*', '/holdings/*', '/witness/*'])
    app.use(path, admission(limits, tally.begin))
  app.get('/ipfs/*', gateway(content, limits, report, tally))
  app.get('/ipns/*', nameRoute(readName))
  app.get('/routing/v1/ipns/*', routedNameRoute(readName))
  app.get('/manifest/*', manifestRoute(manifest))
  if (parts.holdings !== undefined) app.get('/holdings/*', holdingsRoute(parts.holdings))
  if (takeCosignature !== undefined) app.post(COSIGNATURE_PATH, cosignatureRoute(takeCosignature))
  if (witness !== undefined) {
    app.post(ADD_CHECKPOINT_PATH, addCheckpointRoute(witness))
    app.get('/witness/:log/checkpoint', witnessedRoute(witness))
  }
  for (const [hex, log] of parts.logs ?? [])
    app.get(`/mirror/${hex}/*`, logRoute(`/mirror/${hex}`, { ...parts, ...log }))
  app.notFound(() => refusal(new ViewError('NOT_SERVED', 'nothing is served at this path')))
  app.onError((error, c) => {
    if (connectionOf(c).outgoing?.destroyed !== true) report(error)
    return refusal(publicError(error))
  })
  return app
}

/** One of several logs, as if it were alone on a server of its own. */
function logRoute(prefix: string, { witness: _w, takeCosignature: _t, ...parts }: AppParts): Handler<ViewEnv> {
  const alone = createApp({ ...parts, logs: new Map(), tally: createTally() })
  return (c) => {
    const url = new URL(c.req.url)
    url.pathname = url.pathname.slice(prefix.length)
    const { method, headers, signal } = c.req.raw
    return alone.fetch(new Request(url, { method, headers, signal }), c.env)
  }
}

/** Named field by field: a port that hands out more than its type must not publish it. */
function healthBody({ ok, origin, size, headAge, problems }: Health): Health {
  return {
    ok,
    origin,
    size,
    ...(headAge === undefined ? {} : { headAge }),
    ...(problems === undefined ? {} : { problems }),
  }
}

/** The cause in full where it is ours, else the words of what broke. */
function operatorProblem(error: ViewError): Problem {
  const { cause } = error
  if (cause === undefined) return problemOf(error)
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && 'hint' in cause)
    return problemOf(cause)
  return { code: error.code, message: cause instanceof Error ? cause.message : 'unknown fault' }
}
