import type { DatabaseSync } from 'node:sqlite'
import { formatCheckpoint } from '../manifest/checkpoint.ts'
import { mergeCosignatures } from '../manifest/merge-cosignatures.ts'
import { consistencyPath } from '../manifest/merkle.ts'
import { formatSignedNote, type SignatureLine } from '../manifest/note.ts'
import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { type Signer, signCheckpoint } from '../manifest/signer.ts'
import { hashAtFromTiles } from '../manifest/tiles.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import type { TreeHead } from '../model/tree-head.ts'
import { writeDurableBatchIfAbsent } from '../store/durable-file.ts'
import type { Journal } from '../store/journal.ts'
import { transaction } from '../store/transaction.ts'
import type { Cosigning } from './cosigning.ts'
import { RecordError } from './errors.ts'
import { keepPending, type OwnNotes, showNote, withCosignatures } from './head-notes.ts'
import { checkOwnTiles, type LogTiles, openLogTiles } from './log-tiles.ts'

export interface HeadWriter {
  readonly db: DatabaseSync
  readonly journal: Journal
  readonly primitives: Primitives
  /** The manifest directory. */
  readonly directory: string
  readonly signer: Signer
  /** The reader's own policy: `checkpoint` is replaced only by a head that meets it. */
  readonly policy: Policy
  /** Looks outside the home before anything is signed; throws when this home is not the newest. */
  readonly beforeSigning: (own: TreeHead | undefined, rootAt: (size: number) => Uint8Array) => Promise<void>
  /** Writes the second record outside the home, before the head is shown to anybody. */
  readonly remember: (head: TreeHead, note: Uint8Array) => Promise<void>
  readonly cosigning: Cosigning
  /** Writes what belongs to a head beside its tiles (the index' receipt). */
  readonly finish: (head: TreeHead, note: Uint8Array) => Promise<void>
  readonly now: () => string
}

/**
 * Makes a head over all that is sequenced, in the order of manifest-v1 §10: tiles, compare-and-swap, signature, second
 * record, cosignatures, `checkpoints/<size>`, `checkpoint`. May be killed anywhere and called again: it goes on with the same
 * bytes. Without a quorum the head waits in `pending/checkpoint` for the next call.
 *
 * @returns the head that is now published.
 * @throws {RecordError} `LOG_DAMAGED`, `HEAD_BEHIND`, `HEAD_FORKED`, `QUORUM_PENDING`.
 */
export async function commitHead(writer: HeadWriter): Promise<TreeHead> {
  const { journal, primitives, directory } = writer
  const before = journal.signed()
  if (before !== undefined) checkTilesOf(writer, before)
  const size = journal.size()
  const tiles = openLogTiles(directory, journal, primitives.sha256, before?.note === undefined ? undefined : before)
  await writer.beforeSigning(before, tiles.root)
  if (before !== undefined && before.size === size && before.note !== undefined)
    return publish(writer, before, before.note, tiles)
  for (const group of tiles.files(before?.note === undefined ? 0 : before.size, size))
    await writeDurableBatchIfAbsent(group)
  const head: TreeHead = { size, root: tiles.root(size) }
  decide(writer, before, head)
  const note = sign(writer, head)
  transaction(writer.db, () => journal.attachNote(size, note))
  return publish(writer, head, note, tiles)
}

/** The tiles of a head that was decided but not signed may still be incomplete; those of a signed one never are. */
function checkTilesOf(
  { directory, journal, primitives }: HeadWriter,
  before: TreeHead & { readonly note: Uint8Array | undefined },
): void {
  if (before.note !== undefined) checkOwnTiles(directory, journal, primitives.sha256, before)
}

function decide({ db, journal, now }: HeadWriter, before: TreeHead | undefined, head: TreeHead): void {
  const swapped = transaction(db, () => journal.swapSigned(before, head, now()))
  if (!swapped)
    throw new RecordError('HEAD_FORKED', 'another head was decided at the same time', {
      hint: 'run the same command again',
    })
}

function sign({ signer }: HeadWriter, head: TreeHead): Uint8Array {
  const text = formatCheckpoint({ origin: signer.key.name, size: head.size, root: head.root })
  return formatSignedNote(text, [signCheckpoint(text, signer)])
}

/**
 * Shows the head as soon as the policy allows it: at once where it asks for no witness, else when enough have signed. A
 * head that is shown still gains the cosignatures that come in time.
 */
async function publish(writer: HeadWriter, head: TreeHead, signed: Uint8Array, tiles: LogTiles): Promise<TreeHead> {
  const { policy, primitives, cosigning } = writer
  await writer.remember(head, signed)
  const notes: OwnNotes = { ...writer, keys: [...policy.witnesses.map(({ key }) => key), ...cosigning.keys] }
  const isEnough = (note: Uint8Array): boolean => verifyCheckpoint(primitives, policy, note).quorumMet
  /** What is known by now of everybody's signatures; shown, or left to wait. */
  const settle = (lines: readonly SignatureLine[]): Promise<{ readonly note: Uint8Array; readonly shown: boolean }> =>
    cosigning.exclusively(async () => {
      const note = await withCosignatures(notes, head.size, signed, lines)
      if (!isEnough(note)) {
        await keepPending(notes, note)
        return { note, shown: false }
      }
      await writer.finish(head, note)
      await showNote(notes, head.size, note)
      return { note, shown: true }
    })
  const first = await settle([])
  const lines = await cosigning.ask({
    ...{ head, note: first.note, prove: (oldSize) => consistency(writer, tiles, oldSize, head.size) },
    isEnough: (more) => first.shown || isEnough(mergeCosignatures(primitives, notes.keys, first.note, more).note),
  })
  // Also without new lines: others may have brought theirs while these were asked.
  const last = first.shown && lines.length === 0 ? first : await settle(lines)
  if (!last.shown) throw pending(writer, head, last.note)
  return head
}

function consistency({ primitives }: HeadWriter, tiles: LogTiles, oldSize: number, size: number): Uint8Array[] {
  if (oldSize === 0 || oldSize >= size) return []
  const hashAt = hashAtFromTiles(primitives.sha256, size, (level, n) => tiles.tile(size, level, n))
  return consistencyPath(primitives.sha256, oldSize, size, hashAt)
}

function pending({ primitives, policy }: HeadWriter, { size }: TreeHead, note: Uint8Array): RecordError {
  const signed = new Set(verifyCheckpoint(primitives, policy, note).cosignatures.map(({ witness }) => witness))
  const missing = policy.witnesses.flatMap(({ name }) => (signed.has(name) ? [] : [name]))
  const message = `the head of ${size} statements waits for witnesses of policy.txt: it has ${[...signed].join(', ') || 'none'}, and not ${missing.join(', ')}`
  return new RecordError('QUORUM_PENDING', message, {
    hint: 'nothing is lost: it is in manifest/pending/checkpoint; once witnesses have signed it, run the same command again',
  })
}
