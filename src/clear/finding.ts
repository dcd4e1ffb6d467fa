import { createHash } from 'node:crypto'

export const FINDING_CODES = [
  'ID_NUMBER_CN',
  'ID_NUMBER_KZ',
  'CARD_NUMBER',
  'PHONE_NUMBER',
  'EMAIL_ADDRESS',
  'LOCATION_IN_FILE',
] as const
export type FindingCode = (typeof FINDING_CODES)[number]

/** Something in the public part of a bundle that a person has to look at before it is published. */
export interface Finding {
  readonly code: FindingCode
  /** Field of `bundle.json` (`description`, `tags[2]`) or public path of a file. */
  readonly where: string
  /** Enough to find the place, never the thing itself: its first two characters and its length, or the name of a tag. */
  readonly excerpt: string
  /**
   * SHA-256 over code, place and what was found, 64 hex digits: a person accepts exactly this, and another number in the
   * same place is a new finding. Numbers can be guessed from it, so it stays in the private catalogue.
   */
  readonly fingerprint: string
}

/** @param match - what was found, in the one form that does not depend on separators or script of digits. */
export function findingInText(code: FindingCode, where: string, match: string): Finding {
  const length = [...match].length
  return {
    code,
    where,
    excerpt: `${[...match].slice(0, 2).join('')}… (${length} characters)`,
    fingerprint: digest(code, where, match),
  }
}

/** @param tag - what holds the location, such as `moov/udta/©xyz`. @param value - its bytes as they stand in the file. */
export function locationFinding(where: string, tag: string, value: Uint8Array): Finding {
  const held = createHash('sha256').update(value).digest('hex')
  // Names of tags come from the file; what a terminal would obey does not go on.
  const excerpt = tag.replace(/[^\x20-\x7e©]/g, '?').slice(0, 120)
  return { code: 'LOCATION_IN_FILE', where, excerpt, fingerprint: digest('LOCATION_IN_FILE', where, `${tag} ${held}`) }
}

/** Drops findings that say the same of the same place. */
export function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [finding.fingerprint, finding])).values()]
}

function digest(code: FindingCode, where: string, match: string): string {
  return createHash('sha256').update(`holdfast/finding/v1\n${code}\n${where}\n${match}`).digest('hex')
}
