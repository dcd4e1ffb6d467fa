import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type FoundPeer, findPeer } from '../test/interop/peers.ts'

export const kubo: FoundPeer = findPeer('kubo')

/** A Kubo that runs over a repository of its own, finds nobody and is found by nobody. */
export interface RunningKubo extends AsyncDisposable {
  /** Root URLs, without a slash at the end. */
  readonly rpc: string
  readonly gateway: string
  ipfs(...args: readonly string[]): Promise<string>
}

/** What could find somebody, or tell of it; `--offline` does the rest. */
const QUIET: Readonly<Record<string, object>> = {
  Addresses: { Swarm: [], API: '/ip4/127.0.0.1/tcp/0', Gateway: '/ip4/127.0.0.1/tcp/0' },
  AutoConf: { Enabled: false },
  Bootstrap: [],
  Plugins: { Plugins: { telemetry: { Disabled: true } } },
  Provide: { Enabled: false },
  Routing: { Type: 'none', DelegatedRouters: [] },
  Version: { SwarmCheckEnabled: false },
}

/** Makes a repository below `dir` with Kubo's usual datastore, and starts its daemon; disposing removes both. */
export async function runKubo(dir: string, program: string): Promise<RunningKubo> {
  const path = mkdtempSync(join(dir, 'kubo-'))
  const env = { IPFS_PATH: path, HOME: path, IPFS_TELEMETRY: 'off' }
  const ipfs = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(program, args, { env, maxBuffer: 2 ** 28 })).stdout
  await ipfs('init', '--profile=test,unixfs-v1-2025')
  const config = JSON.parse(readFileSync(join(path, 'config'), 'utf8'))
  for (const [name, change] of Object.entries(QUIET))
    config[name] = Array.isArray(change) ? change : { ...config[name], ...change }
  writeFileSync(join(path, 'config'), JSON.stringify(config))
  const daemon = spawn(program, ['daemon', '--offline'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(daemon, 'exit')
  let said = ''
  daemon.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  while (!said.includes('Daemon is ready')) {
    if (daemon.exitCode !== null) throw new Error(`Kubo ended: ${said}`)
    await Promise.race([once(daemon.stdout, 'data'), ended])
  }
  const at = (what: string): string =>
    `http://127.0.0.1:${new RegExp(`${what} server listening on /ip4/127\\.0\\.0\\.1/tcp/(\\d+)`).exec(said)?.[1]}`
  return {
    ...{ rpc: at('RPC API'), gateway: at('Gateway'), ipfs },
    async [Symbol.asyncDispose]() {
      daemon.kill('SIGINT')
      await ended
      await rm(path, { recursive: true })
    },
  }
}
