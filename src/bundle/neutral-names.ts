import type { BundleFile } from '../model/bundle.ts'
import { fitsRole, mediaTypeNamed, mediaTypeRank } from '../model/media-type.ts'
import { formatPublicPath, SPOKEN_ROLES } from '../model/public-path.ts'
import { BundleError } from './errors.ts'

/** What a neutral name is made from; where the file lies and what it is called there is not among it. */
export type UnnamedFile = Omit<BundleFile, 'path' | 'cid'>

/**
 * Names the public files of one bundle as bundle-v1 section 2 says. The names do not depend on the order of `files`, so the
 * same files get the same names on every machine.
 *
 * @returns one name a file, in the order of `files`; files that are equal in everything share their numbers out in that order.
 * @throws {BundleError} `FILE_NOT_PUBLIC` for a media type that is not in the whitelist or does not fit the role.
 */
export function neutralNames(files: readonly UnnamedFile[]): readonly string[] {
  const counts = new Map<string, number>()
  const names: string[] = new Array(files.length)
  for (const [index, file] of [...files.entries()].sort(([, a], [, b]) => byNumber(a, b))) {
    const language = SPOKEN_ROLES.includes(file.role) ? file.language : undefined
    const kind = `${file.role}.${language ?? ''}`
    const number = (counts.get(kind) ?? 0) + 1
    counts.set(kind, number)
    names[index] = formatPublicPath({
      role: file.role,
      number,
      extension: extensionOf(file),
      ...(language === undefined ? {} : { language }),
    })
  }
  return names
}

/** bundle-v1 2.2. Roles and languages need no order among each other: each counts for itself. */
function byNumber(a: UnnamedFile, b: UnnamedFile): number {
  return (
    mediaTypeRank(a.mediaType) - mediaTypeRank(b.mediaType) ||
    b.bytes - a.bytes ||
    (a.sha256 < b.sha256 ? -1 : Number(a.sha256 > b.sha256))
  )
}

function extensionOf(file: UnnamedFile): string {
  const type = mediaTypeNamed(file.mediaType)
  if (type === undefined || !fitsRole(type, file.role)) {
    const hint = 'Keep the file private, or convert it to a format of docs/spec/vocabulary.md, "Media types".'
    throw new BundleError('FILE_NOT_PUBLIC', `a file of type ${file.mediaType} cannot be published as ${file.role}`, {
      hint,
    })
  }
  return type.extension
}
