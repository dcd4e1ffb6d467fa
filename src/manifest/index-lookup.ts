import { type BundleView, bundleView } from './bundle-view.ts'
import { ManifestError } from './errors.ts'
import { applyEntry, prepareRefold, readStatus } from './fold.ts'
import type { FoldContext } from './governance.ts'
import { type IndexKind, type IndexValue, rowKey } from './index-key.ts'
import type { Shard } from './index-shard.ts'
import { memoryState } from './memory-state.ts'
import type { FoldState } from './state.ts'
import { hexOf } from './statement-fields.ts'

/**
 * What the log says of every bundle that a value leads to, in the order in which they came into the log; none when the
 * value is not in it. For a reader that holds the state of the whole log.
 */
export function lookup(
  state: FoldState,
  { kind, value }: IndexValue,
  context: Pick<FoldContext, 'primitives'>,
  options: { readonly jurisdictions?: readonly string[] } = {},
): BundleView[] {
  return state
    .idsOf(rowKey(context.primitives.sha256, kind, value))
    .flatMap((id) => bundleView(state, id, options) ?? [])
    .sort((a, b) => (a.versions[0]?.index ?? 0) - (b.versions[0]?.index ?? 0))
}

/**
 * The same for a reader that holds one shard. An empty answer is the statement that the log does not have this value,
 * which is proven as soon as the shard is: check the shard against `index/1` and its entries ({@link shardEvidence}) against the
 * tiles of the log before or after, but before anybody is told.
 *
 * @throws {ManifestError} `INDEX_MALFORMED` when the entries of the shard do not lead to what its rows say;
 *   `GENESIS_MISSING`, `GENESIS_MISMATCH`, `UPDATE_NEEDED`.
 * @see manifest-v1 §5.9, 5
 */
export function lookupInShard(
  shard: Shard,
  kind: IndexKind,
  value: string,
  context: FoldContext,
  options: { readonly jurisdictions?: readonly string[] } = {},
): BundleView[] {
  const row = shard.rows.get(hexOf(rowKey(context.primitives.sha256, kind, value)))
  const state = memoryState()
  foldShard(state, shard, new Set(row?.indices), context)
  const { halted } = readStatus(state)
  if (halted !== undefined) throw new ManifestError(halted.code, halted.message)
  const views = lookup(state, { kind, value }, context, options)
  if (row !== undefined && views.length === 0) {
    throw new ManifestError('INDEX_MALFORMED', 'a row of the index leads to no bundle', {
      hint: 'the publisher signed a wrong index; keep this copy as evidence and ask the publisher',
    })
  }
  return views
}

/** Entries that govern, and those of one row: together all that decides what became of its bundles. */
function foldShard(state: FoldState, shard: Shard, wanted: ReadonlySet<number>, context: FoldContext): void {
  const named = new Set([...shard.rows.values()].flatMap(({ indices }) => indices))
  const entries = [...shard.entries.values()].filter(({ index }) => wanted.has(index) || !named.has(index))
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]
    if (entry === undefined || !applyEntry(state, entry, context, { sparse: true }).refold) continue
    prepareRefold(state)
    i = -1
  }
}
