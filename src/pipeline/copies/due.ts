import { bundleView } from '../../manifest/bundle-view.ts'
import type { CatalogueBundle, VersionFile } from '../../store/catalogue/bundles.ts'
import type { Publication } from '../../store/publications.ts'
import type { Home } from '../home.ts'

/** A bundle whose main medium a target does not have yet, or of which nobody knows whether it has. */
export interface DueCopy {
  readonly bundle: CatalogueBundle
  readonly file: VersionFile
  readonly before: Publication | undefined
}

/**
 * What a target is to get, in order of id: what is cleared, published under the head that others see, and not there
 * yet. What was refused waits for a person, who names it.
 *
 * @param selection - ids that a person named; @default all of the catalogue, without what was refused.
 */
export function* dueCopies(home: Home, target: string, selection?: readonly string[]): Generator<DueCopy> {
  for (const bundle of selection === undefined ? home.bundles.all() : found(home, selection)) {
    const copy = clearedCopy(home, target, bundle)
    if (copy === undefined || isInLog(home, target, copy)) continue
    if (copy.before?.state === 'published') continue
    if (copy.before?.state === 'refused' && selection === undefined) continue
    yield copy
  }
}

/** The copy that a target has or may have of a bundle; nothing when it is not cleared, not published, or has no medium. */
export function dueCopy(home: Home, target: string, id: string): DueCopy | undefined {
  const bundle = home.bundles.get(id)
  return bundle === undefined ? undefined : clearedCopy(home, target, bundle)
}

function clearedCopy(home: Home, target: string, bundle: CatalogueBundle): DueCopy | undefined {
  const { access, state, logIndex, newestIndex } = bundle
  if (access !== 'public' || state !== 'published' || logIndex !== newestIndex) return undefined
  const file = mainMedium(home.bundles.files(bundle.root))
  return file === undefined ? undefined : { bundle, file, before: home.publications.get(target, bundle.id) }
}

/** After a recovery the notes are gone and the log still has the copy. A copy of other bytes does not stand for ours. */
function isInLog(home: Home, target: string, { bundle, before }: DueCopy): boolean {
  if (before !== undefined) return false
  return (
    bundleView(home.fold, bundle.id)?.copies.some((copy) => copy.target === target && copy.equality !== 'differs') ===
    true
  )
}

/** A claim is one file: the first video, else the first sound, else the first picture. */
export function mainMedium(files: readonly VersionFile[]): VersionFile | undefined {
  const order = ['video', 'audio', 'image']
  const media = files.filter(({ role }) => order.includes(role))
  return media.toSorted((one, other) => order.indexOf(one.role) - order.indexOf(other.role))[0]
}

function* found(home: Home, selection: readonly string[]): Generator<CatalogueBundle> {
  for (const id of selection) {
    const bundle = home.bundles.get(id)
    if (bundle !== undefined) yield bundle
  }
}
