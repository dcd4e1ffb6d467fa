import { existsSync } from 'node:fs'
import { parseStatement } from '../manifest/statement.ts'
import { openManifestSource } from '../read/manifest-source.ts'
import { writeDurable } from '../store/durable-file.ts'
import { StoreError } from '../store/errors.ts'
import { writeHeadRecord } from '../store/head-record.ts'
import { homePaths, requireHome } from '../store/home.ts'
import { openKey } from '../store/keys.ts'
import { acquireLock } from '../store/lock.ts'
import { RECOVER_HINT } from '../store/sqlite-errors.ts'
import { waitingTransaction } from '../store/transaction.ts'
import { adoptOne, adoptStatements, foldRest, sequenceAgain } from './adopt-log.ts'
import { type CheckedCopy, fetchCopy } from './checked-copy.ts'
import type { OnEvent } from './events.ts'
import { followLog } from './follow-log.ts'
import { holdEverything } from './hold-everything.ts'
import type { Home } from './home.ts'
import { knownHeads, ownSize, requireAll } from './known-heads.ts'
import { openUnfinishedHome, writeFacts } from './open-home.ts'
import type { LogWorld } from './open-log.ts'
import { logOfKey, ownStateFor, storedLog } from './recovery-source.ts'
import { rewriteIndex, rewriteTiles } from './rewrite-directory.ts'
import { showHead } from './show-head.ts'

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
  /** True when the state was lost and is made anew. */
  readonly rebuilt: boolean
  /** Files of the manifest directory that were missing or different. */
  readonly written: number
  /** Bundles that a person has to clear again, because decisions since the backup are not known. */
  readonly held: number
  /** Withdrawals that were sequenced here and not in the copy; the next head covers them. */
  readonly withdrawals: number
}

/**
 * Adopts a longer copy of the own log, rebuilds the state of a home of which the keys are left, or writes a damaged
 * manifest directory anew. Everything is checked before anything is changed; then come the second record of heads (so that
 * nobody can sign from the older state any more), the files, one transaction for the whole state, and the head. May be
 * killed anywhere and run again.
 *
 * @throws {StoreError} `HOME_MISSING`, `HOME_LOCKED`, `KEY_MISSING`, `STATE_CORRUPT`; {RecordError} `HEAD_BEHIND`,
 * `HEAD_FORKED`, `LOG_DAMAGED`; {ReadError} and {ManifestError} for the copy.
 */
export async function recover(directory: string, options: RecoverOptions): Promise<Recovered> {
  const { from, world, signal, onEvent } = options
  await requireHome(directory)
  await using _lock = await acquireLock(directory, { command: 'manifest recover' })
  const paths = homePaths(directory)
  const { key, problems } = await openKey(paths.logKey, () => world.askPassphrase('the log key'))
  for (const problem of problems) onEvent({ type: 'problem', problem })
  const stored = await storedLog(directory, key.publicKey)
  if (stored !== undefined) {
    await using home = await openUnfinishedHome(directory, stored)
    using copy =
      (await ownStateFor(from, home)) ??
      (await fetchCopy(await openManifestSource(from, { signal }), stored.vkey, signal))
    return await recoverHome(home, copy, false, options)
  }
  const source = await openManifestSource(from, { signal })
  const facts = await logOfKey(paths, source, key.publicKey, signal)
  using copy = await fetchCopy(source, facts.vkey, signal)
  // Before there is a state, so that a copy that is refused leaves none behind.
  const { stateDirectory } = world.config
  requireAll(copy, await knownHeads({ vkey: facts.vkey, paths, stateDirectory, journal: undefined }))
  await using home = await openUnfinishedHome(directory, facts)
  return await recoverHome(home, copy, true, options)
}

async function recoverHome(
  home: Home,
  copy: CheckedCopy,
  rebuilt: boolean,
  { world, config, onEvent }: RecoverOptions,
): Promise<Recovered> {
  const { origin, vkey, paths, journal } = home
  const known = await knownHeads({ vkey, paths, stateDirectory: world.config.stateDirectory, journal })
  requireAll(copy, known)
  const own = ownSize(journal, known)
  if (journal.signed()?.note !== undefined && own < (journal.signed()?.size ?? 0)) {
    throw new StoreError('STATE_CORRUPT', `${paths.state} no longer makes the head that was signed from it`, {
      hint: RECOVER_HINT,
    })
  }
  await recordOutside(copy, vkey, world, onEvent)
  await writeIfMissing(paths.config, config)
  await writeIfMissing(paths.policy, `log ${vkey}\nquorum none\n`)
  const changed = await waitingTransaction(home.db, () => adopt(home, copy, own))
  await showHead(home, copy)
  return { origin, vkey, size: copy.head.size, rebuilt, adopted: copy.head.size - own, ...changed }
}

async function recordOutside(
  { head, note }: CheckedCopy,
  vkey: string,
  { config }: LogWorld,
  onEvent: OnEvent,
): Promise<void> {
  const record = { size: head.size, root: Buffer.from(head.root).toString('hex'), note: new TextDecoder().decode(note) }
  const problem = await writeHeadRecord(config.stateDirectory, vkey, record)
  if (problem !== undefined) onEvent({ type: 'problem', problem })
}

async function writeIfMissing(path: string, text: string): Promise<void> {
  if (!existsSync(path)) await writeDurable(path, new TextEncoder().encode(text), { mode: 0o600 })
}

/** All that changes the state, in one transaction: a crash leaves the older state, which the second record keeps from signing. */
async function adopt(
  home: Home,
  copy: CheckedCopy,
  own: number,
): Promise<Pick<Recovered, 'written' | 'held' | 'withdrawals'>> {
  const { journal, origin, vkey } = home
  const { head, note } = copy
  const behind = own < head.size
  const gaveWay = adoptStatements(home, copy, own)
  const last = head.size - 1
  const index = isIndex(copy.statement(last)) ? await rewriteIndex(home, last) : 0
  adoptOne(home, copy, last)
  const written = index + (await rewriteTiles(home, copy))
  foldRest(home, copy)
  if (behind) {
    journal.swapSigned(journal.signed(), head, home.now())
    journal.attachNote(head.size, note)
  }
  followLog(home)
  const held = behind ? holdEverything(home) : 0
  writeFacts(home.db, { origin, vkey, ...(behind ? { 'decisions-lost': home.now() } : {}) })
  return { written, held, withdrawals: sequenceAgain(home, copy, gaveWay) }
}

function isIndex(bytes: Uint8Array): boolean {
  const parsed = parseStatement(bytes)
  return parsed.kind === 'known' && parsed.statement.type === 'index/1'
}
