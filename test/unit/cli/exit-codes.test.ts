import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { CliError } from '../../../src/cli/errors.ts'
import { EXIT, exitOf, PARTLY_CODES, USAGE_CODES, VERIFICATION_CODES } from '../../../src/cli/exit-codes.ts'
import { LbryError, translated } from '../../../src/cli/lbry-error.ts'
import { LbryClaimError } from '../../../src/lbry-sdk-client/claim/errors.ts'
import { LbryDaemonError } from '../../../src/lbry-sdk-client/daemon/errors.ts'
import { LbryStreamError } from '../../../src/lbry-sdk-client/stream/errors.ts'
import { ReadError } from '../../../src/read/errors.ts'
import { RecordError } from '../../../src/record/errors.ts'
import { StoreError } from '../../../src/store/errors.ts'

const sources = new URL('../../../src/', import.meta.url)

/**
 * Codes that mean exit 1 when nobody handles them. Most never end a program: they are verdicts on one file of many, warnings,
 * statements that a fold holds void, and answers of the server. A new code has to be written here or in exit-codes.ts.
 */
const FAILED: readonly string[] = [
  // What went wrong and is proven or cannot be helped by repeating it.
  ...['INTERNAL', 'INTERRUPTED', 'NOT_IN_MANIFEST', 'BUNDLE_IS_WITHDRAWN', 'BUNDLE_NOT_PUBLISHED'],
  ...['STORE_UNREADABLE', 'STORE_UNWRITABLE', 'LISTEN_FAILED', 'LINT_FILE_UNREADABLE'],
  ...['STATEMENT_REFUSED', 'LOG_HALTED', 'LOG_ENDED', 'DOCUMENT_VERSION_UNKNOWN', 'BUNDLE_INCOMPLETE'],
  ...[
    'FILE_UNREADABLE',
    'NOT_A_FILE',
    'BLOCK_MISSING',
    'CONTENT_UNKNOWN',
    'DIRECTORY_INVALID',
    'HASHER_CLOSED',
    'FILE_NOT_PUBLIC',
  ],
  // Verdicts of a target on one item: `publish --to` counts them.
  ...['TARGET_REFUSED', 'CLAIM_NAME_TAKEN', 'CLAIM_GONE', 'FILE_UNPUBLISHABLE'],
  // Verdicts of an engine: on one bundle, and on an audit of it, which says that it was not done.
  ...['ENGINE_REFUSED', 'ENGINE_UNREADABLE'],
  // Verdicts of the LBRY client on one item, and what cannot be helped by repeating it.
  ...['LBRY_ABORTED', 'LBRY_NAME_TAKEN', 'LBRY_FILE_EMPTY', 'LBRY_BROADCAST_REFUSED', 'LBRY_DAEMON_FAILED'],
  ...['STREAM_FILE_EMPTY', 'STREAM_FILE_TOO_LARGE', 'STREAM_CHUNKING_UNKNOWN', 'CLAIM_LEGACY'],
  // Verdicts of a mirror on one source, or on one bundle.
  ...['SOURCE_STALE', 'BUDGET_REACHED', 'PROFILE_UNKNOWN'],
  // Warnings.
  ...['P2P_ENDED', 'WITNESS_SILENT', 'DISK_UNSEALED', 'DISK_READ_ONLY'],
  ...['CONFIG_UNKNOWN_KEY', 'HOME_PERMISSIONS', 'KEY_PERMISSIONS', 'HEAD_RECORD_UNWRITTEN'],
  // Verdicts of intake: `add` counts them.
  ...['PATH_MISSING', 'PATH_UNREADABLE', 'DIRECTORY_UNREADABLE', 'DIRECTORY_TOO_LARGE', 'DIRECTORY_TOO_DEEP'],
  ...[
    'LINK_NOT_FOLLOWED',
    'NOT_A_REGULAR_FILE',
    'NAME_NOT_UTF8',
    'SIDECAR_TOO_LARGE',
    'SIDECAR_UNREADABLE',
    'SIDECAR_CHANGED',
  ],
  ...[
    'INFO_JSON_TRUNCATED',
    'INFO_JSON_MALFORMED',
    'INFO_JSON_TOO_LARGE',
    'INFO_JSON_TOO_DEEP',
    'INFO_JSON_WRONG_TYPE',
  ],
  ...['MEDIA_WITHOUT_METADATA', 'MEDIA_MISSING', 'MEDIA_EMPTY', 'MEDIA_INCOMPLETE'],
  ...['TABLE_UNREADABLE', 'TABLE_TOO_LARGE', 'TABLE_ENCODING_UNKNOWN', 'TABLE_MALFORMED'],
  ...['HEADER_MISSING', 'HEADER_UNKNOWN', 'HEADER_AMBIGUOUS', 'VALUE_UNREADABLE', 'DATE_AMBIGUOUS', 'ACCESS_UNKNOWN'],
  ...['ROW_FILE_MISSING', 'ROW_FILE_AMBIGUOUS', 'ROW_FILE_TWICE', 'ROW_KEY_TWICE'],
  ...['FIELD_DROPPED', 'TEXT_CUT', 'ORIGINAL_UNKNOWN', 'ORIGINAL_TWICE'],
  // Statements that the fold holds void: `manifest verify` counts them.
  ...['BUNDLE_ID_TAKEN', 'BUNDLE_UNKNOWN', 'BUNDLE_WITHDRAWN', 'BUNDLE_FULL', 'REPLACES_WRONG', 'ROOT_TAKEN'],
  ...['STATEMENT_DUPLICATE', 'STATEMENT_REPUDIATED', 'NOT_WITHDRAWN', 'APPROVALS_MISSING', 'REPUDIATION_RANGE'],
  // Answers of `serve` to whoever asks.
  'COSIGNATURE_REFUSED',
  ...[
    'REQUEST_MALFORMED',
    'REQUEST_TOO_LONG',
    'REQUEST_BODY_REFUSED',
    'METHOD_REFUSED',
    'HOST_REFUSED',
    'FORMAT_REFUSED',
  ],
  ...['DIRECTORY_REQUESTED', 'NOT_SERVED', 'NOT_AT_HAND', 'RANGE_UNSATISFIABLE', 'GONE', 'GONE_LEGAL'],
  ...['DAG_UNSUPPORTED', 'DAG_TOO_LARGE', 'CONTENT_UNAVAILABLE', 'SERVER_BUSY', 'SERVER_FAULT'],
]

/** Every code of every `*_ERROR_CODES` array of the source, but for the LBRY client's: no command calls it yet. */
async function codesOfSource(): Promise<Set<string>> {
  const codes = new Set<string>()
  for await (const path of glob('**/*.ts', { cwd: sources })) {
    const text = await readFile(new URL(path, sources), 'utf8')
    for (const [, list = ''] of text.matchAll(/\b[A-Z0-9_]+_ERROR_CODES = \[(.*?)\] as const/gs))
      for (const [, code = ''] of list.matchAll(/'([A-Z0-9_]+)'/g)) codes.add(code)
  }
  return codes
}

describe('exit codes', () => {
  it('give every error code of the source exactly one meaning', async () => {
    const codes = await codesOfSource()
    assert.ok(codes.size > 150, 'the source has its codes where this test looks')
    const decided = [...USAGE_CODES, ...VERIFICATION_CODES, ...PARTLY_CODES, ...FAILED]
    assert.deepEqual(
      decided.filter((code, i) => decided.indexOf(code) !== i),
      [],
      'decided twice',
    )
    assert.deepEqual(
      decided.filter((code) => !codes.has(code)),
      [],
      'no such code',
    )
    assert.deepEqual(
      [...codes].filter((code) => !decided.includes(code)),
      [],
      'nobody decided',
    )
  })

  it('wake somebody when the own log, its heads or a source are not what they were', () => {
    for (const error of [
      new RecordError('HEAD_BEHIND', ''),
      new RecordError('HEAD_FORKED', ''),
      new RecordError('LOG_DAMAGED', ''),
      new StoreError('HEAD_RECORD_MALFORMED', ''),
      new StoreError('STATE_CORRUPT', ''),
      new ReadError('INDEX_DAMAGED', ''),
    ])
      assert.equal(exitOf(error), EXIT.verification, error.code)
  })

  it('never answer 1, which is the proven absence of a lookup, for a manifest that could not be asked', () => {
    const codes = [
      'LOOKUP_UNKNOWN',
      'SOURCE_UNREACHABLE',
      'SOURCE_REFUSED',
      'SOURCES_EXHAUSTED',
      'MANIFEST_MISSING',
      'MANIFEST_DAMAGED',
    ] as const
    for (const code of codes) assert.notEqual(exitOf(new ReadError(code, '')), EXIT.failed, code)
  })

  it('translate the faults of the LBRY client, which has classes of its own', () => {
    const fault = translated(new LbryStreamError('STREAM_BLOB_WRONG', 'words', { hint: 'do this' }))
    assert.ok(fault instanceof LbryError)
    assert.deepEqual(
      [fault.code, fault.message, fault.hint, exitOf(fault)],
      ['STREAM_BLOB_WRONG', 'words', 'do this', EXIT.verification],
    )
    assert.equal(exitOf(translated(new LbryClaimError('CLAIM_TRANSACTION_INVALID', ''))), EXIT.usage)
    const lost = new LbryDaemonError('LBRY_CONNECTION_LOST', { method: 'stream_create', effect: 'unknown' })
    assert.equal(exitOf(translated(lost)), EXIT.partly)
    const other = new TypeError('a bug')
    assert.equal(translated(other), other)
  })

  it('are 1 for a fault of the program and for what no list names', () => {
    assert.equal(exitOf(new TypeError('a bug')), EXIT.failed)
    assert.equal(exitOf(new CliError('INTERNAL', '')), EXIT.failed)
  })
})
