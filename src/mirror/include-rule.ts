import type { BundleStatement } from '../manifest/statement-types.ts'
import { MirrorError } from './errors.ts'
import { parseSize } from './size.ts'

/** Whether a bundle is wanted, by what its statement says. */
export type IncludeRule = (statement: BundleStatement) => boolean

const FORMS = 'write key=youtube:…, since=2026-01-31 or max=2GB'

/**
 * Reads one rule: `key=PREFIX` (an original's key begins so), `since=YYYY-MM-DD` (stated on that day or later) or
 * `max=SIZE` (not larger). Conditions joined by commas must all hold.
 *
 * @throws {MirrorError} `RULE_MALFORMED`.
 */
export function parseRule(text: string): IncludeRule {
  const conditions = text.split(',').map((part) => conditionOf(part.trim()))
  return (statement) => conditions.every((holds) => holds(statement))
}

/** Wanted by any of them; without rules everything is. */
export function includedBy(rules: readonly string[]): IncludeRule {
  const parsed = rules.map(parseRule)
  return (statement) => parsed.length === 0 || parsed.some((rule) => rule(statement))
}

function conditionOf(text: string): IncludeRule {
  const [, name = '', value = ''] = /^(key|since|max)=(.+)$/u.exec(text) ?? []
  if (name === 'key') return ({ originals }) => originals.some(({ key }) => key.startsWith(value))
  if (name === 'since' && /^\d{4}-\d{2}-\d{2}$/u.test(value)) return ({ at }) => at >= value
  const most = name === 'max' ? parseSize(value) : undefined
  if (most !== undefined) return ({ bytes }) => bytes <= most
  throw new MirrorError('RULE_MALFORMED', `${text} is not a rule of what to hold`, { hint: FORMS })
}
