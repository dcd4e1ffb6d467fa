import { BlockList, isIP } from 'node:net'
import { ReplicateError } from './errors.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether a URL leads to this computer, and must never go through a proxy, whose own loopback it would reach. */
export function isOnThisComputer({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  const version = isIP(host)
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6')
}

/**
 * The address of an engine. Whoever answers there is told what is published, and whoever listens on the way reads the token.
 *
 * @param allowPlain - plain http to another computer: a tunnel or a network of one's own that is trusted.
 * @throws {ReplicateError} `ENGINE_REMOTE_REFUSED`.
 */
export function parseEngineUrl(text: string, allowPlain: boolean): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw refused('is not an http or https URL', 'give one such as http://127.0.0.1:5001')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw refused(
      'has a user, password, query or fragment',
      'put the secret into a file, and name it with --token-file',
    )
  if (url.protocol === 'http:' && !allowPlain && !isOnThisComputer(url))
    throw refused('is plain http on another computer', 'use https, or say --allow-remote if the way there is trusted')
  return url
}

function refused(why: string, hint: string): ReplicateError {
  return new ReplicateError('ENGINE_REMOTE_REFUSED', `the address of the engine ${why}`, { hint })
}
