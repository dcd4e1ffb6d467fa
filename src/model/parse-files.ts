import { type BundleFile, MEDIA_ROLES, PUBLIC_ROLES, type PublicRole } from './bundle.ts'
import { ascending, type Check, integer, invalid, list, record, text } from './checks.ts'
import { cidText, isProfileCid, parseCid } from './content-id.ts'
import { LIMITS, language } from './document-fields.ts'
import { HoldfastError } from './errors.ts'
import { parsePublicPath } from './public-path.ts'
import { readDocument } from './read-document.ts'

const role: Check<PublicRole> = (value, where) => {
  const known = PUBLIC_ROLES.find((name) => name === value)
  if (known === undefined) throw invalid(where, 'is no public role')
  return known
}

/** True for a file's root in the form that `files.json` writes: CIDv1, base32, SHA-256, `raw` (0x55) or `dag-pb` (0x70). */
function isFileCid(value: string): boolean {
  try {
    const cid = parseCid(value)
    return cidText(cid) === value && isProfileCid(cid)
  } catch (error) {
    if (error instanceof HoldfastError) return false
    throw error
  }
}

const fields: Check<BundleFile> = record<BundleFile>(
  {
    path: text((value) => parsePublicPath(value) !== undefined, 'is no neutral name'),
    cid: text(isFileCid, 'is no CIDv1 of a file in base32'),
    bytes: integer(1),
    sha256: text((value) => /^[0-9a-f]{64}$/.test(value), 'is no SHA-256 in lower-case hex'),
    mediaType: text((value) => value.length <= 100 && /^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/.test(value), 'is no media type'),
    role,
    language,
  },
  ['path', 'cid', 'bytes', 'sha256', 'mediaType', 'role'],
)

const file: Check<BundleFile> = (value, where) => {
  const found = fields(value, where)
  const named = parsePublicPath(found.path)
  if (named?.role !== found.role || named.language !== found.language)
    throw invalid(where, 'has a name that contradicts its role or language')
  return found
}

const files: Check<readonly BundleFile[]> = (value, where) => {
  const items = ascending(list(file, 1, LIMITS.files), (item) => item.path)(value, where)
  if (!items.some((item) => MEDIA_ROLES.includes(item.role))) throw invalid(where, 'holds no video, audio or image')
  return items
}

interface FilesDocument {
  readonly schema: 'holdfast-files/1'
  readonly files: readonly BundleFile[]
}

const document: Check<FilesDocument> = record<FilesDocument>(
  { schema: (): 'holdfast-files/1' => 'holdfast-files/1', files },
  ['schema', 'files'],
)

/**
 * Reads the bytes of a `files.json` as strictly as bundle-v1 section 4 says, in the order of their paths. The caller has
 * compared them with `filesSha256` of the statement.
 *
 * @throws {DocumentError} as `parseBundleDocument`.
 */
export function parseFilesDocument(bytes: Uint8Array): readonly BundleFile[] {
  return document(readDocument(bytes, 'files.json', 'holdfast-files/1'), 'files.json').files
}
