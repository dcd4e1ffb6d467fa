import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { base32upper } from 'multiformats/bases/base32'
import type { CID } from 'multiformats/cid'
import { type FoundPeer, findPeer } from './peers.ts'
import { type PeerRun, runPeer } from './run-peer.ts'

/** A Kubo with a repository of its own under a temporary directory, which nothing but loopback ever reaches. */
export interface Kubo {
  /** Runs `ipfs` to its end; fails the test unless it ends with 0. */
  run(args: readonly string[], input?: string | Uint8Array): Promise<PeerRun>
  /**
   * CID of each path below a directory as Kubo would add it, the directory itself under `''`; what cannot be printed
   * in a name is replaced. Nothing is stored.
   */
  cidsOf(directory: string): Promise<ReadonlyMap<string, string>>
  /** Starts Kubo's gateway over what is in the repository; stopped after the test. Root URL without a trailing slash. */
  gateway(): Promise<string>
  /** Starts Kubo's RPC over the repository, which finds nobody; stopped after the test. */
  rpc(): Promise<KuboRpc>
  /** Directory of the repository. */
  readonly repository: string
  /**
   * Starts Kubo with Bitswap, which listens nowhere and finds nobody by itself; stopped after the test.
   *
   * @param settings - of its configuration, instead of the quiet ones.
   */
  online(settings?: Readonly<Record<string, unknown>>): Promise<void>
  /**
   * Starts Kubo with Bitswap and RPC, which listens on loopback and finds nobody by itself, and a gateway that gives only what it
   * has; stopped after the test.
   */
  listening(): Promise<ListeningKubo>
}

export interface ListeningKubo extends KuboRpc {
  /** Root URL of its gateway, without a trailing slash. */
  readonly gateway: string
}

export interface KuboRpc {
  /** Without a trailing slash. */
  readonly url: string
  /** As the power does it. */
  kill(): Promise<void>
}

export const kubo: FoundPeer = findPeer('kubo')

/** What `--profile=test` leaves on; each of these could ask somebody. */
const QUIET = {
  Routing: { Type: 'none' },
  Provide: { Enabled: false },
  HTTPRetrieval: { Enabled: false },
  Version: { SwarmCheckEnabled: false },
  Plugins: { Plugins: { telemetry: { Disabled: true } } },
}

/** The same for a Kubo with a network, and whatever could tell of it or find somebody. */
const QUIET_ONLINE = {
  AutoConf: { Enabled: false },
  AutoNAT: { ServiceMode: 'disabled' },
  AutoTLS: { Enabled: false },
  Bootstrap: [],
  DNS: { Resolvers: {} },
  Discovery: { MDNS: { Enabled: false } },
  Ipns: { DelegatedPublishers: [] },
  Routing: { Type: 'none', DelegatedRouters: [] },
  Swarm: {
    DisableNatPortMap: true,
    EnableHolePunching: false,
    RelayClient: { Enabled: false },
    RelayService: { Enabled: false },
  },
}

/** @param below - where its directory is made, such as on a disk that is soon full. */
export async function aKubo(context: TestContext, below: string = tmpdir()): Promise<Kubo> {
  assert.ok(kubo.skip === false)
  const { program } = kubo
  const path = mkdtempSync(join(below, 'holdfast-kubo-'))
  const daemons: Daemon[] = []
  context.after(async () => {
    for (const daemon of daemons) await daemon[Symbol.asyncDispose]()
    rmSync(path, { recursive: true, force: true })
  })
  const env = { IPFS_PATH: join(path, 'repository'), HOME: path, IPFS_TELEMETRY: 'off' }
  const run = async (args: readonly string[], input?: string | Uint8Array): Promise<PeerRun> => {
    const ended = await runPeer(context, program, args, { env, cwd: path, ...(input === undefined ? {} : { input }) })
    assert.equal(ended.exit, 0, `ipfs ${args.join(' ')}: ${ended.stderr}`)
    return ended
  }
  await run(['init', '--profile=test,unixfs-v1-2025'])
  const config = join(path, 'repository/config')
  quieten(config, QUIET)
  return {
    run,
    async cidsOf(directory) {
      const { stdout } = await run(['add', '--only-hash', '--offline', '-r', '-H', '--progress=false', directory])
      return addedIn(stdout)
    },
    async gateway() {
      const daemon = await startDaemon(program, ['--offline'], env)
      daemons.push(daemon)
      return daemon.gateway
    },
    repository: join(path, 'repository'),
    async rpc() {
      const daemon = await startDaemon(program, ['--offline'], env)
      daemons.push(daemon)
      return daemon
    },
    async online(settings = {}) {
      quieten(config, QUIET_ONLINE)
      quieten(config, settings)
      daemons.push(await startDaemon(program, [], env))
    },
    async listening() {
      quieten(config, { ...QUIET_ONLINE, Gateway: { NoFetch: true } }, ['/ip4/127.0.0.1/tcp/0'])
      const daemon = await startDaemon(program, [], env)
      daemons.push(daemon)
      return daemon
    },
  }
}

function quieten(path: string, settings: Readonly<Record<string, unknown>>, swarm: readonly string[] = []): void {
  const config: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'))
  for (const [name, change] of Object.entries(settings))
    config[name] = Array.isArray(change) ? change : { ...Object(config[name]), ...Object(change) }
  config['Addresses'] = { Swarm: swarm, API: '/ip4/127.0.0.1/tcp/0', Gateway: '/ip4/127.0.0.1/tcp/0' }
  writeFileSync(path, JSON.stringify(config))
}

/** Lines `added CID NAME/PATH`, NAME being the added directory's own. */
function addedIn(stdout: string): ReadonlyMap<string, string> {
  const lines = stdout.split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const [, cid = '', path = ''] = /^added (\S+) [^/]*\/?(.*)$/u.exec(line) ?? []
      assert.notEqual(cid, '', line)
      return [path, cid]
    }),
  )
}

interface Daemon extends KuboRpc, AsyncDisposable {
  readonly gateway: string
}

async function startDaemon(
  program: string,
  options: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Daemon> {
  const daemon = spawn(program, ['daemon', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(daemon, 'close')
  const stop = async (): Promise<void> => {
    daemon.kill('SIGINT')
    const tooLong = setTimeout(() => daemon.kill('SIGKILL'), 10_000)
    await closed
    clearTimeout(tooLong)
  }
  const kill = async (): Promise<void> => {
    daemon.kill('SIGKILL')
    await closed
  }
  let said = ''
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  while (daemon.exitCode === null && daemon.signalCode === null) {
    const port = /Gateway server listening on \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/.exec(said)?.[1]
    const rpc = /RPC API server listening on \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/.exec(said)?.[1]
    if (port !== undefined && said.includes('Daemon is ready'))
      return {
        ...{ gateway: `http://127.0.0.1:${port}`, url: `http://127.0.0.1:${rpc}`, kill },
        [Symbol.asyncDispose]: stop,
      }
    await Promise.race([closed, once(daemon.stdout, 'data')])
  }
  throw new Error(`Kubo's daemon ended: ${said}`)
}

/** Changes a block where flatfs keeps it, by the base32 of its multihash, or takes it away. */
export function changeBlock({ repository }: Pick<Kubo, 'repository'>, cid: CID, to: 'other bytes' | 'nothing'): void {
  const name = `${base32upper.encoder.encode(cid.multihash.bytes).slice(1)}.data`
  const found = readdirSync(join(repository, 'blocks'), { recursive: true }).find((path) => `${path}`.endsWith(name))
  const path = join(repository, 'blocks', `${found ?? assert.fail(`${name} is in no directory`)}`)
  if (to === 'nothing') rmSync(path)
  else writeFileSync(path, to)
}
