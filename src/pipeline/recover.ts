import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCheckpoint } from '../manifest/checkpoint.ts'
import { applyEntry, prepareRefold } from '../manifest/fold.ts'
import type { FoldContext } from '../manifest/governance.ts'
import { parseSignedNote } from '../manifest/note.ts'
import { policyOfVkey } from '../manifest/policy.ts'
import { ED25519, formatVkey } from '../manifest/vkey.ts'
import { ReadError } from '../read/errors.ts'
import { type ManifestSource, openManifestSource } from '../read/manifest-source.ts'
import { type OpenManifest, openManifestFrom } from '../read/open-manifest.ts'
import { RecordError } from '../record/errors.ts'
import { writeIndexReceipt } from '../record/index-receipt.ts'
import { openLogTiles } from '../record/log-tiles.ts'
import { writeIndex } from '../record/write-index.ts'
import { openDatabase } from '../store/database.ts'
import { writeDurable, writeDurableBatchIfAbsent, writeDurableIfAbsent } from '../store/durable-file.ts'
import { writeHeadRecord } from '../store/head-record.ts'
import { homePaths } from '../store/home.ts'
import { openKey } from '../store/keys.ts'
import { acquireLock } from '../store/lock.ts'
import { nodePrimitives } from '../store/node-primitives.ts'
import { transaction } from '../store/transaction.ts'
import type { OnEvent } from './events.ts'
import { followLog } from './follow-log.ts'
import type { Home } from './home.ts'
import { openUnfinishedHome } from './open-home.ts'
import type { LogWorld } from './open-log.ts'

export interface RecoverOptions {
  readonly from: string
  readonly world: LogWorld
  /** Content of a fresh holdfast.toml, where there is none. */
  readonly config: string
  readonly signal: AbortSignal
  readonly onEvent: OnEvent
}

export interface Recovered {
  readonly origin: string
  readonly vkey: string
  readonly size: number
  /** Statements that this home did not have. */
  readonly adopted: number
  readonly rebuilt: boolean
}

/**
 * Adopts a longer copy of the own log, or rebuilds the state of a home of which the keys are left. Everything is checked
 * against the head that the own key signed before any of it is written; the second record of heads moves with it.
 *
 * @throws {ReadError} `MANIFEST_DAMAGED` and the others of reading; {RecordError} `HEAD_FORKED`, `HEAD_BEHIND`.
 */
export async function recover(directory: string, options: RecoverOptions): Promise<Recovered> {
  const paths = homePaths(directory)
  const { key } = await openKey(paths.logKey, () => options.world.askPassphrase('the log key'))
  const source = await openManifestSource(options.from, { signal: options.signal })
  const vkey = await ownVkey(source, key.publicKey, options.signal)
  const manifest = await openManifestFrom(source, policyOfVkey(vkey, nodePrimitives.sha256), {
    primitives: nodePrimitives,
    signal: options.signal,
  })
  const rebuilt = !existsSync(paths.state)
  await writeIfMissing(paths.config, options.config)
  await writeIfMissing(paths.policy, `log ${vkey}\nquorum none\n`)
  await prepareState(directory, { origin: manifest.origin, vkey }, rebuilt)
  await using home = await openUnfinishedHome(directory)
  const adopted = await adopt(home, manifest, options)
  followLog(home)
  const { size, root } = manifest.log.head
  const note = new TextDecoder().decode(manifest.note)
  const problem = await writeHeadRecord(options.world.config.stateDirectory, vkey, {
    size,
    root: Buffer.from(root).toString('hex'),
    note,
  })
  if (problem !== undefined) options.onEvent({ type: 'problem', problem })
  return { origin: manifest.origin, vkey, size, adopted, rebuilt }
}

/** The log's name is in its checkpoint; that it is ours is proven by our own key's signature, which is checked right after. */
async function ownVkey(source: ManifestSource, publicKey: Uint8Array, signal: AbortSignal): Promise<string> {
  const note = await source.read('checkpoint', { maxBytes: 128 * 1024, signal })
  if (note === undefined) throw new ReadError('MANIFEST_MISSING', `${source.name} has no checkpoint`)
  const { origin } = parseCheckpoint(parseSignedNote(note).text)
  return formatVkey({ name: origin, type: ED25519, publicKey }, nodePrimitives.sha256)
}

async function writeIfMissing(path: string, text: string): Promise<void> {
  if (!existsSync(path)) await writeDurable(path, new TextEncoder().encode(text), { mode: 0o600 })
}

async function prepareState(
  directory: string,
  facts: { origin: string; vkey: string },
  rebuilt: boolean,
): Promise<void> {
  await using _lock = await acquireLock(directory, { command: 'manifest recover' })
  const db = await openDatabase(directory, { create: true })
  try {
    transaction(db, () => {
      const put = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
      for (const [name, value] of Object.entries(facts)) put.run(name, value)
      // Which bundles people had held is not in the log; from now on only a person's word lets something new out.
      if (rebuilt) put.run('decisions-lost', new Date().toISOString())
    })
  } finally {
    db.close()
  }
}

/** Takes the statements that the copy has more, and the files that belong to its head. */
async function adopt(home: Home, manifest: OpenManifest, { signal }: RecoverOptions): Promise<number> {
  const { size } = manifest.log.head
  const signed = home.journal.signed()
  const own = signed?.note === undefined ? 0 : signed.size
  if (own > size) {
    throw new RecordError(
      'HEAD_BEHIND',
      `${manifest.source.name} has ${size} statements, this home has signed ${own}`,
      {
        hint: 'that copy is older than this home; nothing was changed',
      },
    )
  }
  await checkPrefix(home, manifest, own, signal)
  const last = await takeStatements(home, manifest, own, signal)
  if (last !== undefined) {
    const { sha256 } = home.primitives
    await writeIndex(home.db, home.paths.manifest, { state: home.fold, journal: home.journal, sha256 }, () =>
      append(home, manifest, last),
    )
  }
  await writeHead(home, manifest)
  return size - own
}

/** What this home signed must be the beginning of the copy, or the log has been forked. */
async function checkPrefix(home: Home, manifest: OpenManifest, own: number, signal: AbortSignal): Promise<void> {
  if (own === 0) return
  for await (const { index, bytes } of manifest.log.entries(0, signal)) {
    if (index >= own) return
    if (Buffer.compare(home.journal.entry(index), bytes) !== 0) {
      throw new RecordError(
        'HEAD_FORKED',
        `statement ${index} of ${manifest.source.name} is not the one that this home signed`,
        {
          hint: 'the same key has written two histories: stop, keep both copies, and ask your approvers',
        },
      )
    }
  }
}

/** Folds all but the last statement, which the index has to be built before; what was only sequenced here gives way. */
async function takeStatements(
  home: Home,
  manifest: OpenManifest,
  own: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const taken: Uint8Array[] = []
  for await (const { bytes } of manifest.log.entries(own, signal)) taken.push(bytes)
  const last = taken.pop()
  transaction(home.db, () => {
    home.journal.truncate(own)
    home.bundles.forgetLogIndexes(own)
    refold(home, manifest)
    for (const bytes of taken) append(home, manifest, bytes)
  })
  return last
}

function refold(home: Home, manifest: OpenManifest): void {
  home.fold.clear()
  for (let index = 0; index < home.journal.size(); index += 1) apply(home, manifest, index)
}

function append(home: Home, manifest: OpenManifest, bytes: Uint8Array): void {
  apply(home, manifest, home.journal.append(bytes))
}

function apply(home: Home, manifest: OpenManifest, index: number): void {
  const context: FoldContext = { origin: manifest.origin, logKeys: manifest.logKeys, primitives: home.primitives }
  const { refold: again } = applyEntry(home.fold, { index, bytes: home.journal.entry(index) }, context)
  if (!again) return
  prepareRefold(home.fold)
  for (let i = 0; i <= index; i += 1) applyEntry(home.fold, { index: i, bytes: home.journal.entry(i) }, context)
}

async function writeHead(home: Home, manifest: OpenManifest): Promise<void> {
  const { head } = manifest.log
  const { primitives, journal } = home
  const directory = home.paths.manifest
  const tiles = openLogTiles(directory, journal, primitives.sha256, undefined)
  if (Buffer.compare(tiles.root(head.size), head.root) !== 0)
    throw new RecordError('LOG_DAMAGED', 'the adopted statements do not make the signed root')
  // All files again, not only the new ones: part of this directory may be what was lost.
  for (const group of tiles.files(0, head.size)) await writeDurableBatchIfAbsent(group)
  const signed = journal.signed()
  transaction(home.db, () => {
    if (signed === undefined || signed.size !== head.size || signed.note === undefined) {
      journal.swapSigned(signed, head, home.now())
      journal.attachNote(head.size, manifest.note)
    }
  })
  await writeIndexReceipt({ directory, journal, sha256: primitives.sha256, head }, manifest.note)
  await writeDurableIfAbsent(
    join(directory, `checkpoints/${head.size}`),
    await keptNote(directory, head.size, manifest.note),
  )
  await writeDurable(join(directory, 'checkpoint'), manifest.note)
}

/** A kept checkpoint may have more cosignatures than the one that was read; it stays as it is. */
async function keptNote(directory: string, size: number, note: Uint8Array): Promise<Uint8Array> {
  const path = join(directory, `checkpoints/${size}`)
  return existsSync(path) ? readFile(path) : note
}
