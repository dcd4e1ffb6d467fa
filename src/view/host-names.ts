import { isIP } from 'node:net'
import { isLoopback, isWildcard } from './listen.ts'

/** Which names a request may use for this server. */
export type IsOwnName = (authority: string) => boolean

/**
 * Guards against DNS rebinding: a page somewhere whose name suddenly resolves to this machine would otherwise read from
 * a server that listens on loopback only. Ports are not compared, because a forwarded one differs.
 *
 * @param listen - the address that the server listens on.
 * @param names - further names or addresses under which it is known, without port.
 */
export function ownNames(listen: string, names: readonly string[]): IsOwnName {
  const known = new Set([
    'localhost',
    ...[listen, ...names].map((name) => hostnameOf(isIP(name) === 6 ? `[${name}]` : name)),
  ])
  return (authority) => {
    const name = hostnameOf(authority)
    if (name === undefined) return false
    if (known.has(name)) return true
    const address = name.replace(/^\[(.*)\]$/, '$1')
    // An address cannot be rebound, and behind a wildcard the machine has addresses that we do not know.
    return isLoopback(address) || (isWildcard(listen) && isIP(address) !== 0)
  }
}

/** Lower case, without port and final dot, addresses in their usual form; nothing for what is no host. */
function hostnameOf(authority: string): string | undefined {
  if (!/^[\w.:[\]-]{1,262}$/.test(authority)) return undefined
  const url = URL.parse(`http://${authority}`)
  return url === null || url.hostname === '' ? undefined : url.hostname.replace(/\.$/, '')
}
