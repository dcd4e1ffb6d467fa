import { hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { CID } from 'multiformats/cid'
import { cidText } from '../model/content-id.ts'
import type { Content, ContentTable, Location, LocationState } from './content-table.ts'
import { AddressError } from './errors.ts'
import { errnoOf, type FileStat, sameFile, sameStat } from './open-file.ts'
import { OpenFiles } from './open-files.ts'
import { chunkLength, PROFILE } from './profile.ts'

/** A leaf that was wanted, and the file content in which the index saw it. */
export interface WantedLeaf {
  readonly content: Content
  readonly position: number
  readonly cid: CID
}

/** What one place of a content gave. `other`: the index has another block there, with the same first bytes in its hash. */
type Outcome =
  | { readonly bytes: Uint8Array; readonly state: 'ok' | 'changing' }
  | { readonly state: Exclude<LocationState, 'ok'> | 'other' }

/**
 * Reads leaves out of the archive's own files. Bytes go out only when their hash is the wanted one; the buffer that was
 * hashed is the buffer that is answered with, so a file cannot change in between.
 */
export class LeafReader implements AsyncDisposable {
  readonly #table: ContentTable
  readonly #files = new OpenFiles()

  constructor(table: ContentTable) {
    this.#table = table
  }

  /** Tries every place of the content. Answers with the bytes, or with what is wrong with each place. */
  async read(wanted: WantedLeaf, signal: AbortSignal): Promise<Uint8Array | Exclude<LocationState, 'ok'>[]> {
    const locations = this.#table.locations(wanted.content.id)
    const faults: Exclude<LocationState, 'ok'>[] = []
    for (const location of locations) {
      signal.throwIfAborted()
      const outcome = await this.#readAt(location, wanted)
      if (outcome.state === 'other') return []
      this.#note(wanted.content.id, location, outcome.state)
      if ('bytes' in outcome) return outcome.bytes
      faults.push(outcome.state)
    }
    return locations.length === 0 ? ['missing'] : faults
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#files[Symbol.asyncDispose]()
  }

  async #readAt(location: Location, wanted: WantedLeaf): Promise<Outcome> {
    const isExpected = (stat: FileStat): boolean => sameStat(stat, location.stat)
    try {
      return await this.#files.use(location.path, isExpected, async (file, stat) => {
        // Another file in its place is not read at all, whatever it holds.
        if (!sameFile(stat, location.stat)) return { state: 'changing' }
        const bytes = await readAll(file, chunkLength(wanted.content.bytes, wanted.position), wanted.position)
        const digest = hash('sha256', bytes, 'buffer')
        // A file that was only touched, linked or appended to still gives right bytes: they are checked, so they may go out.
        if (isDigestOf(wanted.cid, digest)) return { bytes, state: isExpected(stat) ? 'ok' : 'changing' }
        if (!isExpected(stat)) return { state: 'changing' }
        return { state: this.#isIndexed(wanted) ? 'damaged' : 'other' }
      })
    } catch (error) {
      return { state: stateFor(error) }
    }
  }

  /** True when the wanted block is the very one that was hashed at that position. */
  #isIndexed({ content, position, cid }: WantedLeaf): boolean {
    const start = position * PROFILE.digestBytes
    return isDigestOf(cid, this.#table.digests(content.id).subarray(start, start + PROFILE.digestBytes))
  }

  /** One good chunk does not heal a file in which another was bad: only hashing all of it does. */
  #note(content: number, location: Location, state: LocationState): void {
    if (state === location.state || (location.state === 'damaged' && (state === 'ok' || state === 'changing'))) return
    try {
      this.#table.setState(content, location.path, state)
    } catch {
      // A note for the operator. A process that may only read, or that finds the database busy, still answers rightly.
      // One that only serves should open it read-only, so that it never waits here for a writer.
    }
  }
}

/** The error for a block that is known and cannot be given; the most serious of what was found decides. */
export function unavailable(cid: CID, faults: readonly LocationState[]): AddressError {
  if (faults.includes('damaged')) {
    return new AddressError(
      'BLOCK_DAMAGED',
      `the file that holds ${cidText(cid)} has other bytes than when it was added`,
      {
        hint: 'the disk may be failing or somebody changed the file: restore it from a copy, then add it again',
      },
    )
  }
  if (faults.includes('changing')) {
    return new AddressError('FILE_CHANGING', `the file that holds ${cidText(cid)} is not the one that was added`, {
      hint: 'add it again when nothing writes to it any more',
    })
  }
  return new AddressError('BLOCK_MISSING', `no file that holds ${cidText(cid)} can be found`, {
    hint: 'connect the disk it lies on, or add the file again at its new place',
  })
}

function stateFor(error: unknown): 'changing' | 'damaged' | 'missing' {
  if (error instanceof AddressError && error.code === 'NOT_A_FILE') return 'changing'
  const errno = errnoOf(error instanceof AddressError ? error.cause : error)
  if (errno === undefined) throw error
  return errno === 'EIO' ? 'damaged' : 'missing'
}

/** Fewer bytes than asked for when the file became shorter. */
async function readAll(file: FileHandle, length: number, index: number): Promise<Uint8Array> {
  const into = new Uint8Array(length)
  let have = 0
  while (have < length) {
    const { bytesRead } = await file.read(into, have, length - have, index * PROFILE.chunkBytes + have)
    if (bytesRead === 0) break
    have += bytesRead
  }
  return into.subarray(0, have)
}

function isDigestOf(cid: CID, digest: Uint8Array): boolean {
  return Buffer.compare(cid.multihash.digest, digest) === 0
}
