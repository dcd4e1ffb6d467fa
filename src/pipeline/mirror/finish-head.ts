import { join } from 'node:path'
import { ManifestError } from '../../manifest/errors.ts'
import { readGovernance } from '../../manifest/governance.ts'
import { rootFromHashes } from '../../manifest/merkle.ts'
import { parseStatement } from '../../manifest/statement.ts'
import { hashAtFromTiles } from '../../manifest/tiles.ts'
import { verifyCheckpoint } from '../../manifest/verify-checkpoint.ts'
import type { NotedHead } from '../../mirror/compare-heads.ts'
import type { OpenManifest } from '../../read/open-manifest.ts'
import { RecordError } from '../../record/errors.ts'
import { writeIndexReceipt } from '../../record/index-receipt.ts'
import { openLogTiles } from '../../record/log-tiles.ts'
import { writeDurable } from '../../store/durable-file.ts'
import { replaceWhereDifferent } from '../../store/replace-files.ts'
import { publishedHead } from '../published-head.ts'
import type { FollowedLog } from './followed-log.ts'

const HEAD_BYTES = 128 * 1024
/** Kept heads asked for at a time. */
const AT_ONCE = 8

/**
 * Makes the manifest directory show a head whose statements and index are all here: entries, tiles low to high, policies,
 * receipt, older heads, then `checkpoint` by rename. Byte for byte what the publisher has, since all of it follows from the
 * statements. May be killed anywhere and called again.
 *
 * @throws {RecordError} `LOG_DAMAGED` when the statements here do not make the signed root.
 */
export async function finishHead(log: FollowedLog, head: NotedHead): Promise<void> {
  const { home } = log
  const { paths, journal, primitives } = home
  const shown = publishedHead(home)
  const tiles = openLogTiles(paths.manifest, journal, primitives.sha256, shown)
  if (Buffer.compare(tiles.root(head.size), head.root) !== 0) throw damaged(paths.home)
  for (const group of tiles.files(shown?.size ?? 0, head.size)) await replaceWhereDifferent(group)
  await replaceWhereDifferent(policyFiles(log))
  await writeIndexReceipt({ directory: paths.manifest, journal, sha256: primitives.sha256, head }, head.note)
  await writeDurable(join(paths.manifest, `checkpoints/${head.size}`), head.note)
  await writeDurable(join(paths.manifest, 'checkpoint'), head.note)
}

function policyFiles({ home }: FollowedLog): { readonly path: string; readonly bytes: Uint8Array }[] {
  const governing = readGovernance(home.fold)?.governing ?? []
  const policies = governing.map((index) => home.journal.entry(index)).filter(isPolicy)
  return policies.map((bytes, i) => ({ path: join(home.paths.manifest, `policies/${i + 1}`), bytes }))
}

function isPolicy(bytes: Uint8Array): boolean {
  const parsed = parseStatement(bytes)
  return parsed.kind === 'known' && parsed.statement.type === 'policy/1'
}

/**
 * Copies heads that the publisher kept, each signed and of this history. One that a source lacks or has wrong is left out:
 * readers need none of them.
 *
 * @param sizes - candidates, such as those that an index statement closes.
 * @returns a note that its log signed and that contradicts the statements here; nothing in an honest world.
 */
export async function copyKeptHeads(
  { home }: FollowedLog,
  manifest: OpenManifest,
  sizes: readonly number[],
  signal: AbortSignal,
): Promise<NotedHead | undefined> {
  const { sha256 } = home.primitives
  const tiles = openLogTiles(home.paths.manifest, home.journal, sha256, publishedHead(home))
  for (let at = 0; at < sizes.length; at += AT_ONCE) {
    const group = await Promise.all(sizes.slice(at, at + AT_ONCE).map((size) => keptHead(home, manifest, size, signal)))
    for (const head of group) {
      if (head === undefined) continue
      const hashAt = hashAtFromTiles(sha256, head.size, (level, n) => tiles.tile(head.size, level, n))
      if (Buffer.compare(rootFromHashes(sha256, head.size, hashAt), head.root) !== 0) {
        if (head.isShutOut) continue
        return head
      }
      await writeDurable(join(home.paths.manifest, `checkpoints/${head.size}`), head.note)
    }
  }
  return undefined
}

async function keptHead(
  home: FollowedLog['home'],
  { source, policyAt }: OpenManifest,
  size: number,
  signal: AbortSignal,
): Promise<(NotedHead & { readonly isShutOut: boolean }) | undefined> {
  const note = await source.read(`checkpoints/${size}`, { maxBytes: HEAD_BYTES, signal })
  if (note === undefined) return undefined
  try {
    const { checkpoint, logKey } = verifyCheckpoint(home.primitives, policyAt(size), note)
    return checkpoint.size === size ? { ...checkpoint, note, isShutOut: isShutOut(home, logKey.text) } : undefined
  } catch (error) {
    if (error instanceof ManifestError) return undefined
    throw error
  }
}

/** Whether the policies that stand in the log have taken that key away (manifest-v1 §6.3). */
export function isShutOut({ fold }: FollowedLog['home'], vkey: string): boolean {
  const keys = readGovernance(fold)?.chain.logKeys ?? []
  return keys.some((key) => key.vkey === vkey && key.shutOutAfter !== undefined)
}

function damaged(home: string): RecordError {
  return new RecordError('LOG_DAMAGED', 'the statements that are held here do not make the head that was signed', {
    hint: `the disk may be failing: move ${home} aside as evidence, add the log again and let it be fetched anew`,
  })
}
