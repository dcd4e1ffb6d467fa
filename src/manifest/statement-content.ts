import * as v from 'valibot'
import { isBundleId } from '../model/bundle-id.ts'
import {
  isContentId,
  isDateOrTime,
  isFilePath,
  isHttpsUrl,
  isJurisdiction,
  isMediaType,
  isPlatformKey,
  isRootId,
  isToken,
} from './statement-fields.ts'
import { parseApprovals } from './statement-governing.ts'
import { areDistinct, at, hexOf, index, sha256 } from './statement-parts.ts'
import {
  type Approval,
  type BundleStatement,
  type CopyStatement,
  EQUALITIES,
  type IndexStatement,
  ORIGINAL_STATES,
  type OriginalStatement,
  type RestoreStatement,
  WITHDRAWAL_REASONS,
  type WithdrawalStatement,
} from './statement-types.ts'

const id = v.pipe(v.string(), v.check(isBundleId))
const root = v.pipe(v.string(), v.check(isRootId))
const token = v.pipe(v.string(), v.check(isToken))
const key = v.pipe(v.string(), v.check(isPlatformKey))
const path = v.pipe(v.string(), v.check(isFilePath))
const approvals: v.GenericSchema<unknown, readonly Approval[]> = v.pipe(v.unknown(), v.transform(parseApprovals))

const file = v.pipe(
  v.object({
    path,
    cid: v.pipe(v.string(), v.check(isContentId)),
    bytes: index,
    sha256,
    sha384: v.exactOptional(hexOf(48)),
    mediaType: v.pipe(v.string(), v.check(isMediaType)),
    role: v.picklist(['video', 'audio', 'image']),
  }),
  v.check(({ path, role }) => path.startsWith(role), 'the path does not begin with the role'),
)
const original = v.object({
  key,
  url: v.exactOptional(v.pipe(v.string(), v.check(isHttpsUrl))),
  publishedAt: v.exactOptional(v.pipe(v.string(), v.check(isDateOrTime))),
})

const bundleSchema = v.pipe(
  v.object({
    type: v.literal('bundle/1'),
    at,
    id,
    root,
    profile: token,
    bytes: index,
    files: v.pipe(
      v.array(file),
      v.maxLength(16),
      v.check((files) => areDistinct(files.map(({ path }) => path))),
    ),
    filesSha256: sha256,
    fileCount: index,
    originals: v.pipe(
      v.array(original),
      v.maxLength(32),
      v.check((list) => areDistinct(list.map(({ key }) => key))),
    ),
    replaces: v.exactOptional(index),
    commitment: v.exactOptional(sha256),
  }),
  v.check(({ files, fileCount }) => fileCount >= files.length, 'fileCount is less than the files that are listed'),
)
const originalSchema = v.object({
  type: v.literal('original/1'),
  at,
  id,
  root,
  key,
  state: v.exactOptional(v.picklist(ORIGINAL_STATES)),
  evidenceSha256: v.exactOptional(sha256),
})
const copySchema = v.object({
  type: v.literal('copy/1'),
  at,
  id,
  root,
  file: path,
  target: token,
  key,
  ids: v.pipe(v.record(v.string(), v.pipe(v.string(), v.regex(/^[!-~]{1,256}$/))), v.minEntries(1), v.maxEntries(12)),
  equality: v.picklist(EQUALITIES),
})
const withdrawalSchema = v.pipe(
  v.object({
    type: v.literal('withdrawal/1'),
    at,
    id,
    root: v.exactOptional(root),
    reason: v.picklist(WITHDRAWAL_REASONS),
    jurisdiction: v.exactOptional(v.pipe(v.string(), v.check(isJurisdiction))),
    approvals: v.exactOptional(approvals),
  }),
  v.check(
    ({ reason, jurisdiction }) => (reason === 'legal') === (jurisdiction !== undefined),
    'a jurisdiction belongs to the reason "legal", and only to it',
  ),
)
const restoreSchema = v.object({ type: v.literal('restore/1'), at, id, root: v.exactOptional(root), approvals })
const indexSchema = v.object({
  type: v.literal('index/1'),
  at,
  size: index,
  bits: v.pipe(index, v.maxValue(16)),
  root: sha256,
})

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.2 says. */
export function parseBundleStatement(value: unknown): BundleStatement {
  return v.parse(bundleSchema, value, { abortEarly: true })
}

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.3 says. */
export function parseOriginalStatement(value: unknown): OriginalStatement {
  return v.parse(originalSchema, value, { abortEarly: true })
}

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.4 says. */
export function parseCopy(value: unknown): CopyStatement {
  return v.parse(copySchema, value, { abortEarly: true })
}

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.5 says. */
export function parseWithdrawal(value: unknown): WithdrawalStatement {
  return v.parse(withdrawalSchema, value, { abortEarly: true })
}

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.6 says. */
export function parseRestore(value: unknown): RestoreStatement {
  return v.parse(restoreSchema, value, { abortEarly: true })
}

/** @throws {v.ValiError} where a member is not as manifest-v1 §3.10 says. */
export function parseIndexStatement(value: unknown): IndexStatement {
  return v.parse(indexSchema, value, { abortEarly: true })
}
