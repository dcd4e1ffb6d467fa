import { rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { parseCid } from '../src/model/content-id.ts'
import { audit } from '../src/pipeline/engines/audit.ts'
import type { AuditedPlace } from '../src/pipeline/engines/audited-place.ts'
import { mirrorPlace } from '../src/pipeline/engines/mirror-place.ts'
import { pinRequest } from '../src/pipeline/engines/pin-request.ts'
import { openHome } from '../src/pipeline/open-home.ts'
import { closeNetwork, configureNetwork } from '../src/read/network.ts'
import { carOf } from '../src/replicate/car-sections.ts'
import type { PinEngine } from '../src/replicate/engine.ts'
import { kuboEngine } from '../src/replicate/kubo.ts'
import { makeArchive } from './archive.ts'
import { emptyHome, filmFolder, holdfast, publishedFilm, start } from './film-home.ts'
import { kubo, type RunningKubo, runKubo } from './kubo.ts'
import { rate } from './large-file.ts'
import type { Bench, Prepared } from './run.ts'

if (kubo.skip !== false) process.stderr.write(`engines.bench.ts is left out: ${kubo.skip}\n`)

const { signal } = new AbortController()
/** Bundles of six small blocks each: what counts is how long one block takes, and not how long its bytes do. */
const BUNDLES = 1_700
/** As many as the way out of this program opens to one host. */
const CONNECTIONS = 8

function program(): string {
  if (kubo.skip !== false) throw new Error(kubo.skip)
  return kubo.program
}

/** Leaves this home with one engine, which it has no notes of. */
async function onlyEngine(home: string, name: string, url: string): Promise<void> {
  rmSync(join(home, 'engines.toml'), { force: true })
  await holdfast(home, ['engine', 'add', 'kubo', '--name', name, '--url', url])
}

/** Brings a film of 1 GiB from where it lies into an empty Kubo, as `publish` does it. */
async function carToKubo(dir: string): Promise<Prepared> {
  const { film } = filmFolder(dir)
  const { home: path, root } = await publishedFilm(dir)
  const home = await openHome(path, { write: 'bench' })
  const [id = ''] = [...home.bundles.all()].map((bundle) => bundle.id)
  const wanted = pinRequest(home, id, root)
  // The same CAR, on the same disk.
  const car = join(dir, 'film.car')
  await writeFile(car, carOf(parseCid(root), wanted.blocks(signal)))
  const dispatcher = new Agent()
  return {
    async floor() {
      await using empty = await runKubo(dir, program())
      const began = performance.now()
      await empty.ipfs('dag', 'import', '--pin-roots=true', car)
      return rate(film, began)
    },
    async value() {
      await using empty = await runKubo(dir, program())
      const began = performance.now()
      const engine = kuboEngine({ name: 'kubo', url: new URL(empty.rpc), dispatcher })
      await engine.pin(wanted, { signal })
      const speed = rate(film, began)
      await empty.ipfs('pin', 'ls', '--type=recursive', root)
      return speed
    },
    async close() {
      await home[Symbol.asyncDispose]()
      await dispatcher.destroy()
      rmSync(car)
    },
  }
}

/** `publish` as a user runs it, of an archive that is published and at no engine. @returns its most memory, MB. */
async function memoryOfPublish(dir: string): Promise<Prepared> {
  const { home } = await publishedFilm(dir)
  return {
    async value() {
      await using empty = await runKubo(dir, program())
      await onlyEngine(home, 'kubo', empty.rpc)
      return (await start(home, ['publish', '--yes'])).rssMb
    },
  }
}

/** Reads all blocks of 1,700 bundles back from a Kubo that has them. */
async function auditOf(
  dir: string,
  place: (running: RunningKubo, dispatcher: Agent) => PinEngine,
  one: (running: RunningKubo, cid: string) => readonly [string, 'GET' | 'POST'],
): Promise<Prepared> {
  const folder = makeArchive(dir, 'nested', BUNDLES)
  const path = await emptyHome(dir)
  const running = await runKubo(dir, program())
  await holdfast(path, ['add', folder])
  await onlyEngine(path, 'kubo', running.rpc)
  await holdfast(path, ['publish', '--yes'])
  configureNetwork({ proxyUrl: undefined })
  const home = await openHome(path, { write: 'bench' })
  const dispatcher = new Agent({ connections: CONNECTIONS, pipelining: 1 })
  const cids = (await running.ipfs('refs', 'local')).trim().split('\n')
  const options = { sample: undefined, signal, stopping: signal, onEvent: () => undefined }
  return {
    async floor() {
      const began = performance.now()
      const left = cids.values()
      const worker = async (): Promise<void> => {
        for (const cid of left) {
          const [url, method] = one(running, cid)
          const { statusCode, body } = await request(url, { dispatcher, method })
          if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`)
          await body.arrayBuffer()
        }
      }
      await Promise.all(Array.from({ length: 2 * CONNECTIONS }, worker))
      return perSecond(cids.length, began)
    },
    async value() {
      const began = performance.now()
      const [found] = await audit(home, [place(running, dispatcher)], options)
      const speed = perSecond(found?.checked ?? 0, began)
      requireGood(found)
      return speed
    },
    async close() {
      await home[Symbol.asyncDispose]()
      await dispatcher.destroy()
      await closeNetwork()
      await running[Symbol.asyncDispose]()
    },
  }
}

function perSecond(blocks: number, began: number): number {
  return blocks / ((performance.now() - began) / 1_000)
}

function requireGood(found: AuditedPlace | undefined): void {
  if (found === undefined || found.checked < 10_000 || found.bad + found.missing > 0 || found.unreachable)
    throw new Error(`the audit found ${JSON.stringify(found)}`)
}

const all: readonly Bench[] = [
  {
    name: 'CAR of 1 GiB to Kubo from the files themselves, beside `ipfs dag import` of it from disk',
    unit: 'MB/s',
    target: { ratioAtLeast: 0.7, rssMbAtMost: 250 },
    prepare: carToKubo,
  },
  {
    name: 'memory of `publish` that sends it',
    unit: 'MB',
    target: { valueAtMost: 250 },
    rounds: 1,
    prepare: memoryOfPublish,
  },
  {
    name: 'audit of 10,000 blocks at a Kubo, beside plain requests for them',
    unit: 'blocks/s',
    target: { rssMbAtMost: 250 },
    prepare: (dir) =>
      auditOf(
        dir,
        ({ rpc }, dispatcher) => kuboEngine({ name: 'kubo', url: new URL(rpc), dispatcher }),
        ({ rpc }, cid) => [`${rpc}/api/v0/block/get?arg=${cid}&offline=true`, 'POST'],
      ),
  },
  {
    name: 'audit of 10,000 blocks at a gateway, beside plain GETs of them',
    unit: 'blocks/s',
    target: { rssMbAtMost: 250 },
    prepare: (dir) =>
      auditOf(
        dir,
        ({ gateway }) => mirrorPlace('gateway', gateway),
        ({ gateway }, cid) => [`${gateway}/ipfs/${cid}?format=raw`, 'GET'],
      ),
  },
]

export const benches: readonly Bench[] = kubo.skip === false ? all : []
