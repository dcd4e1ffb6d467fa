import { P2pError } from '../p2p/errors.ts'
import type { OpenPeers, PeerBlocks } from '../pipeline/mirror/content-places.ts'
import { networkSettings } from '../read/network.ts'
import type { World } from './world.ts'

/**
 * How the peers of a log are asked for blocks. Where a proxy is set that libp2p must not go around, each question to one
 * fails with `P2P_PROXY_REFUSED`, so that a mirror that gets everything elsewhere is not bothered.
 */
export function peersOf({ config }: World): OpenPeers {
  return async (addresses) => {
    if (config.network.proxy !== '' && !config.p2p.aroundProxy) return refused(addresses)
    const { openPeerPlaces } = await import('../p2p/client.ts')
    return openPeerPlaces(addresses, { idleMs: networkSettings().idleMs })
  }
}

function refused(addresses: readonly string[]): PeerBlocks {
  const fetch = async (): Promise<never> => {
    throw new P2pError('P2P_PROXY_REFUSED', 'libp2p does not go through the proxy that [network] proxy names', {
      hint: 'no peer was dialled: leave them away, or, when their connections may go around the proxy, set aroundProxy = true under [p2p]',
    })
  }
  return {
    places: new Map(addresses.map((address) => [address, { fetch }])),
    [Symbol.asyncDispose]: async () => undefined,
  }
}
