import { BlockList } from 'node:net'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { base58btc } from 'multiformats/bases/base58'
import { decode as decodeDigest } from 'multiformats/hashes/digest'
import { P2pError } from './errors.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Without names: looking one up would tell others of this machine. */
const ADDRESS = /^\/(?<family>ip4|ip6)\/(?<host>[^/]+)\/tcp\/(?<port>\d{1,5})(?<peer>\/p2p\/[1-9A-HJ-NP-Za-km-z]+)?$/

/** Of a peer that is asked for blocks: a name may stand there, since the operator typed it to have it looked up. */
const DIALLED = /^\/(?:ip4|ip6|dns|dns4|dns6)\/(?<host>[^/]+)\/tcp\/\d{1,5}\/p2p\/(?<peer>[1-9A-HJ-NP-Za-km-z]+)$/
/** Hashes of keys in peer ids: the key itself, or its SHA-256. Source: libp2p specs, peer-ids. */
const KEY_HASHES: readonly number[] = [0x00, 0x12]

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

/**
 * A peer that is asked for blocks, `/dns4/NAME/tcp/PORT/p2p/ID` or with `ip4`, `ip6`, `dns6`, `dns`. Nothing is looked up.
 *
 * @throws {P2pError} `PEER_ADDRESS_INVALID`; onion names among them, which no name server must hear of.
 */
export function parseDialled(text: string): Multiaddr {
  const { host = '', peer = '' } = DIALLED.exec(text)?.groups ?? {}
  try {
    if (host === '' || /\.onion\.*$/i.test(host)) throw new TypeError('another form')
    if (!KEY_HASHES.includes(decodeDigest(base58btc.baseDecode(peer)).code)) throw new TypeError('no peer id')
    return multiaddr(text)
  } catch (cause) {
    throw new P2pError('PEER_ADDRESS_INVALID', `${JSON.stringify(text)} is no address of a peer that can be dialled`, {
      cause,
      hint: 'write it as the peer shows it: /ip4/ADDRESS/tcp/PORT/p2p/ID or /dns4/NAME/tcp/PORT/p2p/ID',
    })
  }
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
