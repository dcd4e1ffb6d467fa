import type { BundleView } from '../manifest/bundle-view.ts'
import { parseReference, type Reference } from '../model/original.ts'
import { ReadError } from './errors.ts'
import { type Answer, type LookupOptions, type LookupValue, lookupIn } from './lookup.ts'
import type { OpenManifest } from './open-manifest.ts'

/**
 * What a person typed, as a reference.
 *
 * @throws {ReadError} `REFERENCE_UNCLEAR`.
 */
export function readReference(what: string): Reference {
  const reference = parseReference(what)
  if (reference !== undefined) return reference
  throw new ReadError('REFERENCE_UNCLEAR', `${what} is not a URL, a key, a CID or a bundle id`, {
    hint: 'give the whole link as it was, for example https://www.youtube.com/watch?v=dQw4w9WgXcQ',
  })
}

/** Everything that a reference can stand for in the index. */
export function valuesOf(reference: Reference): readonly LookupValue[] {
  switch (reference.kind) {
    case 'id':
      return [{ kind: 'id', value: reference.id }]
    case 'cid':
      return [
        { kind: 'root', value: reference.cid },
        { kind: 'file', value: reference.cid },
      ]
    case 'original':
      return [reference.key, ...reference.aliases].flatMap((value): LookupValue[] =>
        value.startsWith('lbry:')
          ? [
              { kind: 'original', value },
              { kind: 'copy', value },
            ]
          : [{ kind: 'original', value }],
      )
    default:
      return reference satisfies never
  }
}

/** Looks up all that a reference can stand for; each bundle once, in log order. */
export async function lookUpReference(
  manifest: OpenManifest,
  reference: Reference,
  options: LookupOptions,
): Promise<Answer> {
  const views = new Map<string, BundleView>()
  let asOf = ''
  for (const value of valuesOf(reference)) {
    const answer = await lookupIn(manifest, value, options)
    asOf = answer.asOf
    for (const view of answer.views) views.set(view.id, view)
  }
  return { views: [...views.values()].sort((a, b) => a.index - b.index), asOf }
}
