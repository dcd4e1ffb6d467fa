import type { BundleView } from '../manifest/bundle-view.ts'
import type { Reference } from '../model/original.ts'
import type { Match } from './report/events.ts'
import { reportedCopies } from './reported-copies.ts'

/** What the log says of a bundle, as `lookup` reports it. An older root that was asked for shows its own state. */
export function matchOf(view: BundleView, reference: Reference): Match {
  const asked = reference.kind === 'cid' ? view.versions.find(({ root }) => root === reference.cid) : undefined
  return {
    id: view.id,
    root: view.root,
    index: view.index,
    state: asked?.state ?? view.state,
    originals: view.originals.map(({ key, url }) => ({ key, ...(url === undefined ? {} : { url }) })),
    files: view.files.map(({ path, cid, bytes, sha256, mediaType, role }) => ({
      path,
      cid,
      bytes,
      sha256,
      mediaType,
      role,
    })),
    copies: reportedCopies(view.copies),
  }
}
