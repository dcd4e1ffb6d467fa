import { lstat, mkdir, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { DiskError } from '../../disk/errors.ts'
import { COSIGNATURES } from '../../disk/layout.ts'
import { parseSignedNote } from '../../manifest/note.ts'
import { writeDurable } from '../../store/durable-file.ts'
import { systemCode, writeError } from '../../store/file-errors.ts'
import { readSmallFile } from '../../store/small-file.ts'

/** Limits of disk-v1 §3.3. */
const MOST_FILES = 1_000
/** Other names that are passed over. */
const MOST_SEEN = 100_000
const NOTE_BYTES = 128 * 1024
const NAME = /^(?:0|[1-9][0-9]{0,15})-[0-9a-f]{8}\.checkpoint$/u

/**
 * Leaves a mirror's cosignatures of one head on a disk, in the place of what it left there of that head before.
 *
 * @param keyHash - of one of its keys; 8 hex digits.
 * @param note - the head with its lines alone.
 * @throws {DiskError} `DISK_FOREIGN` for a link; {StoreError} `STORE_UNWRITABLE` where the disk cannot be written to.
 */
export async function leaveCosignatures(directory: string, keyHash: string, note: Uint8Array): Promise<void> {
  const { text } = parseSignedNote(note)
  const place = join(directory, COSIGNATURES)
  await mkdir(place).catch((error: unknown) => {
    if (systemCode(error) !== 'EEXIST') throw writeError(error, place)
  })
  if (!(await lstat(place)).isDirectory())
    throw new DiskError('DISK_FOREIGN', `${place} is no directory, and may lead elsewhere`, { hint: 'take it away' })
  const path = join(place, `${text.split('\n')[1] ?? ''}-${keyHash}.checkpoint`)
  const there = await readNote(path)
  if (there === undefined || Buffer.compare(there, note) !== 0) await writeDurable(path, note)
}

/** What is in `cosignatures/`, and what the heads on the disk have beside the publisher's own. Nothing is verified. */
export async function cosignaturesOn(
  directory: string,
): Promise<readonly { readonly name: string; readonly note: Uint8Array }[]> {
  const place = join(directory, COSIGNATURES)
  const found = await lstat(place).catch(() => undefined)
  const names = found?.isDirectory() === true ? await namesIn(place) : []
  const paths = names.map((name) => `${COSIGNATURES}/${name}`)
  const notes: { name: string; note: Uint8Array }[] = []
  // `holdfast cosign --manifest DIR` leaves its line in the head itself.
  for (const name of [...paths, 'manifest/pending/checkpoint', 'manifest/checkpoint']) {
    const note = await readNote(join(directory, name))
    if (note !== undefined) notes.push({ name, note })
  }
  return notes
}

/** Never all of a directory that somebody filled without end. */
async function namesIn(place: string): Promise<readonly string[]> {
  const names: string[] = []
  let seen = 0
  for await (const { name } of await opendir(place)) {
    if (NAME.test(name)) names.push(name)
    seen += 1
    if (names.length === MOST_FILES || seen === MOST_SEEN) break
  }
  return names.sort()
}

async function readNote(path: string): Promise<Uint8Array | undefined> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isFile() === true && found.size <= NOTE_BYTES ? await readSmallFile(path, NOTE_BYTES) : undefined
}
