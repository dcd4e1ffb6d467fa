import { existsSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseCheckpoint } from '../manifest/checkpoint.ts'
import { parseSignedNote } from '../manifest/note.ts'
import { parsePolicy, policyOfVkey } from '../manifest/policy.ts'
import { ED25519, formatVkey, parseVkey } from '../manifest/vkey.ts'
import { ReadError } from '../read/errors.ts'
import type { ManifestSource } from '../read/manifest-source.ts'
import { openDatabase } from '../store/database.ts'
import { StoreError } from '../store/errors.ts'
import { type HomePaths, homePaths } from '../store/home.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import { type CheckedCopy, ownStateAsCopy } from './checked-copy.ts'
import type { Home } from './home.ts'
import { shownHead } from './known-heads.ts'
import { type LogFacts, readFact } from './open-home.ts'

/**
 * Which log the state of a home belongs to; undefined where there is no state, or one that an interrupted recovery began.
 *
 * @throws {StoreError} `STATE_CORRUPT`, `STATE_NEWER`; `KEY_MALFORMED` when the home's key is not that log's.
 */
export async function storedLog(directory: string, publicKey: Uint8Array): Promise<LogFacts | undefined> {
  const paths = homePaths(directory)
  if (!existsSync(paths.state)) return undefined
  const db = await openDatabase(directory, { create: true })
  try {
    const [origin, vkey] = [readFact(db, 'origin'), readFact(db, 'vkey')]
    if (origin === undefined || vkey === undefined) return undefined
    if (isKey(vkey, publicKey)) return { origin, vkey }
  } finally {
    db.close()
  }
  throw new StoreError('KEY_MALFORMED', `${paths.logKey} is not the key of the log in state.sqlite`, {
    hint: 'put the key that belongs to this log back in its place; nothing was changed',
  })
}

/**
 * The same where the state is lost: as `policy.txt` names it, else as the copy does. That the copy is ours is proven by our
 * own key's signature, which is checked right after.
 */
export async function logOfKey(
  paths: HomePaths,
  source: ManifestSource,
  publicKey: Uint8Array,
  signal: AbortSignal,
): Promise<LogFacts> {
  const { sha256 } = nodePrimitives
  if (existsSync(paths.policy)) {
    const { logs } = parsePolicy(await readFile(paths.policy, 'utf8'), sha256)
    const own = logs.find(({ key }) => isKey(key.text, publicKey))
    if (own !== undefined) return { origin: own.key.name, vkey: own.key.text }
  }
  const note = await source.read('checkpoint', { maxBytes: 128 * 1024, signal })
  if (note === undefined) throw new ReadError('MANIFEST_MISSING', `${source.name} has no checkpoint`)
  const { origin } = parseCheckpoint(parseSignedNote(note).text)
  return { origin, vkey: formatVkey({ name: origin, type: ED25519, publicKey }, sha256) }
}

/**
 * The state itself, where the operator named the home's own directory and the state is not the older of the two: it can write
 * the directory anew without any other copy.
 */
export async function ownStateFor(
  from: string,
  { paths, journal, vkey, primitives }: Home,
): Promise<CheckedCopy | undefined> {
  const [named, ...own] = await Promise.all([from, paths.home, paths.manifest].map(realOrGiven))
  if (named === undefined || !own.includes(named)) return undefined
  const shown = await shownHead(join(paths.manifest, 'checkpoint'), policyOfVkey(vkey, primitives.sha256))
  if ((shown?.size ?? 0) > (journal.signed()?.size ?? 0)) return undefined
  return ownStateAsCopy(journal, vkey, from)
}

/** The directory may be just what was lost. */
async function realOrGiven(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path))
}

function isKey(vkey: string, publicKey: Uint8Array): boolean {
  return Buffer.compare(parseVkey(vkey, nodePrimitives.sha256).publicKey, publicKey) === 0
}
