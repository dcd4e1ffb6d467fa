import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pinned from './peers.json' with { type: 'json' }

/** A program that we did not write and that is to agree with ours. */
export interface Peer {
  readonly name: PeerName
  readonly module: string
  readonly version: string
  /** What the Go client must say of the module's content; left out where no copy was ever to be had. */
  readonly sum?: string
  /** Directory of a small program of ours around the module, beside this file; without it the module is the program. */
  readonly source?: string
  /** Arguments of `go` that make the program, without `-o`. */
  readonly build: readonly string[]
  /** A directory of the module that the program reads when it runs. */
  readonly data?: string
}

export type PeerName = keyof typeof pinned

/** Where a test finds a peer, or why it cannot. */
export type FoundPeer =
  | { readonly program: string; readonly directory: string; readonly skip: false }
  | { readonly skip: string }

export const PEERS: readonly Peer[] = [
  { name: 'kubo', ...pinned.kubo },
  { name: 'fsck', ...pinned.fsck },
  { name: 'ipfs-cluster', ...pinned['ipfs-cluster'] },
  { name: 'note', ...pinned.note },
  { name: 'litewitness', ...pinned.litewitness },
  { name: 'gateway-conformance', ...pinned['gateway-conformance'] },
]

/** Beside this file; the Go program of ours lies below it. */
export const INTEROP: string = fileURLToPath(new URL('.', import.meta.url))

/** Where a peer's program lies, or will; another directory for each version, and for each state of our own source. */
export function peerDirectory({ name, version, source }: Peer): string {
  const { HOLDFAST_PEERS, XDG_CACHE_HOME } = process.env
  const cache = HOLDFAST_PEERS ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'holdfast-peers')
  return join(cache, `${name}@${version}${source === undefined ? '' : `-${digestOfSource(join(INTEROP, source))}`}`)
}

export function programOf(peer: Peer): string {
  return join(peerDirectory(peer), peer.name)
}

/** Holds one line when `build-peers` could not have the peer. */
export function reasonPath(peer: Peer): string {
  return `${peerDirectory(peer)}.skipped`
}

/** Looks a peer up for a test, which passes `skip` to `describe`. */
export function findPeer(wanted: PeerName): FoundPeer {
  const peer = PEERS.find(({ name }) => name === wanted)
  if (peer === undefined) throw new TypeError(`${wanted} has no pin`)
  const program = programOf(peer)
  if (existsSync(program)) return { program, directory: peerDirectory(peer), skip: false }
  const reason = existsSync(reasonPath(peer)) ? readFileSync(reasonPath(peer), 'utf8').trim() : undefined
  return { skip: `no ${peer.module} ${peer.version}: ${reason ?? 'run test/interop/build-peers.ts'}` }
}

function digestOfSource(directory: string): string {
  const files = readdirSync(directory).sort()
  return hash('sha256', files.map((file) => hash('sha256', readFileSync(join(directory, file)))).join()).slice(0, 12)
}
