import type { Access } from '../intake/layout.ts'
import { parseOriginal } from '../model/original.ts'
import type { NewVersion } from '../store/catalogue/bundles.ts'
import type { AddressedBundle, AddressedFile } from './address-found.ts'
import { followLogOf } from './follow-log.ts'
import type { Home } from './home.ts'
import { decideWhenAdded, followSource, HELD_AFTER_RECOVERY, narrowToSource, WHEN_ADDED } from './source-access.ts'
import { isSourceThere, pathOfSource, sourceOf, sourcesOf } from './source-of.ts'

export interface Remembered {
  readonly status: 'added' | 'known' | 'version' | 'would-add'
  readonly id: string
  readonly root: string
  readonly title: string
  readonly access: Access
  readonly reason: string
  readonly files: number
  readonly bytes: number
  readonly originals: readonly { readonly key: string; readonly url?: string }[]
}

export interface RememberOptions {
  readonly newId: () => string
  readonly decided?: { readonly access: Access; readonly by: string }
}

/**
 * Writes an addressed bundle into the catalogue. The same root is the same bundle, wherever it lies now; other content from
 * the same source file is a new version; anything else is a new bundle. Runs inside the caller's transaction; repeating
 * it changes nothing.
 */
export function remember(home: Home, addressed: AddressedBundle, options: RememberOptions): Remembered {
  const at = home.now()
  const contents = new Map<AddressedFile, number>()
  const contentOf = (file: AddressedFile): number => {
    const known = contents.get(file) ?? storeFile(home, file)
    contents.set(file, known)
    return known
  }
  for (const file of [...addressed.publicFiles.map(({ file: each }) => each), ...addressed.privateFiles])
    contentOf(file)
  const { status, id } = place(home, addressed, contentOf, options, at)
  if (options.decided !== undefined) decideWhenAdded(home, id, options.decided, at)
  const bundle = home.bundles.get(id)
  return said(addressed, status, id, { value: bundle?.access ?? 'hold', reason: bundle?.accessReason ?? '' })
}

/** What `remember` would say; writes nothing. */
export function wouldRemember(home: Home, addressed: AddressedBundle, { decided }: RememberOptions): Remembered {
  const known = home.bundles.idOfRoot(addressed.root.toString())
  const id = known ?? idAtSource(home, addressed)
  const access = decided === undefined ? addressed.found.access : { value: decided.access, reason: WHEN_ADDED }
  return said(addressed, known === undefined ? 'would-add' : 'known', id ?? '', access)
}

function said(
  addressed: AddressedBundle,
  status: Remembered['status'],
  id: string,
  access: { value: Access; reason: string },
): Remembered {
  const { document } = addressed.found
  return {
    status,
    id,
    root: addressed.root.toString(),
    title: document.title[0]?.value ?? '',
    access: access.value,
    reason: access.reason,
    files: addressed.publicFiles.length,
    bytes: bytesOf(addressed),
    originals: document.originals.map(({ key, url }) => ({ key, ...(url === undefined ? {} : { url }) })),
  }
}

function storeFile(home: Home, file: AddressedFile): number {
  if (file.hashed !== undefined) return home.content.addContent(file.hashed)
  if (file.content === undefined) throw new TypeError('a file is either hashed or known')
  return file.content
}

type Place = { readonly status: Remembered['status']; readonly id: string }

function place(
  home: Home,
  addressed: AddressedBundle,
  contentOf: (file: AddressedFile) => number,
  options: RememberOptions,
  at: string,
): Place {
  const { found } = addressed
  const root = addressed.root.toString()
  const source = sourceOf(found)
  const known = home.bundles.idOfRoot(root)
  if (known !== undefined) {
    const back = wentBack(home, known, root, source)
    relinkSource(home, known, source)
    for (const { cid, bytes } of addressed.blocks) home.content.putSmall(cid, bytes)
    if (home.bundles.get(known)?.sourcePath === source) {
      followSource(home, known, found.access, at, { otherBytes: back })
      // A note that was corrected changes nothing that is public, and so no root.
      home.bundles.setAsGiven(known, JSON.stringify(found.asGiven))
    } else narrowToSource(home, known, found.access, at)
    if (back) home.bundles.setNewest(known, root)
    return { status: back ? 'version' : 'known', id: known }
  }
  for (const { cid, bytes } of addressed.blocks) home.content.putSmall(cid, bytes)
  const version = versionOf(addressed, root, contentOf)
  // What the log has under an id stays under that id, also where this source file had other content before.
  const recovered = home.recoveredIdOf(root)
  if (recovered !== undefined && home.bundles.get(recovered) !== undefined) {
    home.bundles.addOlderVersion(recovered, version, at)
    followLogOf(home, recovered)
    return { status: 'known', id: recovered }
  }
  const sameSource = idAtSource(home, addressed)
  if (recovered === undefined && sameSource !== undefined && home.bundles.get(sameSource)?.withdrawnAt === undefined) {
    home.bundles.addVersion(sameSource, version, at)
    home.bundles.relinkSource(sameSource, source)
    home.bundles.setAsGiven(sameSource, JSON.stringify(found.asGiven))
    followSource(home, sameSource, found.access, at, { otherBytes: true })
    return { status: 'version', id: sameSource }
  }
  const id = recovered ?? options.newId()
  const access = home.decisionsLost ? HELD_AFTER_RECOVERY : found.access
  home.bundles.insert(
    {
      id,
      layout: found.layout,
      sourcePath: source,
      access: access.value,
      accessReason: access.reason,
      accessBy: 'source',
      asGiven: JSON.stringify(found.asGiven),
    },
    version,
    at,
  )
  if (recovered !== undefined) followLogOf(home, recovered)
  return { status: 'added', id }
}

/** A sidecar that was put back: the older version is the newest again. A copy found elsewhere changes nothing of that. */
function wentBack(home: Home, id: string, root: string, sourcePath: string): boolean {
  const bundle = home.bundles.get(id)
  return bundle !== undefined && bundle.root !== root && bundle.sourcePath === sourcePath
}

/** The bundle of the same description: of a row also by what it was known by while less stood in it. */
function idAtSource(home: Home, { found }: AddressedBundle): string | undefined {
  return sourcesOf(found)
    .map((source) => home.bundles.idAtSource(source))
    .find((id) => id !== undefined)
}

/** A folder that was moved, or a row that got an id: the catalogue follows it, unless the old place still has its copy. */
function relinkSource(home: Home, id: string, source: string): void {
  const bundle = home.bundles.get(id)
  if (bundle === undefined || bundle.sourcePath === source) return
  if (pathOfSource(bundle.sourcePath) === pathOfSource(source) || !isSourceThere(bundle.sourcePath))
    home.bundles.relinkSource(id, source)
}

function versionOf(addressed: AddressedBundle, root: string, contentOf: (file: AddressedFile) => number): NewVersion {
  const { document } = addressed.found
  const json = addressed.composed.documents.find(({ path }) => path === 'bundle.json')
  return {
    root,
    document: new TextDecoder().decode(json?.bytes),
    filesSha256: addressed.composed.filesSha256,
    bytes: bytesOf(addressed),
    files: addressed.publicFiles.map(({ entry, file }) => ({
      path: entry.path,
      content: contentOf(file),
      role: entry.role,
      mediaType: entry.mediaType,
      ...(entry.language === undefined ? {} : { language: entry.language }),
    })),
    blocks: addressed.blocks.map(({ cid }) => cid.multihash.bytes),
    privateFiles: addressed.privateFiles.map((file) => ({
      path: file.found.path,
      content: contentOf(file),
      role: file.found.role,
    })),
    keys: [
      ...new Set(
        document.originals.flatMap(({ key, url }) => [
          key,
          ...(url === undefined ? [] : (parseOriginal(url)?.aliases ?? [])),
        ]),
      ),
    ],
  }
}

function bytesOf(addressed: AddressedBundle): number {
  return addressed.publicFiles.reduce((sum, { file }) => sum + file.bytes, 0)
}
