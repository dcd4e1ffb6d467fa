import { isPlainObject } from './canonical-json.ts'
import { DocumentError } from './document-errors.ts'

/**
 * Turns an unknown value into a known one.
 *
 * @param where - name of the field, for the message; never its content.
 * @throws {DocumentError} `DOCUMENT_FIELD_INVALID`.
 */
export type Check<T> = (value: unknown, where: string) => T

/** Checks of the fields of an object, each typed by what it gives. */
type Checks<T> = { readonly [Name in keyof T]-?: Check<Exclude<T[Name], undefined>> }

export function invalid(where: string, rule: string): DocumentError {
  return new DocumentError('DOCUMENT_FIELD_INVALID', `${where} ${rule}`)
}

/** A string for which `holds` is true. */
export function text(holds: (value: string) => boolean, rule: string): Check<string> {
  return (value, where) => {
    if (typeof value !== 'string' || !holds(value)) throw invalid(where, rule)
    return value
  }
}

/** A safe integer of at least `least`. */
export function integer(least: number): Check<number> {
  return (value, where) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least)
      throw invalid(where, `is no integer from ${least}`)
    return value
  }
}

/** A list of `least` to `most` items. */
export function list<T>(item: Check<T>, least: number, most: number): Check<readonly T[]> {
  return (value, where) => {
    if (!Array.isArray(value) || value.length < least || value.length > most)
      throw invalid(where, `is no list of ${least} to ${most} items`)
    return value.map((inner: unknown, index) => item(inner, `${where}[${index}]`))
  }
}

/** The same, where each item comes after the one before it; so there is one order and nothing stands twice. */
export function ascending<T>(inner: Check<readonly T[]>, by: (item: T) => string): Check<readonly T[]> {
  return (value, where) => {
    const items = inner(value, where)
    const names = items.map(by)
    if (names.some((name, index) => index > 0 && name <= (names[index - 1] ?? '')))
      throw invalid(where, 'is not sorted, or holds an item twice')
    return items
  }
}

/** An object with all of `required`, any of `optional`, and nothing else. */
export function record<T extends object>(checks: Checks<T>, required: readonly (keyof T)[]): Check<T> {
  return (value, where) => {
    if (!isPlainObject(value)) throw invalid(where, 'is no object')
    const known: Readonly<Record<string, Check<unknown> | undefined>> = { ...checks }
    const missing = required.find((name) => !Object.hasOwn(value, name))
    if (missing !== undefined) throw invalid(`${where}.${String(missing)}`, 'is missing')
    const entries = Object.entries(value).map(([name, inner]): [string, unknown] => {
      const check = Object.hasOwn(known, name) ? known[name] : undefined
      if (check === undefined) throw invalid(where, 'holds a field that bundle-v1 does not know')
      return [name, check(inner, `${where}.${name}`)]
    })
    // Every field passed its own check, none is missing and none is unknown: this is a T.
    return Object.fromEntries(entries) as T
  }
}
