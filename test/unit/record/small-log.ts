import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { TestContext } from 'node:test'
import { type Policy, policyOfVkey } from '../../../src/manifest/policy.ts'
import type { Signer } from '../../../src/manifest/signer.ts'
import type { Statement } from '../../../src/manifest/statement.ts'
import { openManifest } from '../../../src/read/open-manifest.ts'
import { verifyKeptHeads } from '../../../src/read/verify-kept-heads.ts'
import { type VerifiedLog, verifyManifest } from '../../../src/read/verify-manifest.ts'
import { type Cosigning, NO_COSIGNING } from '../../../src/record/cosigning.ts'
import { type LogWriter, type LogWriterParts, openLogWriter } from '../../../src/record/log-writer.ts'
import { checkOutsideHeads, type OutsideHead } from '../../../src/record/outside-heads.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { makeDirectory } from '../../../src/store/durable-directory.ts'
import { sqliteState } from '../../../src/store/fold-state.ts'
import { readHeadRecord, writeHeadRecord } from '../../../src/store/head-record.ts'
import { type Journal, openJournal } from '../../../src/store/journal.ts'
import { nodePrimitives } from '../../../src/store/node-primitives.ts'
import { openScratchState } from '../../../src/store/scratch-state.ts'
import { transaction } from '../../../src/store/transaction.ts'
import { aGenesis, CONTEXT, LOG } from '../../fakes/manifest-log.ts'

export const VKEY: string = LOG.key.text
export const signal: AbortSignal = new AbortController().signal

/** A log on disk as a home has one, and the second record of its heads beside it; closing it is all that a crash leaves out. */
export interface SmallLog extends Disposable {
  readonly writer: LogWriter
  readonly journal: Journal
  readonly parts: LogWriterParts
  /** Sequences in one transaction, as `publish` does. */
  sequence(...statements: readonly Statement[]): void
}

export interface SmallLogOptions {
  /** Changes the ports, to look or to fail between two steps. */
  readonly ports?: (parts: LogWriterParts) => LogWriterParts
  readonly now?: () => string
  readonly signer?: Signer
  readonly places?: readonly OutsideHead[]
  /** @default the log's key alone */
  readonly policy?: Policy
  /** @default nobody cosigns */
  readonly cosigning?: Cosigning
  /** Where the second record lies. @default `outside` in the home, so that a copy of the home takes it along */
  readonly outside?: string
}

/** A directory that is gone after the test. */
export async function aDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-record-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Opens the log in `home`, a new one where there is none; the same clock and key each time. */
export async function openSmallLog(home: string, options: SmallLogOptions = {}): Promise<SmallLog> {
  const { outside = join(home, 'outside'), now = () => '2026-04-01T08:00:00Z', signer = LOG } = options
  await makeDirectory(join(home, 'manifest'))
  const db = await openDatabase(home, { create: true })
  const { policy = policyOfVkey(VKEY, nodePrimitives.sha256), cosigning = NO_COSIGNING } = options
  const record: OutsideHead = {
    name: 'the record',
    local: true,
    async read() {
      const head = await readHeadRecord(outside, VKEY)
      return head === undefined ? undefined : new TextEncoder().encode(head.note)
    },
  }
  const places = [record, ...(options.places ?? [])]
  const whole: LogWriterParts = {
    ...{ db, journal: openJournal(db), fold: sqliteState(db), primitives: nodePrimitives },
    ...{ directory: join(home, 'manifest'), context: CONTEXT, signer, policy, now, cosigning },
    async beforeSigning(own, rootAt) {
      await checkOutsideHeads(own, rootAt, { places, policy, primitives: nodePrimitives, timeoutMs: 1_000 })
    },
    async remember({ size, root }, note) {
      await writeHeadRecord(outside, VKEY, {
        ...{ size, root: Buffer.from(root).toString('hex'), note: new TextDecoder().decode(note) },
      })
    },
  }
  const parts = options.ports?.(whole) ?? whole
  const writer = openLogWriter(parts)
  return {
    writer,
    journal: parts.journal,
    parts,
    sequence: (...statements) => transaction(db, () => void statements.map((statement) => writer.sequence(statement))),
    [Symbol.dispose]: () => db.close(),
  }
}

/** A log with its genesis under a first head of two statements. */
export async function aSmallLog(home: string, options: SmallLogOptions = {}): Promise<void> {
  using log = await openSmallLog(home, options)
  log.sequence(aGenesis())
  await log.writer.announce(signal)
}

/** Reads the manifest as a stranger does, all of it, and every checkpoint that is kept. */
export async function verifyAsReader(home: string): Promise<VerifiedLog> {
  const policy = policyOfVkey(VKEY, nodePrimitives.sha256)
  const options = { primitives: nodePrimitives, signal }
  const directory = join(home, 'manifest')
  const manifest = await openManifest(directory, policy, options)
  using scratch = openScratchState()
  const verified = await verifyManifest(manifest, { ...options, state: scratch.state, entries: scratch })
  const kept = readdirSync(join(directory, 'checkpoints'), { withFileTypes: true }).map(({ name }) => Number(name))
  // A kept head may be larger than the one that is shown, for the length of a crash.
  const sizes = kept.filter((size) => size <= verified.size)
  await verifyKeptHeads(manifest, sizes, options)
  return verified
}

/** Every file below a directory with its bytes in hex. */
export function bytesOfTree(directory: string): Readonly<Record<string, string>> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort()
  return Object.fromEntries(paths.map((path) => [relative(directory, path), readFileSync(path).toString('hex')]))
}
