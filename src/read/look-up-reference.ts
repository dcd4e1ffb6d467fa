import type { BundleView } from '../manifest/bundle-view.ts'
import type { Policy } from '../manifest/policy.ts'
import { parseCid, RAW_CODEC } from '../model/content-id.ts'
import { parseReference, type Reference } from '../model/original.ts'
import { ReadError } from './errors.ts'
import { type Answer, type LookupOptions, type LookupValue, lookupIn } from './lookup.ts'
import type { ManifestSource } from './manifest-source.ts'
import { type OpenManifest, type OpenOptions, openManifestFrom } from './open-manifest.ts'

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

/**
 * Everything that a reference can stand for in the index, and no more: each value may lie in another shard, and a host
 * that sees two shards asked for at once can tell more than one that sees one.
 */
export function valuesOf(reference: Reference): readonly LookupValue[] {
  switch (reference.kind) {
    case 'id':
      return [{ kind: 'id', value: reference.id }]
    case 'cid':
      return parseCid(reference.cid).code === RAW_CODEC
        ? [{ kind: 'file', value: reference.cid }]
        : [
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
  let last: Omit<Answer, 'views'> = { asOf: '' }
  for (const value of valuesOf(reference)) {
    const answer = await lookupIn(manifest, value, options)
    last = answer
    for (const view of answer.views) views.set(view.id, view)
  }
  return { ...last, views: [...views.values()].sort((a, b) => a.index - b.index) }
}

/** manifest-v1 §9.2: a host that is being written to may show a head before its files. */
const REFETCHES = 2

/**
 * The same from a source: under a fresh head again where files of the first one are missing.
 *
 * @throws {ReadError} `LOOKUP_UNKNOWN` and all that opening a manifest and looking up in it throw.
 */
export async function lookUpIn(
  source: ManifestSource,
  policy: Policy,
  reference: Reference,
  options: OpenOptions & LookupOptions,
): Promise<{ readonly manifest: OpenManifest; readonly answer: Answer }> {
  for (let fetches = 0; ; fetches += 1) {
    const manifest = await openManifestFrom(source, policy, options)
    try {
      return { manifest, answer: await lookUpReference(manifest, reference, options) }
    } catch (error) {
      if (fetches === REFETCHES || !(error instanceof ReadError) || error.code !== 'LOOKUP_UNKNOWN') throw error
    }
  }
}
