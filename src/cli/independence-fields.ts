import * as v from 'valibot'
import type { RunBy } from '../replicate/rules.ts'

/** Who runs a place, for people and for the rules about independence. */
export interface Independence {
  /** @default '' */
  readonly operator: string
  /** ISO 3166, capitals. @default '' */
  readonly country: string
  /** @default '' */
  readonly runBy: RunBy
}

const line = v.pipe(v.string('must be a text in quotes'), v.regex(/^\P{Cc}*$/u, 'must be one line'))

type Optional<T> = v.OptionalSchema<v.GenericSchema<T>, T>

/** The same three in `engines.toml` and in `[place]` of `holdfast.toml`. */
export const independenceFields: {
  readonly operator: Optional<string>
  readonly country: Optional<string>
  readonly runBy: Optional<RunBy>
} = {
  operator: v.optional(v.pipe(line, v.maxLength(200, 'must have at most 200 characters')), ''),
  country: v.optional(v.pipe(line, v.regex(/^([A-Z]{2})?$/, 'must be two capitals, such as NO')), ''),
  runBy: v.optional(
    v.picklist(['person', 'organisation', 'company', ''], 'must be "person", "organisation", "company" or empty'),
    '',
  ),
}
