import { isLoopback } from '../../lbry-sdk-client/daemon/daemon-url.ts'
import { PublishError } from '../errors.ts'

/** What the service takes as the place of an upload (facts 4.2). */
const UPLOAD_URL = /^https?:\/\/[^/]+\/.+\/[A-Za-z0-9+_.-]{32,}$/
/** Far above any that was seen; the ledger keeps it. */
const MAX_URL_CHARACTERS = 2_048

/**
 * An address that a token is sent to: https, or plain http on this machine.
 *
 * @throws {PublishError} `TARGET_UNSUITABLE`.
 */
export function parseServiceUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw unusable('is not an http or https URL')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw unusable('has a user, password, query or fragment')
  if (url.protocol === 'http:' && !isNear(url)) throw unusable('is not https, and a token would go there in the clear')
  return url
}

/**
 * An address that the service gave for uploads.
 *
 * @param base - the service; one far away must not lead to plain http on this machine, where a daemon with a wallet listens.
 * @throws {PublishError} `TARGET_ANSWER_UNKNOWN`.
 */
export function parseGivenUrl(text: string, base: URL): URL {
  const url = text.length > MAX_URL_CHARACTERS ? null : URL.parse(text, base.href)
  if (url !== null && url.username === '' && url.password === '') {
    if (url.protocol === 'https:' && (!isNear(url) || isNear(base))) return url
    if (url.protocol === 'http:' && isNear(url) && isNear(base)) return url
  }
  throw new PublishError('TARGET_ANSWER_UNKNOWN', 'Odysee gave an address for uploads that is not a public https URL', {
    hint: 'again later; if it stays, report it',
  })
}

/** @throws {PublishError} `TARGET_ANSWER_UNKNOWN` also when a claim could not be made from it. */
export function parseUploadUrl(text: string, base: URL): string {
  const { href } = parseGivenUrl(text, base)
  if (UPLOAD_URL.test(href)) return href
  throw new PublishError('TARGET_ANSWER_UNKNOWN', 'Odysee gave an upload a place that no claim can be made from', {
    hint: 'again later; if it stays, report it',
  })
}

/** The address of one method below a base, whether or not that ends with a slash. */
export function below(base: URL, path: string): URL {
  return new URL(`${base.href.replace(/\/+$/, '')}/${path}`)
}

function isNear({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || isLoopback(host)
}

function unusable(why: string): PublishError {
  return new PublishError('TARGET_UNSUITABLE', `the address that is set for Odysee ${why}`, {
    hint: 'set an https address, or one on this machine',
  })
}
