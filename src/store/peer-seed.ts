import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { claimTemporary, flushDirectory, removeTemporary } from './durable-directory.ts'
import { StoreError } from './errors.ts'
import { systemCode, writeError } from './file-errors.ts'
import { readSmallFile } from './small-file.ts'

const SEED_BYTES = 32
/** The seed in hex, and the end of the line. */
const FILE_BYTES = 2 * SEED_BYTES + 1

/**
 * The Ed25519 seed of this home's libp2p peer id, made at its first use and never changed. It signs nothing but the
 * handshakes of `serve --p2p`: it has no part in the manifest, and no passphrase, because a server has to start alone.
 *
 * @returns 32 bytes.
 * @throws {StoreError} `KEY_MALFORMED`, `DISK_FULL`, `STORE_UNREADABLE` or `STORE_UNWRITABLE`.
 */
export async function openPeerSeed(path: string): Promise<Uint8Array> {
  const before = await readSeed(path)
  if (before !== undefined) return before
  await createExclusively(path, Buffer.from(`${randomBytes(SEED_BYTES).toString('hex')}\n`))
  // Two servers may have started at once: the one file that there is says who both are.
  return (await readSeed(path)) ?? malformed(path)
}

async function readSeed(path: string): Promise<Uint8Array | undefined> {
  const bytes = await readSmallFile(path, FILE_BYTES)
  if (bytes === undefined) return undefined
  const text = Buffer.from(bytes).toString('latin1')
  return /^[0-9a-f]{64}\n?$/.test(text) ? new Uint8Array(Buffer.from(text.trim(), 'hex')) : malformed(path)
}

/** Written whole and flushed under another name first, so that nobody ever reads a part; leaves a file that is there alone. */
async function createExclusively(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = claimTemporary(dirname(path))
  try {
    await using file = await open(temporary, 'wx', 0o600)
    await file.writeFile(bytes)
    await file.sync()
    // A file system without links copies 65 bytes, which are one write.
    await link(temporary, path).catch((error: unknown) => {
      if (systemCode(error) === 'EEXIST') throw error
      return copyFile(temporary, path, constants.COPYFILE_EXCL)
    })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw writeError(error, path)
  } finally {
    await removeTemporary(temporary)
  }
  await flushDirectory(dirname(path))
}

function malformed(path: string): never {
  throw new StoreError('KEY_MALFORMED', `${path} is not the seed of a peer id`, {
    hint: 'bring it back from a backup, or remove it: the next `serve --p2p` then makes another peer id, which peers have to be told',
  })
}
