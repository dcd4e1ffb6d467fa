import { BlockList, isIP, isIPv6 } from 'node:net'
import { ViewError } from './errors.ts'

/** Where to listen. */
export interface ListenAddress {
  /** An IP address, without brackets. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Reads `ADDRESS:PORT`, `[IPV6]:PORT` or `localhost:PORT`. Names are not looked up: who controls their resolution would
 * decide where this machine opens itself.
 *
 * @throws {ViewError} `LISTEN_INVALID`, or `LISTEN_REMOTE_REFUSED` when other machines could connect without `allowRemote`.
 */
export function parseListen(text: string, allowRemote: boolean): ListenAddress {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(0|[1-9]\d{0,4})$/.exec(text) ?? []
  const host = bracketed ?? (plain?.toLowerCase() === 'localhost' ? '127.0.0.1' : plain) ?? ''
  const port = Number(digits)
  if (isIP(host) === 0 || digits === '' || port > 65_535) {
    throw new ViewError('LISTEN_INVALID', `cannot listen on ${JSON.stringify(text)}`, {
      hint: 'give ADDRESS:PORT, for example 127.0.0.1:8080, or port 0 for a free one',
    })
  }
  if (!allowRemote && !isLoopback(host)) {
    throw new ViewError('LISTEN_REMOTE_REFUSED', `${text} would let other machines connect`, {
      hint: 'use 127.0.0.1, or allow it in the configuration once a firewall or reverse proxy stands before it',
    })
  }
  return { host, port }
}

/** True for addresses that only this machine can reach. */
export function isLoopback(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  return LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** True for the addresses that stand for all of a machine's own. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

/** Root URL of a server; a wildcard becomes the loopback address, which can be opened. */
export function urlOf({ host, port }: ListenAddress): string {
  const open = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${isIPv6(open) ? `[${open}]` : open}:${port}`
}
