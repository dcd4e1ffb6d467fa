import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { LbryDaemonError } from './errors.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

export function isLoopback(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && LOOPBACK.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/**
 * The address of a daemon. Whoever reaches that port can spend the wallet, and so can whoever answers in its place: without
 * `allowRemote` it has to be 127.0.0.0/8, ::1 or a name under `localhost`, whose address is checked again at each connection.
 *
 * @throws {LbryDaemonError} `LBRY_URL_INVALID`, `LBRY_REMOTE_REFUSED`.
 */
export function parseDaemonUrl(text: string, allowRemote: boolean): URL {
  if (!URL.canParse(text)) throw new LbryDaemonError('LBRY_URL_INVALID')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new LbryDaemonError('LBRY_URL_INVALID')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new LbryDaemonError('LBRY_URL_INVALID', {
      what: 'the address of the daemon must have no user, password, query or fragment',
    })
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const near = isLoopback(host) || /^(?:.+\.)?localhost\.?$/.test(host)
  if (!near && !allowRemote) throw new LbryDaemonError('LBRY_REMOTE_REFUSED')
  return url
}

/** A name that was to be on this machine has another address: a hosts file or resolver that lies. */
export class NotLoopback extends Error {
  override name = 'NotLoopback' as const
}

/** Resolves names for a connection, and lets none leave this machine. */
export function loopbackOnly(resolve: LookupFunction = systemLookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found
      const [first] = addresses ?? []
      if (error !== null) return done(error, '')
      if (first === undefined || !addresses.every(({ address }) => isLoopback(address)))
        return done(new NotLoopback(`${host} is not on this machine`), '')
      if (options.all === true) return done(null, addresses)
      return done(null, first.address, first.family)
    })
  }
}

const systemLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, done)
}
