import { isPlainHttps } from './last-lines.ts'

/** Bytes of the URL that comes out; longer ones eat into the description. */
const MAX_THUMBNAIL = 400
const PLACES = /\{(id|root)\}/g

/**
 * Whether a text can be the template of thumbnails: an `https` URL in which `{id}` and `{root}` stand for a bundle's. For
 * whoever reads a configuration.
 */
export function isThumbnailTemplate(template: string): boolean {
  return thumbnailUrl(template, 'x'.repeat(11), `b${'a'.repeat(58)}`) !== undefined
}

/** @returns nothing when the template is none. */
export function thumbnailUrl(template: string, id: string, root: string): string | undefined {
  const url = template.replace(PLACES, (_place, name: string) => (name === 'id' ? id : root))
  if (/[{}]/.test(url) || url.length > MAX_THUMBNAIL || !isPlainHttps(url)) return undefined
  return new URL(url).href.length <= MAX_THUMBNAIL ? new URL(url).href : undefined
}
