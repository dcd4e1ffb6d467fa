import { BlockList } from 'node:net'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { P2pError } from './errors.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Without names: looking one up would tell others of this machine. */
const ADDRESS = /^\/(?<family>ip4|ip6)\/(?<host>[^/]+)\/tcp\/(?<port>\d{1,5})(?<peer>\/p2p\/[1-9A-HJ-NP-Za-km-z]+)?$/

interface Parsed {
  readonly address: Multiaddr
  readonly host: string
  readonly isLoopback: boolean
}

/**
 * Where to listen: `/ip4/ADDRESS/tcp/PORT`, port 0 for any free one.
 *
 * @throws {P2pError} `P2P_ADDRESS_INVALID`, or `P2P_REMOTE_REFUSED` when others could connect without `allowRemote`.
 */
export function parseListen(texts: readonly string[], allowRemote: boolean): Multiaddr[] {
  return texts.map((text) => {
    const { address, isLoopback } = parse(text, 'listen', false)
    if (!allowRemote && !isLoopback) {
      throw new P2pError('P2P_REMOTE_REFUSED', `${text} would let other computers connect`, {
        hint: 'listen on /ip4/127.0.0.1/tcp/PORT, or set allowRemote = true under [p2p] once you know who then sees what (docs/guides/serving-to-ipfs.md)',
      })
    }
    return address
  })
}

/** Addresses that peers are told. @throws {P2pError} `P2P_ADDRESS_INVALID`. */
export function parseAnnounce(texts: readonly string[]): Multiaddr[] {
  return texts.map((text) => parse(text, 'announce', false).address)
}

/** Peers to stay connected to, each with its `/p2p/ID`. @throws {P2pError} `P2P_ADDRESS_INVALID`. */
export function parsePeers(texts: readonly string[]): Multiaddr[] {
  return texts.map((text) => parse(text, 'peers', true).address)
}

export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.check(host, host.includes(':') ? 'ipv6' : 'ipv4')
}

function parse(text: string, setting: string, withPeer: boolean): Parsed {
  const { host = '', peer } = ADDRESS.exec(text)?.groups ?? {}
  try {
    if (host === '' || (peer !== undefined) !== withPeer) throw new TypeError('another form')
    return { address: multiaddr(text), host, isLoopback: isLoopbackHost(host) }
  } catch (cause) {
    const form = `/ip4/ADDRESS/tcp/PORT${withPeer ? '/p2p/ID' : ''}`
    throw new P2pError('P2P_ADDRESS_INVALID', `${JSON.stringify(text)} under [p2p] ${setting} cannot be used`, {
      cause,
      hint: `write it as ${form}; names are not looked up`,
    })
  }
}
