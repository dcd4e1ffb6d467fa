import { PROFILE } from '../address/profile.ts'
import { bundleView } from '../manifest/bundle-view.ts'
import { MAX_STATEMENT_BYTES } from '../manifest/jcs.ts'
import type { BundleStatement, OriginalStatement, StatementFile } from '../manifest/statement-types.ts'
import { cidText } from '../model/content-id.ts'
import { parseBundleDocument } from '../model/parse-bundle.ts'
import type { CatalogueBundle, VersionFile } from '../store/catalogue/bundles.ts'
import type { Home } from './home.ts'

/** Limit of manifest-v1 §3.2; `bundle.json` has at most as many originals as a statement may. */
const MAX_FILES = 16

/**
 * What the log will say of a bundle's newest version: the `bundle/1` statement, and an `original/1` for each original
 * that does not fit into its 16,384 bytes any more. Everything in it comes from `bundle.json` and from content, nothing from names on disk.
 */
export function bundleStatements(
  home: Home,
  bundle: CatalogueBundle,
): readonly [BundleStatement, ...OriginalStatement[]] {
  const document = parseBundleDocument(new TextEncoder().encode(bundle.document))
  const files = home.bundles.files(bundle.root)
  const at = home.now()
  // Asked of the log: after a recovery it may have versions that this catalogue never saw.
  const newest = bundleView(home.fold, bundle.id)
  const statement: BundleStatement = {
    type: 'bundle/1',
    at,
    id: bundle.id,
    root: bundle.root,
    profile: PROFILE.name,
    bytes: bundle.bytes,
    files: files.flatMap((file) => mediaFile(home, file)).slice(0, MAX_FILES),
    filesSha256: bundle.filesSha256,
    fileCount: files.length,
    originals: [],
    ...(newest === undefined ? {} : { replaces: newest.index }),
  }
  const originals = document.originals.map(({ key, url, publishedAt }) => ({
    key,
    ...(url === undefined ? {} : { url }),
    ...(publishedAt === undefined ? {} : { publishedAt }),
  }))
  const fitting = thatFit(statement, originals)
  const surplus = originals
    .slice(fitting.length)
    .map(({ key }): OriginalStatement => ({ type: 'original/1', at, id: bundle.id, root: bundle.root, key }))
  return [{ ...statement, originals: fitting }, ...surplus]
}

/** As many as fit, in their order. The canonical form of a statement is as long as its plain JSON. */
function thatFit(statement: BundleStatement, originals: BundleStatement['originals']): BundleStatement['originals'] {
  let room = MAX_STATEMENT_BYTES - Buffer.byteLength(JSON.stringify(statement))
  const last = originals.findIndex((original) => {
    room -= Buffer.byteLength(JSON.stringify(original)) + 1
    return room < 0
  })
  return last < 0 ? originals : originals.slice(0, last)
}

/** A main medium as statements have it; nothing of any other file. */
export function mediaFile(home: Home, { path, content, role, mediaType }: VersionFile): StatementFile[] {
  if (role !== 'video' && role !== 'audio' && role !== 'image') return []
  const facts = home.content.content(content)
  if (facts === undefined) throw new RangeError(`content ${content} is not in the store`)
  const { cid, bytes, sha256 } = facts
  return [{ path, cid: cidText(cid), bytes, sha256: Buffer.from(sha256).toString('hex'), mediaType, role }]
}
