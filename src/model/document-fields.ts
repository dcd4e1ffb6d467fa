import { type Check, text } from './checks.ts'
import { isLanguageTag } from './language.ts'
import { isNormalText } from './text.ts'

/** Limits of bundle-v1 3.2 and 4.1; texts in code points. */
export const LIMITS = {
  documentBytes: 2_097_152,
  titleLength: 1_000,
  descriptionLength: 100_000,
  texts: 16,
  languages: 32,
  tags: 500,
  tagLength: 200,
  chapters: 1_000,
  chapterTitleLength: 200,
  originals: 32,
  keyBytes: 512,
  urlBytes: 2_048,
  files: 2_000,
} as const

/** Text of several lines, bundle-v1 3.3. */
export function normalText(maxCodePoints: number): Check<string> {
  return text(
    (value) => value !== '' && isNormalText(value, maxCodePoints),
    `is no normal text of at most ${maxCodePoints} code points`,
  )
}

/** Text of one line. */
export function normalLine(maxCodePoints: number): Check<string> {
  const holds = (value: string): boolean => value !== '' && !value.includes('\n') && isNormalText(value, maxCodePoints)
  return text(holds, `is no normal line of at most ${maxCodePoints} code points`)
}

/** bundle-v1 3.4. */
export const language: Check<string> = text(isLanguageTag, 'is no language tag of bundle-v1 3.4')

/** bundle-v1 3.6. */
export const time: Check<string> = text(isTime, 'is no time of bundle-v1 3.6')

/** True for `YYYY-MM-DD` and `YYYY-MM-DDTHH:MM:SSZ` of a day that exists, 1970 to 9999. */
export function isTime(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(value) || value < '1970') return false
  const ms = Date.parse(value)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value.replace('Z', ''))
}

/** An `https` URL in the one spelling that a URL parser gives it, without user name and password. */
export const httpsUrl: Check<string> = text((value) => isHttpsUrl(value, LIMITS.urlBytes), 'is no https URL')

/** `https` URL of a licence at one of the two places where licences have lasting names. */
export const licence: Check<string> = text(isLicence, 'is no licence URL of bundle-v1 3.2')

export function isLicence(value: string): boolean {
  return isHttpsUrl(value, 200) && ['creativecommons.org', 'rightsstatements.org'].includes(new URL(value).hostname)
}

function isHttpsUrl(value: string, maxBytes: number): boolean {
  if (value.length > maxBytes || !URL.canParse(value)) return false
  const url = new URL(value)
  return url.protocol === 'https:' && url.username === '' && url.password === '' && url.href === value
}
