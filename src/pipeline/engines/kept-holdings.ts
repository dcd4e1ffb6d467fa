import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ManifestError } from '../../manifest/errors.ts'
import { requireListOf, type SignedHoldings, verifyHoldings } from '../../manifest/holdings.ts'
import { parseVkey } from '../../manifest/vkey.ts'
import { writeDurable } from '../../store/durable-file.ts'
import { readError, systemCode, writeError } from '../../store/file-errors.ts'
import type { HomePaths } from '../../store/home.ts'
import { nodePrimitives } from '../../store/node-primitives.ts'

/** A note of holdings and its list, byte for byte as the mirror gave them. */
export interface HoldingsFiles {
  readonly note: Uint8Array
  readonly list: Uint8Array
}

/** What a mirror has signed that it holds of the own log. */
export interface Held {
  readonly note: SignedHoldings
  /** Roots of versions. */
  readonly roots: ReadonlySet<string>
}

const NOTE = 'note'

/**
 * @param holder - verifier key of the mirror.
 * @throws {ManifestError} `VKEY_MALFORMED`, and those of a note that is not what it should be, `HOLDINGS_LIST_DIFFERS` among them.
 */
export function readHeld({ note, list }: HoldingsFiles, holder: string): Held {
  const held = verifyHoldings(nodePrimitives, [parseVkey(holder, nodePrimitives.sha256)], note)
  return { note: held, roots: new Set(requireListOf(held, list, nodePrimitives.sha256)) }
}

/** Keeps what was verified, in the place of what the same mirror said before. The list first, so that no note is without its own. */
export async function keepHoldings(
  paths: Pick<HomePaths, 'holders'>,
  name: string,
  { note }: Held,
  files: HoldingsFiles,
): Promise<void> {
  const directory = join(paths.holders, name)
  await writeDurable(join(directory, note.listSha256), files.list)
  await writeDurable(join(directory, NOTE), files.note)
  await removeBut(directory, [NOTE, note.listSha256])
}

/** The mirror says nothing of the kind any more. */
export async function forgetHoldings(paths: Pick<HomePaths, 'holders'>, name: string): Promise<void> {
  await removeBut(join(paths.holders, name), [])
}

/**
 * What was kept, verified anew: it may have been signed by a key that is no longer named, or be damaged, and then says nothing.
 *
 * @throws {ManifestError} `VKEY_MALFORMED`. @throws {StoreError} `STORE_UNREADABLE`.
 */
export async function keptHoldings(
  paths: Pick<HomePaths, 'holders'>,
  name: string,
  holder: string,
): Promise<Held | undefined> {
  const key = parseVkey(holder, nodePrimitives.sha256)
  const directory = join(paths.holders, name)
  try {
    const note = await readFile(join(directory, NOTE))
    const { listSha256 } = verifyHoldings(nodePrimitives, [key], note)
    return readHeld({ note, list: await readFile(join(directory, listSha256)) }, holder)
  } catch (error) {
    if (error instanceof ManifestError || systemCode(error) === 'ENOENT') return undefined
    throw readError(error, directory)
  }
}

async function removeBut(directory: string, kept: readonly string[]): Promise<void> {
  try {
    const ours = (await readdir(directory)).filter((name) => name === NOTE || /^[0-9a-f]{64}$/u.test(name))
    // The note before its list.
    const gone = ours.filter((name) => !kept.includes(name)).toSorted((a, b) => (a < b ? 1 : -1))
    for (const name of gone) await rm(join(directory, name), { force: true })
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw writeError(error, directory)
  }
}
