import type { Hono } from 'hono'
import type { Problem } from '../../../src/model/errors.ts'
import { createApp } from '../../../src/view/app.ts'
import type { ViewEnv } from '../../../src/view/connection.ts'
import { ownNames } from '../../../src/view/host-names.ts'
import { DEFAULT_LIMITS, type ServerLimits } from '../../../src/view/limits.ts'
import type { Health, ManifestFiles } from '../../../src/view/ports.ts'
import { createTally, type Tally } from '../../../src/view/tally.ts'
import { FakeServedContent } from '../../fakes/served-content.ts'

/** A manifest directory in memory. */
export function manifestOf(files: Readonly<Record<string, Uint8Array>>): ManifestFiles {
  return { read: async (name) => (Object.hasOwn(files, name) ? files[name] : undefined) }
}

export const NO_MANIFEST: ManifestFiles = manifestOf({})

export function aHealth(changes: Partial<Health> = {}): Health {
  return { ok: true, origin: 'archive.example/testimony', size: 7, ...changes }
}

export interface World {
  readonly content: FakeServedContent
  readonly app: Hono<ViewEnv>
  readonly problems: Problem[]
  readonly tally: Tally
  /** One request without a socket, as `http://localhost`. */
  get(path: string, headers?: Readonly<Record<string, string>>, method?: string): Promise<Response>
}

/** The app over fakes. */
export function aWorld({
  manifest = NO_MANIFEST,
  health = () => aHealth(),
  limits = {},
}: {
  manifest?: ManifestFiles
  health?: () => Health
  limits?: Partial<ServerLimits>
} = {}): World {
  const content = new FakeServedContent()
  const problems: Problem[] = []
  const tally = createTally()
  const app = createApp({
    content,
    manifest,
    health,
    isOwnName: ownNames('127.0.0.1', []),
    limits: { ...DEFAULT_LIMITS, ...limits },
    tally,
    onProblem: (problem) => problems.push(problem),
  })
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Response> =>
    await app.request(path, { method, headers: { ...headers } })
  return { content, app, problems, tally, get }
}

export async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer())
}
