import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findPeer } from '../test/interop/peers.ts'
import { filmFolder, publishedFilm } from './film-home.ts'
import { rate, sha256Floor } from './large-file.ts'
import type { Bench, Prepared } from './run.ts'

const PROGRAM = fileURLToPath(new URL('../bin/holdfast.ts', import.meta.url))
const kubo = findPeer('kubo')
if (kubo.skip !== false) process.stderr.write(`p2p.bench.ts is left out: ${kubo.skip}\n`)

/** What could find somebody, or tell of it. */
const QUIET = {
  Addresses: { Swarm: [], API: '/ip4/127.0.0.1/tcp/0', Gateway: '/ip4/127.0.0.1/tcp/0' },
  AutoConf: { Enabled: false },
  AutoTLS: { Enabled: false },
  Bootstrap: [],
  DNS: { Resolvers: {} },
  HTTPRetrieval: { Enabled: false },
  Ipns: { DelegatedPublishers: [] },
  Provide: { Enabled: false },
  Routing: { Type: 'none', DelegatedRouters: [] },
  Version: { SwarmCheckEnabled: false },
  Plugins: { Plugins: { telemetry: { Disabled: true } } },
}

interface Server extends AsyncDisposable {
  readonly address: string
  peakRssMb(which: 'node' | 'http'): number
}

async function serveP2p(home: string): Promise<Server> {
  writeFileSync(join(home, 'holdfast.toml'), '[p2p]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n')
  const args = [PROGRAM, 'serve', '--p2p', '--listen', '127.0.0.1:0', '--home', home, '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, p2p } = JSON.parse(line)
    if (event !== 'ready') continue
    const below = readdirSync('/proc').find((name) => statusOf(name, 'PPid') === child.pid)
    return {
      address: p2p.multiaddrs[0],
      peakRssMb: (which) => ((statusOf(which === 'node' ? (below ?? '') : `${child.pid}`, 'VmHWM') ?? 0) * 1024) / 1e6,
      async [Symbol.asyncDispose]() {
        child.kill('SIGTERM')
        await ended
      },
    }
  }
  throw new Error('the server ended before it was ready')
}

function statusOf(pid: string, field: string): number | undefined {
  if (!/^\d+$/.test(pid)) return undefined
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  } catch {
    return undefined
  }
}

/** A new Kubo pins the bundle over Bitswap. @returns MB/s of the film. */
async function pin(dir: string, program: string, address: string, root: string, film: string): Promise<number> {
  const path = mkdtempSync(join(dir, 'kubo-'))
  const env = { IPFS_PATH: path, HOME: path, IPFS_TELEMETRY: 'off' }
  const ipfs = (...args: string[]) => promisify(execFile)(program, args, { env })
  await ipfs('init', '--profile=test,unixfs-v1-2025')
  const config = JSON.parse(readFileSync(join(path, 'config'), 'utf8'))
  for (const [name, change] of Object.entries(QUIET))
    config[name] = Array.isArray(change) ? change : { ...config[name], ...change }
  writeFileSync(join(path, 'config'), JSON.stringify(config))
  const daemon = spawn(program, ['daemon'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(daemon, 'exit')
  let said = ''
  daemon.stdout.on('data', (text) => {
    said += text
  })
  try {
    while (!said.includes('Daemon is ready')) {
      if (daemon.exitCode !== null) throw new Error(`Kubo ended: ${said}`)
      await Promise.race([once(daemon.stdout, 'data'), ended])
    }
    await ipfs('swarm', 'connect', address)
    const start = performance.now()
    await ipfs('pin', 'add', `/ipfs/${root}`)
    return rate(film, start)
  } finally {
    daemon.kill('SIGINT')
    await ended
    await rm(path, { recursive: true })
  }
}

async function bitswap(dir: string, measured: 'speed' | 'node' | 'http'): Promise<Prepared> {
  if (kubo.skip !== false) throw new Error(kubo.skip)
  const { program } = kubo
  const { film } = filmFolder(dir)
  const { home, root } = await publishedFilm(dir)
  const server = await serveP2p(home)
  const close = () => server[Symbol.asyncDispose]()
  const value = () => pin(dir, program, server.address, root, film)
  if (measured === 'speed') return { floor: () => sha256Floor(film), value, close }
  return { value: () => value().then(() => server.peakRssMb(measured)), close }
}

const all: readonly Bench[] = [
  { name: 'Bitswap of 1 GiB to Kubo', unit: 'MB/s', target: {}, rounds: 1, prepare: (dir) => bitswap(dir, 'speed') },
  {
    name: 'memory of the libp2p process that sends it',
    unit: 'MB',
    target: { valueAtMost: 400 },
    rounds: 1,
    prepare: (dir) => bitswap(dir, 'node'),
  },
  {
    name: 'memory of the HTTP process beside it',
    unit: 'MB',
    target: { valueAtMost: 250 },
    rounds: 1,
    prepare: (dir) => bitswap(dir, 'http'),
  },
]

export const benches: readonly Bench[] = kubo.skip === false ? all : []
