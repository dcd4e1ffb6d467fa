import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { indexReceiptPath } from '../../manifest/index-build.ts'
import { shardPath } from '../../manifest/index-shard.ts'
import { parseStatement } from '../../manifest/statement.ts'
import { entriesPath, entryBundlesBetween, splitHashes, tilePath, tilesOf } from '../../manifest/tiles.ts'
import { readError, systemCode } from '../../store/file-errors.ts'
import type { Home } from '../home.ts'

/** The head that is carried, and the one that waits for witnesses. */
export interface CarriedHeads {
  readonly size: number
  readonly note: Uint8Array
  readonly pending: { readonly size: number; readonly note: Uint8Array } | undefined
}

/**
 * Paths of all files that a manifest directory needs for these heads, in the order in which they are to be written (manifest-v1 §9.2),
 * without the heads themselves. Older partial tiles are not among them, and neither is the index of older heads.
 */
export async function manifestFiles(home: Home, heads: CarriedHeads): Promise<readonly string[]> {
  const { manifest } = home.paths
  const sizes = heads.pending === undefined ? [heads.size] : [heads.size, heads.pending.size]
  const entries = sizes.flatMap((size) =>
    Array.from(entryBundlesBetween(0, size), ({ n, width }) => entriesPath(n, width)),
  )
  const tiles = sizes.flatMap((size) => Array.from(tilesOf(size), ({ level, n, width }) => tilePath(level, n, width)))
  const policies = (await names(manifest, 'policies')).map((name) => `policies/${name}`)
  const kept = (await names(manifest, 'checkpoints'))
    .filter((name) => Number(name) <= heads.size)
    .map((name) => `checkpoints/${name}`)
  return [...new Set([...entries, ...tiles, ...indexFiles(home, heads.size), ...policies, ...kept])]
}

/** Of the `index/1` under which the head stands; the first head of a log may have none. */
function indexFiles({ journal, paths }: Home, size: number): readonly string[] {
  const parsed = size === 0 ? undefined : parseStatement(journal.entry(size - 1))
  if (parsed?.kind !== 'known' || parsed.statement.type !== 'index/1') return []
  const { bits, size: covered } = parsed.statement
  const tiles = Array.from(tilesOf(2 ** bits), ({ level, n, width }) => ({
    level,
    path: `index/${covered}/${tilePath(level, n, width)}`,
  }))
  const leaves = tiles
    .filter(({ level }) => level === 0)
    .flatMap(({ path }) => splitHashes(readOwn(join(paths.manifest, path))))
  const receipt = indexReceiptPath(covered)
  const shards = leaves.map((hash, number) => shardPath(bits, number, hash))
  return [...shards, ...tiles.map(({ path }) => path), ...(existsSync(join(paths.manifest, receipt)) ? [receipt] : [])]
}

function readOwn(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw readError(error, path)
  }
}

/** Only what a manifest can have there. */
async function names(manifest: string, directory: string): Promise<readonly string[]> {
  const found = await readdir(join(manifest, directory)).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return []
    throw readError(error, manifest)
  })
  return found
    .filter((name) => /^(?:0|[1-9][0-9]{0,15})$/u.test(name))
    .sort((one, other) => Number(one) - Number(other))
}

/** @throws {StoreError} `STORE_UNREADABLE`. */
export async function readManifestFile({ paths }: Home, name: string): Promise<Uint8Array> {
  const path = join(paths.manifest, name)
  try {
    return await readFile(path)
  } catch (error) {
    throw readError(error, path)
  }
}
