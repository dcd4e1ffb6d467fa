import { InvalidArgumentError } from '@commander-js/extra-typings'

/** Reads an option or argument that is a whole number from 0 on; anything else is a usage mistake, never NaN further down. */
export function wholeNumber(text: string): number {
  const value = /^(0|[1-9][0-9]{0,15})$/u.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('give a whole number from 0 on.')
}
