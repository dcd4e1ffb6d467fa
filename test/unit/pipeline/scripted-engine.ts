import type { TestContext } from 'node:test'
import { type AuditOptions, audit } from '../../../src/pipeline/engines/audit.ts'
import type { AuditedPlace } from '../../../src/pipeline/engines/audited-place.ts'
import { type FillCounts, type FillOptions, fillEngines } from '../../../src/pipeline/engines/fill-engines.ts'
import { listedReplicas } from '../../../src/pipeline/engines/listed-replicas.ts'
import type { PinEngine } from '../../../src/replicate/engine.ts'
import { ReplicateError, type ReplicateErrorCode } from '../../../src/replicate/errors.ts'
import { anInstallation, type Installation } from './installation.ts'

const { signal } = new AbortController()

/** An engine in memory that fails as a test says. */
export interface Scripted extends PinEngine {
  readonly pins: Map<string, Map<string, Uint8Array>>
  /** Roots that it was sent, in order. */
  readonly sent: string[]
  /** Thrown before a bundle is taken; by its id, or for each. */
  failing: ((id: string) => ReplicateErrorCode | undefined) | undefined
}

export function scripted(name: string): Scripted {
  const engine: Scripted = {
    ...{ name, pins: new Map(), sent: [], failing: undefined },
    prepare: async () => fail('prepare'),
    async pin(request, options) {
      fail(request.id)
      if (request.again !== true && engine.pins.has(request.root)) return 'pinned'
      const blocks = new Map<string, Uint8Array>()
      for await (const { cid, bytes } of request.blocks(options.signal)) blocks.set(cid.toString(), bytes.slice())
      engine.sent.push(request.root)
      engine.pins.set(request.root, blocks)
      return 'pinned'
    },
    status: async (root) => (engine.pins.has(root) ? 'pinned' : 'absent'),
    async remove(root) {
      fail('remove')
      engine.pins.delete(root)
    },
    async readBlock(root, cid) {
      fail('read')
      return engine.pins.get(root)?.get(cid.toString())
    },
  }
  function fail(what: string): void {
    const code = engine.failing?.(what)
    if (code !== undefined) throw new ReplicateError(code, `${what} fails`)
  }
  return engine
}

/** An archive that is published, and what is done to it. */
export interface Published extends Installation {
  readonly ids: readonly string[]
  fill(engines: readonly PinEngine[], options?: Partial<FillOptions>): Promise<FillCounts>
  audit(places: readonly PinEngine[], options?: Partial<AuditOptions>): Promise<readonly AuditedPlace[]>
  problems(): string[]
}

export async function published(context: TestContext, count: number): Promise<Published> {
  const world = await anInstallation(context)
  for (let n = 0; n < count; n += 1) world.video({ id: `video${String(n).padStart(6, '0')}` })
  const ids = (await world.add('public')).map(({ id }) => id).toSorted()
  await world.publish()
  const run = {
    ...{ signal, stopping: signal },
    onEvent: (event: (typeof world.events)[number]) => void world.events.push(event),
  }
  return {
    ...world,
    ids,
    fill: (engines, options) => fillEngines(world.home, engines, { ...run, ...options }),
    audit: (places, options) => audit(world.home, places, { ...run, sample: undefined, ...options }),
    problems: () => world.events.flatMap((event) => (event.type === 'problem' ? [event.problem.code] : [])),
  }
}

export const statesAt = ({ home, ids }: Published, engine: string): (string | undefined)[] =>
  ids.map((id) => listedReplicas(home, id).find((replica) => replica.engine === engine)?.state)
