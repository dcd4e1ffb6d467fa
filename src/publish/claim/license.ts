import { normaliseLine } from '../../model/text.ts'
import { cutToBytes } from './cut.ts'
import { isPlainHttps } from './last-lines.ts'
import { findRightsStatement } from './rights-statements.ts'

/** Bytes of either part. */
export const MAX_LICENSE = 200

export interface ClaimLicense {
  readonly license?: string
  readonly licenseUrl?: string
}

/** YouTube's words for CC BY 3.0 (its help pages on Creative Commons). */
const YOUTUBE = 'creative commons attribution license (reuse allowed)'
const ELEMENTS: Readonly<Record<string, string>> = {
  by: 'Attribution',
  sa: 'ShareAlike',
  nc: 'NonCommercial',
  nd: 'NoDerivatives',
}
const CC_URL =
  /^https?:\/\/(?:www\.)?creativecommons\.org\/licenses\/(?<kind>by(?:-(?:sa|nd|nc|nc-sa|nc-nd))?)\/(?<version>\d\.\d)(?:\/(?<port>[a-z]{2,3}))?(?:\/(?:deed|legalcode)[^/]*)?\/?$/i
const CC_TEXT = /^cc[ -]by(?<rest>(?:[ -](?:sa|nd|nc))*)(?:[ -](?<version>\d\.\d))?$/i
const CC_DOMAIN = /^https?:\/\/(?:www\.)?creativecommons\.org\/publicdomain\/(?<kind>zero|mark)\/1\.0(?:\/.*)?$/i
const RIGHTS = /^https?:\/\/(?:www\.)?rightsstatements\.org\/(?:vocab|page)\/(?<code>[A-Z-]+)\/1\.0(?:\/.*)?$/i

/**
 * The words that people know for a licence, and its URL. Creative Commons licences have the names that Odysee's own form
 * gives them, so that it recognises them; what is no known licence is passed on as it is.
 */
export function claimLicense(given: string | undefined): ClaimLicense {
  const text = normaliseLine(given ?? '')
  if (text === '') return {}
  const known = creativeCommons(text) ?? publicDomain(text) ?? rightsStatement(text)
  if (known !== undefined) return known
  const license = cutToBytes(text, MAX_LICENSE)
  if (license === '') return {}
  return isPlainHttps(text) && license === text ? { license, licenseUrl: text } : { license }
}

function creativeCommons(text: string): ClaimLicense | undefined {
  if (text.toLowerCase() === YOUTUBE) return named('by', '3.0')
  const { kind, version, port } = CC_URL.exec(text)?.groups ?? {}
  if (kind !== undefined && version !== undefined) return named(kind.toLowerCase(), version, port?.toLowerCase())
  const written = CC_TEXT.exec(text)?.groups
  if (written?.['version'] === undefined) return undefined
  const parts = (written['rest'] ?? '').toLowerCase().split(/[ -]/).filter(Boolean)
  // The order in which Creative Commons writes them; a licence is not both share-alike and without derivatives.
  const order = ['nc', 'sa', 'nd'].filter((part) => parts.includes(part))
  return order.includes('sa') && order.includes('nd')
    ? undefined
    : named(['by', ...order].join('-'), written['version'])
}

function named(kind: string, version: string, port?: string): ClaimLicense {
  const elements = kind.split('-').map((element) => ELEMENTS[element] ?? element)
  const where = port === undefined ? (version === '4.0' ? ' International' : '') : ` ${port.toUpperCase()}`
  return {
    license: `Creative Commons ${elements.join('-')} ${version}${where}`,
    licenseUrl: `https://creativecommons.org/licenses/${kind}/${version}/${port === undefined ? '' : `${port}/`}`,
  }
}

function publicDomain(text: string): ClaimLicense | undefined {
  const kind = /^cc0(?:[ -]1\.0)?$/i.test(text) ? 'zero' : CC_DOMAIN.exec(text)?.groups?.['kind']?.toLowerCase()
  if (kind === undefined) return undefined
  const license = kind === 'zero' ? 'Creative Commons CC0 1.0 Universal' : 'Public Domain'
  return { license, licenseUrl: `https://creativecommons.org/publicdomain/${kind}/1.0/` }
}

function rightsStatement(text: string): ClaimLicense | undefined {
  const [code, license] = findRightsStatement(RIGHTS.exec(text)?.groups?.['code'] ?? '') ?? []
  if (license === undefined) return undefined
  return { license, licenseUrl: `https://rightsstatements.org/vocab/${code}/1.0/` }
}
