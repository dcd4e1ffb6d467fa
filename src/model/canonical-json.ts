/** A JSON value of the subset that our documents use (bundle-v1 3.1): no null, integers only. */
export type PlainJson =
  | string
  | number
  | boolean
  | readonly PlainJson[]
  | { readonly [name: string]: PlainJson | undefined }

/**
 * The canonical text of a parsed document, to compare bytes with. For this subset RFC 8785 is exactly what
 * `JSON.stringify` writes once names stand in the order of their UTF-16 code units (RFC 8785 3.2.2 and 3.2.3); it is here, beside
 * the package that writes documents, because readers of a bundle run in places where nothing but the model is at hand.
 */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => (isPlainObject(inner) ? sorted(inner) : inner))
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `Object.fromEntries` would put names that look like integers first whatever their order; those are no names of ours, and the comparison refuses them. */
function sorted(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)))
}
