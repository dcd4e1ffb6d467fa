import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { formatCheckpoint } from '../manifest/checkpoint.ts'
import { formatSignedNote } from '../manifest/note.ts'
import type { Policy } from '../manifest/policy.ts'
import type { Primitives } from '../manifest/primitives.ts'
import { type Signer, signCheckpoint } from '../manifest/signer.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import type { TreeHead } from '../model/tree-head.ts'
import { writeDurable, writeDurableBatchIfAbsent, writeDurableIfAbsent } from '../store/durable-file.ts'
import type { Journal } from '../store/journal.ts'
import { transaction } from '../store/transaction.ts'
import { RecordError } from './errors.ts'
import { checkOwnTiles, openLogTiles } from './log-tiles.ts'

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
  /** Writes what belongs to a head beside its tiles (the index' receipt). */
  readonly finish: (head: TreeHead, note: Uint8Array) => Promise<void>
  readonly now: () => string
}

/**
 * Makes a head over all that is sequenced, in the order of manifest-v1 §10: tiles, compare-and-swap, signature, second
 * record, `checkpoints/<size>`, `checkpoint`. May be killed anywhere and called again: it goes on with the same bytes.
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
    return publish(writer, before, before.note)
  for (const group of tiles.files(before?.note === undefined ? 0 : before.size, size))
    await writeDurableBatchIfAbsent(group)
  const head: TreeHead = { size, root: tiles.root(size) }
  decide(writer, before, head)
  const note = sign(writer, head)
  transaction(writer.db, () => journal.attachNote(size, note))
  return publish(writer, head, note)
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

async function publish(writer: HeadWriter, head: TreeHead, note: Uint8Array): Promise<TreeHead> {
  const { directory, policy, primitives } = writer
  await writer.remember(head, note)
  await writer.finish(head, note)
  if (!verifyCheckpoint(primitives, policy, note).quorumMet) {
    await writeDurable(join(directory, 'pending/checkpoint'), note)
    throw new RecordError(
      'QUORUM_PENDING',
      `the head of ${head.size} statements waits for the witnesses of policy.txt`,
      {
        hint: 'it is in manifest/pending/checkpoint; once witnesses have signed it, run the same command again',
      },
    )
  }
  await writeDurableIfAbsent(join(directory, `checkpoints/${head.size}`), note)
  await writeDurable(join(directory, 'checkpoint'), note)
  return head
}
