import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatCheckpoint } from '../src/manifest/checkpoint.ts'
import { applyEntry } from '../src/manifest/fold.ts'
import { buildIndex, indexReceiptPath } from '../src/manifest/index-build.ts'
import { encodeJcs } from '../src/manifest/jcs.ts'
import { inclusionPath, leafHash, treeRoot } from '../src/manifest/merkle.ts'
import { formatSignedNote } from '../src/manifest/note.ts'
import { formatTlogProof } from '../src/manifest/proof.ts'
import { signCheckpoint } from '../src/manifest/signer.ts'
import { encodeEntryBundle, entriesPath, hashAtFromTiles, tilePath, tilesOfTree } from '../src/manifest/tiles.ts'
import { nodePrimitives } from '../src/store/node-primitives.ts'
import { openScratchState } from '../src/store/scratch-state.ts'
import { aGenesis, anIndex, CONTEXT, LOG, ORIGIN } from '../test/fakes/manifest-log.ts'
import { makeStatement } from './log-home.ts'

export const LONG_LOG_STATEMENTS = 1_000_000
/** The key that signed it. */
export const LONG_LOG_KEY: string = LOG.key.text

const { sha256 } = nodePrimitives
const BUNDLE = 256

/** The manifest directory of a log of a million made statements, with its index: 1 GB and 7 GB. Made once, in a process of its own. */
export function longLog(dir: string): string {
  const directory = join(dir, 'long-log')
  if (!existsSync(directory))
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), directory], { stdio: 'inherit' })
  return directory
}

function write(directory: string, count: number): void {
  const file = (path: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), bytes)
  }
  using scratch = openScratchState()
  const leaves: Uint8Array[] = []
  let waiting: Uint8Array[] = []
  const flush = (): void => {
    if (waiting.length > 0)
      file(entriesPath(Math.floor((leaves.length - 1) / BUNDLE), waiting.length), encodeEntryBundle(waiting))
    waiting = []
  }
  const add = (bytes: Uint8Array): void => {
    const index = leaves.length
    scratch.put(index, bytes)
    applyEntry(scratch.state, { index, bytes }, CONTEXT)
    leaves.push(leafHash(sha256, bytes))
    if (waiting.push(bytes) === BUNDLE) flush()
  }
  add(encodeJcs(aGenesis()))
  for (let i = 0; i < count - 1; i++) add(encodeJcs(makeStatement(`long ${i}`)))
  const size = leaves.length
  const index = buildIndex(
    { state: scratch.state, entryBytes: scratch.get, leafHashAt: (i) => leaves[i] ?? new Uint8Array(0) },
    size,
    sha256,
  )
  let made = index.next()
  for (; made.done !== true; made = index.next()) file(made.value.path, made.value.bytes)
  add(encodeJcs(anIndex(made.value)))
  flush()
  const tiles = tilesOfTree(sha256, leaves)
  for (const [path, bytes] of tiles) file(path, bytes)
  const text = formatCheckpoint({ origin: ORIGIN, size: leaves.length, root: treeRoot(sha256, leaves) })
  const note = formatSignedNote(text, [signCheckpoint(text, LOG)])
  const tileOf = (level: number, n: number): Uint8Array | undefined =>
    tiles.get(tilePath(level, n, Math.min(BUNDLE, Math.floor(leaves.length / BUNDLE ** level) - n * BUNDLE)))
  const path = inclusionPath(sha256, size, leaves.length, hashAtFromTiles(sha256, leaves.length, tileOf))
  file(indexReceiptPath(size), formatTlogProof({ extra: scratch.get(size), index: size, path, note }))
  file('checkpoint', note)
  file(`checkpoints/${leaves.length}`, note)
}

if (import.meta.main) {
  const [directory = '', count = String(LONG_LOG_STATEMENTS)] = process.argv.slice(2)
  write(`${directory}.part`, Number(count))
  renameSync(`${directory}.part`, directory)
}
