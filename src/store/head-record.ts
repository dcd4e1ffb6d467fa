import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Problem } from '../model/errors.ts'
import { makeDirectory } from './durable-directory.ts'
import { writeDurable } from './durable-file.ts'
import { StoreError } from './errors.ts'
import { acquireLock } from './lock.ts'
import { readSmallFile } from './small-file.ts'

/** The newest head that a log key signed on this computer, kept outside the home: a restored home cannot see itself. */
export interface HeadRecord {
  readonly size: number
  /** RFC 6962 root hash, 64 lower-case hex digits. */
  readonly root: string
  /** The signed note as published; its signature is for the caller to check. */
  readonly note: string
}

/** A note has at most 128 KiB (manifest-v1); JSON escapes add to that. */
const MAX_RECORD_BYTES = 512 * 1024
/** Other homes of this user hold the lock for a single small write. */
const LOCK_WAIT_MS = 10_000

const recordSchema = v.object({
  v: v.literal(1),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  root: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  note: v.string(),
})

/** Where the record of a log lies: by the SHA-256 of its verifier key, so that the directory names no archive. */
export function headRecordPath(stateDirectory: string, vkey: string): string {
  return join(stateDirectory, 'heads', `${createHash('sha256').update(vkey).digest('hex')}.json`)
}

/**
 * @param vkey - the log's verifier key as text.
 * @returns undefined when no head of this log was ever recorded here.
 * @throws {StoreError} `HEAD_RECORD_MALFORMED` or `STORE_UNREADABLE`: then it is not known what was signed, so do not sign.
 */
export async function readHeadRecord(stateDirectory: string, vkey: string): Promise<HeadRecord | undefined> {
  const path = headRecordPath(stateDirectory, vkey)
  const bytes = await readSmallFile(path, MAX_RECORD_BYTES)
  if (bytes === undefined) return undefined
  const parsed = v.safeParse(recordSchema, parseJson(bytes))
  if (parsed.success) return { size: parsed.output.size, root: parsed.output.root, note: parsed.output.note }
  throw new StoreError('HEAD_RECORD_MALFORMED', `${path}, which says what was signed last, is damaged`, {
    hint: 'compare the home with a published checkpoint or a mirror; if the home is not behind, delete the file and go on',
  })
}

/**
 * Records a signed head, durably and only forwards. Call it before the note leaves the process: two copies of one home on
 * one computer then cannot publish different heads. The same head again, with more cosignatures, is fine.
 *
 * @returns `HEAD_RECORD_UNWRITTEN` as a warning when this place cannot be written; the log itself is not affected.
 * @throws {StoreError} `HEAD_ROLLED_BACK` (a larger head was signed before), `HEAD_RECORD_CONFLICT` (another head of this
 * size was), `HOME_LOCKED`, or as {@link readHeadRecord}. The note must then not be published.
 */
export async function writeHeadRecord(
  stateDirectory: string,
  vkey: string,
  head: HeadRecord,
): Promise<Problem | undefined> {
  const path = headRecordPath(stateDirectory, vkey)
  // Also where nothing can be written: what is there can still forbid this head.
  refuseBackwards(await readHeadRecord(stateDirectory, vkey), head)
  try {
    await makeDirectory(join(stateDirectory, 'heads'), 0o700)
    await using _lock = await acquireLock(join(stateDirectory, 'heads'), {
      command: 'record a head',
      waitMs: LOCK_WAIT_MS,
    })
    refuseBackwards(await readHeadRecord(stateDirectory, vkey), head)
    const { size, root, note } = head
    await writeDurable(path, Buffer.from(`${JSON.stringify({ v: 1, size, root, note })}\n`), { mode: 0o600 })
    return undefined
  } catch (error) {
    if (!(error instanceof StoreError) || (error.code !== 'STORE_UNWRITABLE' && error.code !== 'DISK_FULL')) throw error
    return {
      code: 'HEAD_RECORD_UNWRITTEN',
      message: `the second record of the newest signed head was not written: ${error.message}`,
      hint: 'make that place writable (it follows XDG_STATE_HOME), so that an old backup of the home is noticed in time',
      path,
    }
  }
}

function refuseBackwards(recorded: HeadRecord | undefined, head: HeadRecord): void {
  if (recorded === undefined || recorded.size < head.size) return
  if (recorded.size > head.size) {
    const message = `this log was signed at size ${recorded.size} on this computer, and the home only knows ${head.size}`
    throw new StoreError('HEAD_ROLLED_BACK', message, {
      hint: 'this home looks like an older copy: run `holdfast manifest recover --from` the newest published copy',
    })
  }
  if (recorded.root !== head.root) {
    throw new StoreError(
      'HEAD_RECORD_CONFLICT',
      `another head of size ${head.size} was signed on this computer before`,
      {
        hint: 'two copies of this home are in use: keep both, publish neither, and find out which one others have seen',
      },
    )
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // The schema refuses it.
    return undefined
  }
}
