import { ReadError } from './errors.ts'
import { networkSettings } from './network.ts'

const SOCKS = new Set(['socks5:', 'socks5h:'])

/**
 * An onion name means something to Tor alone. Asked of anything else, it tells a name server or a proxy which hidden
 * service somebody wanted to reach. Source: RFC 7686, 2.
 *
 * @param url - absolute.
 * @throws {ReadError} `ONION_NEEDS_PROXY`, before any packet leaves, unless a SOCKS proxy is configured.
 */
export function requireWayTo(url: string): void {
  const target = URL.parse(url)
  // That it is no URL is for whoever dials it to say.
  if (target === null) return
  const { hostname, host } = target
  if (!/(?:^|\.)onion$/.test(hostname.replace(/\.+$/, ''))) return
  const { proxyUrl } = networkSettings()
  if (proxyUrl !== undefined && SOCKS.has(new URL(proxyUrl).protocol)) return
  throw new ReadError(
    'ONION_NEEDS_PROXY',
    `${host} can be reached through a SOCKS proxy only; nothing was asked for it`,
    {
      hint: 'start Tor, and write proxy = "socks5h://127.0.0.1:9050" under [network] in holdfast.toml (Tor Browser: port 9150)',
    },
  )
}
