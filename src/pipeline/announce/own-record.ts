import { isBetter, makeRecord, type NameRecord, parseRecord } from '../../announce/record.ts'
import { isRenewalDue, nextSequence, requireNotBehind, TTL_SECONDS, VALID_MS } from '../../announce/sequence.ts'
import { decodeCid } from '../../model/content-id.ts'
import type { Problem } from '../../model/errors.ts'
import { type AnnouncedRoot, openAnnounced } from '../../store/announced.ts'
import { StoreError } from '../../store/errors.ts'
import { openKey, type SigningKey } from '../../store/keys.ts'
import { transaction } from '../../store/transaction.ts'
import type { Home } from '../home.ts'
import { namesOfLog } from './names-of-log.ts'

/** The record of the own name that is served; undefined before the first one, or where the log has no name. */
export function ownRecord(home: Pick<Home, 'db' | 'journal' | 'primitives'>): NameRecord | undefined {
  const announced = openAnnounced(home.db)
  for (const key of namesOfLog(home)) {
    const kept = announced.record(key)
    if (kept !== undefined) return parseRecord(home.primitives, key, kept.bytes)
  }
  return undefined
}

/** Whether the record that is kept still says what is so, and for long enough. */
export function isRecordDue(home: Home, root: AnnouncedRoot): boolean {
  const record = ownRecord(home)
  if (record === undefined) return true
  return Buffer.compare(record.root.bytes, root.cid) !== 0 || isRenewalDue(record, Date.parse(home.now()))
}

/**
 * Makes the next record of the own name and keeps it. The same transaction looks what the last one was, so two that are made at
 * once never have one sequence.
 *
 * @param seen - a record that somebody else has, verified.
 * @throws {AnnounceError} `RECORD_AHEAD`.
 */
export function makeOwnRecord(home: Home, root: AnnouncedRoot, key: SigningKey, seen?: NameRecord): NameRecord {
  return transaction(home.db, () => {
    const last = ownRecord(home)
    const newest = seen !== undefined && isBetter(seen, last) ? seen : last
    if (newest !== undefined) requireNotBehind(newest, root.size)
    const record = makeRecord(key, {
      root: decodeCid(root.cid),
      sequence: nextSequence(root.size, newest?.sequence),
      validUntilMs: Date.parse(home.now()) + VALID_MS,
      ttlSeconds: TTL_SECONDS,
    })
    openAnnounced(home.db).putRecord(key.publicKey, { bytes: record.bytes, size: root.size })
    return record
  })
}

/**
 * Opens the key of the name, which may ask for its passphrase.
 *
 * @throws {StoreError} `KEY_MISSING`, `KEY_MALFORMED` also for the key of another name, `WRONG_PASSPHRASE`, `PASSPHRASE_NEEDED`.
 */
export async function openNameKey(
  home: Home,
  askPassphrase: (label: string) => Promise<string>,
  onProblem: (problem: Problem) => void,
): Promise<SigningKey> {
  const { key, problems } = await openKey(home.paths.ipnsKey, () => askPassphrase('the key of the IPNS name'))
  for (const problem of problems) onProblem(problem)
  if (namesOfLog(home).some((name) => Buffer.compare(name, key.publicKey) === 0)) return key
  throw new StoreError('KEY_MALFORMED', `${home.paths.ipnsKey} is not the key of a name of ${home.origin}`, {
    hint: 'put the key that belongs to this log back in its place',
  })
}
