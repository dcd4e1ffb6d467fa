import { hash } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CID } from 'multiformats/cid'
import { decode as decodeMultihash } from 'multiformats/hashes/digest'
import { cidText, digestOf, RAW_CODEC } from '../model/content-id.ts'
import { AddressError } from './errors.ts'
import { PROFILE } from './profile.ts'

/** The table `small_block`: blocks that lie in no file of the archive, such as documents we wrote and directories. */
export class SmallBlocks {
  readonly #put: StatementSync
  readonly #get: StatementSync
  readonly #length: StatementSync
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
    // What is there already is left alone, unless it rotted.
    this.#put = database.prepare(
      'INSERT INTO small_block (multihash, bytes) VALUES (?, ?) ON CONFLICT (multihash) DO UPDATE SET bytes = excluded.bytes WHERE bytes <> excluded.bytes',
    )
    this.#get = database.prepare('SELECT bytes FROM small_block WHERE multihash = ?')
    this.#length = database.prepare('SELECT length(bytes) AS length FROM small_block WHERE multihash = ?')
  }

  /** @throws {AddressError} `BLOCK_MISMATCH` when the bytes are not those of the CID, `BLOCK_TOO_LARGE` above 2 MiB. */
  put(cid: CID, bytes: Uint8Array): void {
    if (bytes.length > PROFILE.maxBlockBytes) {
      throw new AddressError('BLOCK_TOO_LARGE', `${cidText(cid)} has ${bytes.length} bytes; a block has at most 2 MiB`)
    }
    if (!isBlockOf(cid, bytes)) throw new AddressError('BLOCK_MISMATCH', `these bytes are not those of ${cidText(cid)}`)
    this.#put.run(cid.multihash.bytes, bytes)
  }

  /**
   * Nothing when there is no such block.
   *
   * @throws {AddressError} `BLOCK_DAMAGED`.
   */
  read(cid: CID): Uint8Array | undefined {
    const bytes = this.#get.get(cid.multihash.bytes)?.['bytes']
    if (!(bytes instanceof Uint8Array)) return undefined
    if (isBlockOf(cid, bytes)) return bytes
    throw new AddressError('BLOCK_DAMAGED', `${cidText(cid)} is damaged in the state database`, {
      hint: 'the disk of the home may be failing: make a copy of the home, then add the bundle again',
    })
  }

  /** Length in bytes, without reading the block. */
  lengthOf(cid: CID): number | undefined {
    const length = this.#length.get(cid.multihash.bytes)?.['length']
    return length === undefined ? undefined : Number(length)
  }

  /** The CIDs of all blocks, as `raw`: only their hash is kept. */
  *all(): Generator<CID, void, void> {
    // A statement of its own: one that is shared would start again for the next caller.
    for (const row of this.#database.prepare('SELECT multihash FROM small_block').iterate()) {
      const multihash = row['multihash']
      if (multihash instanceof Uint8Array) yield CID.createV1(RAW_CODEC, decodeMultihash(multihash))
    }
  }
}

/** True when `bytes` are what the SHA-256 in `cid` says; false for every other hash function. */
export function isBlockOf(cid: CID, bytes: Uint8Array): boolean {
  const digest = digestOf(cid)
  return digest !== undefined && Buffer.compare(hash('sha256', bytes, 'buffer'), digest) === 0
}
