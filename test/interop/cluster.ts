import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { aKubo, type Kubo, type ListeningKubo } from './kubo.ts'
import { type FoundPeer, findPeer } from './peers.ts'
import { runPeer } from './run-peer.ts'

/** One peer of a cluster, with a Kubo of its own. */
export interface ClusterPeer {
  readonly name: string
  /** Of the REST API and of the Pinning Service API, without a trailing slash. */
  readonly url: string
  readonly pinningService: string
  readonly kubo: ListeningKubo & Pick<Kubo, 'repository'>
  /** Stops peer and Kubo as the power does it. */
  kill(): Promise<void>
  /** Starts both again, at other ports; of a peer that is alone. */
  restart(): Promise<ClusterPeer>
}

export const cluster: FoundPeer = findPeer('ipfs-cluster')

/** Of the user `holdfast` of the REST API. */
export const CLUSTER_SECRET = 'a-secret-of-the-cluster'
/** As a file for `--token-file` has it. */
export const CLUSTER_LOGIN: string = `basic:holdfast:${CLUSTER_SECRET}`

/** Three peers on loopback that find each other and nobody else; stopped after the test. */
export async function aCluster(context: TestContext): Promise<readonly [ClusterPeer, ClusterPeer, ClusterPeer]> {
  const secret = Buffer.alloc(32, 7).toString('hex')
  const first = await startPeer(context, { name: 'oslo', secret, bootstrap: '' })
  const bootstrap = first.address
  const [second, third] = await Promise.all([
    startPeer(context, { name: 'bergen', secret, bootstrap }),
    startPeer(context, { name: 'tromso', secret, bootstrap }),
  ])
  const peers = [first, second, third] as const
  await connectKubos(peers)
  await untilAllKnow(peers)
  return peers
}

/** One peer alone; stopped after the test. @param below - where its Kubo lies, such as on a disk that is soon full. */
export async function aClusterPeer(context: TestContext, below?: string): Promise<ClusterPeer> {
  const secret = Buffer.alloc(32, 7).toString('hex')
  const peer = await startPeer(context, { name: 'oslo', secret, bootstrap: '' }, below)
  await untilAllKnow([peer])
  return peer
}

interface Start {
  readonly name: string
  readonly secret: string
  /** Address of a peer that is there already; empty for the first. */
  readonly bootstrap: string
}

interface StartedPeer extends ClusterPeer {
  readonly address: string
}

async function startPeer(context: TestContext, start: Start, below?: string): Promise<StartedPeer> {
  assert.ok(cluster.skip === false)
  const { program } = cluster
  const node = await aKubo(context, below)
  const path = mkdtempSync(join(tmpdir(), 'holdfast-cluster-'))
  const running: ChildProcess[] = []
  context.after(async () => {
    for (const child of running) await stop(child)
    rmSync(path, { recursive: true, force: true })
  })
  const env = { HOME: path, IPFS_CLUSTER_PATH: path }
  const made = await runPeer(context, program, ['init', '--consensus', 'crdt'], { env, cwd: path })
  assert.equal(made.exit, 0, made.stderr)
  const up = async (): Promise<StartedPeer> => {
    const kubo = { repository: node.repository, ...(await node.listening()) }
    configure(join(path, 'service.json'), start, kubo.url)
    const args = ['daemon', ...(start.bootstrap === '' ? [] : ['--bootstrap', start.bootstrap])]
    const child = spawn(program, args, { env, cwd: path, stdio: ['ignore', 'pipe', 'pipe'] })
    running.push(child)
    const told = await addressesOf(child)
    const kill = async (): Promise<void> => {
      await stop(child)
      await kubo.kill()
    }
    const restart = async (): Promise<ClusterPeer> => {
      const peer = await up()
      await untilAllKnow([peer])
      return peer
    }
    return { name: start.name, ...told, kubo, kill, restart }
  }
  return await up()
}

/** Everything on loopback and on free ports, nobody found by mDNS, and news of peers within seconds. */
function configure(path: string, { name, secret }: Start, ipfs: string): void {
  const config = JSON.parse(readFileSync(path, 'utf8'))
  const node = `/ip4/127.0.0.1/tcp/${new URL(ipfs).port}`
  const free = '/ip4/127.0.0.1/tcp/0'
  Object.assign(config.cluster, {
    ...{ peername: name, secret, listen_multiaddress: [free], mdns_interval: '0s', enable_relay_hop: false },
    ...{ monitor_ping_interval: '2s', peer_watch_interval: '1s', dial_peer_timeout: '2s' },
  })
  config.api = {
    restapi: {
      ...config.api.restapi,
      http_listen_multiaddress: free,
      basic_auth_credentials: { holdfast: CLUSTER_SECRET },
    },
    pinsvcapi: { ...config.api.pinsvcapi, http_listen_multiaddress: free },
  }
  Object.assign(config.ipfs_connector.ipfshttp, { node_multiaddress: node, connect_swarms_delay: '1s' })
  for (const informer of Object.values<Record<string, unknown>>(config.informer)) informer['metric_ttl'] = '4s'
  config.monitor.pubsubmon.check_interval = '2s'
  writeFileSync(path, JSON.stringify(config))
}

/** Reads what the daemon logs until it is ready. */
async function addressesOf(
  child: ChildProcess,
): Promise<{ readonly url: string; readonly pinningService: string; readonly address: string }> {
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  while (child.exitCode === null && child.signalCode === null) {
    const rest = /RESTAPI \(HTTP[^)]*\): \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/.exec(said)?.[1]
    const service = /PINSVCAPI \(HTTP[^)]*\): \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/.exec(said)?.[1]
    const address = /(\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+)/.exec(said)?.[1]
    if (rest !== undefined && service !== undefined && address !== undefined && said.includes('READY'))
      return { url: `http://127.0.0.1:${rest}`, pinningService: `http://127.0.0.1:${service}`, address }
    await passed(50)
  }
  throw new Error(`the cluster peer ended: ${said}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'close')
}

/** As a network would: so that one can fetch from the other. */
export async function connectKubos(peers: readonly ClusterPeer[]): Promise<void> {
  for (const { kubo } of peers) {
    const [id] = await askKubo(kubo, 'id')
    const addresses = id?.['Addresses']
    const [address = ''] = Array.isArray(addresses) ? addresses.map(String) : []
    for (const other of peers) if (other.kubo !== kubo) await askKubo(other.kubo, `swarm/connect?arg=${address}`)
  }
}

/** One call of Kubo's RPC; its lines. */
export async function askKubo(
  { url }: Pick<ListeningKubo, 'url'>,
  call: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const answer = await fetch(`${url}/api/v0/${call}`, { method: 'POST' })
  const text = await answer.text()
  assert.equal(answer.status, 200, `${call}: ${text}`)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** Waits until each peer has heard of all, and of the room that each has. */
async function untilAllKnow(peers: readonly ClusterPeer[]): Promise<void> {
  const headers = { authorization: `Basic ${Buffer.from(`holdfast:${CLUSTER_SECRET}`).toString('base64')}` }
  for (const { url } of peers)
    for (;;) {
      const metrics = await fetch(`${url}/monitor/metrics/freespace`, { headers })
      const known: unknown = await metrics.json()
      if (Array.isArray(known) && known.length === peers.length) break
      await passed(100)
    }
}
