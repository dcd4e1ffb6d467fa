import { ClearError } from '../clear/errors.ts'
import { inspectBundle, type LintReport } from '../clear/lint.ts'
import { PUBLIC_ROLES } from '../model/bundle.ts'
import type { CatalogueBundle } from '../store/catalogue/bundles.ts'
import { documentOf } from './catalogue-text.ts'
import type { Home } from './home.ts'
import { isSound, soundPlace } from './sound-place.ts'

/**
 * What the lint says of the newest version of a bundle, and which of its files it cannot judge. It reads exactly the bytes
 * that the root names: each file where its stat is that of the hashed one, before and after it was read.
 *
 * @throws {ClearError} `LINT_FILE_UNREADABLE` when a file is gone, changed, or changes meanwhile.
 */
export async function lintReport(home: Home, bundle: CatalogueBundle, signal: AbortSignal): Promise<LintReport> {
  const read: { readonly content: number; readonly localPath: string; readonly publicPath: string }[] = []
  const files = []
  for (const { content, path: publicPath, role: word, mediaType } of home.bundles.files(bundle.root)) {
    const role = PUBLIC_ROLES.find((known) => known === word)
    const localPath = await soundPlace(home, content)
    if (localPath === undefined || role === undefined) throw unreadable(publicPath)
    read.push({ content, localPath, publicPath })
    files.push({ publicPath, localPath, mediaType, role })
  }
  const report = await inspectBundle({ document: documentOf(bundle), files, signal })
  for (const { content, localPath, publicPath } of read) {
    if (!(await isSound(home, content, localPath))) throw unreadable(publicPath)
  }
  return report
}

/** Without the local path, since the reason why a bundle is held is shown in lines that people pass on. */
function unreadable(publicPath: string): ClearError {
  return new ClearError('LINT_FILE_UNREADABLE', `${publicPath} is gone, or is not what it was when it was added`, {
    hint: 'add its folder again, from where it lies now',
  })
}
