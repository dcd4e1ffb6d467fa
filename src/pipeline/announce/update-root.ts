import { decode } from '@ipld/dag-pb'
import { SmallBlocks } from '../../address/small-blocks.ts'
import { isNoteFile } from '../../announce/manifest-files.ts'
import { parseStatement } from '../../manifest/statement.ts'
import { parseCid } from '../../model/content-id.ts'
import { type Announced, type AnnouncedRoot, openAnnounced } from '../../store/announced.ts'
import { waitingTransaction } from '../../store/transaction.ts'
import type { Home } from '../home.ts'
import { readFact, writeFacts } from '../open-home.ts'
import { publishedHead } from '../published-head.ts'
import { publishedView } from '../published-view.ts'
import { announcedFile, filesUnderHead } from './manifest-directory.ts'
import { openRootWriter, type RootWriter } from './root-writer.ts'

export interface UpdatedRoot extends AnnouncedRoot {
  /** Bundles that are published and whose own blocks are not here, so that they are not in it. */
  readonly leftOut: number
}

/** Count of such bundles in the newest root: as long as there are some, all are looked at again. */
const LEFT_OUT = 'announced-without'
/** Statements after which bundles may stand otherwise that they do not name (manifest-v1 §6). */
const GOVERNING = new Set(['policy/1', 'repudiation/1', 'successor/1'])

/**
 * Brings the announced root to the head that others see: one transaction, in proportion to what changed. It is derived, so
 * a run that is killed leaves the older one, which the next run brings forward.
 *
 * @param options.everything - look at each bundle again. @default only those that statements since the last root name
 * @returns undefined before the first head.
 */
export async function updateRoot(
  home: Home,
  { everything = false }: { readonly everything?: boolean } = {},
): Promise<UpdatedRoot | undefined> {
  const size = publishedHead(home)?.size
  if (size === undefined) return undefined
  return waitingTransaction(home.db, async () => {
    const announced = openAnnounced(home.db)
    const before = announced.newest()
    const writer = openRootWriter(announced)
    const small = new SmallBlocks(home.db)
    const without = Number(readFact(home.db, LEFT_OUT) ?? 0)
    const ids = everything || without > 0 ? home.fold.bundleIds() : touchedSince(home, before, size)
    let changes = 0
    let leftOut = 0
    for (const id of ids) {
      const outcome = placeBundle(home, { announced, writer, small }, id)
      if (outcome.isLeftOut) leftOut += 1
      if (outcome.isChanged) changes += 1
    }
    if (leftOut !== without) writeFacts(home.db, { [LEFT_OUT]: String(leftOut) })
    changes += placeManifest(home, announced, writer, size)
    if (before !== undefined && changes === 0 && before.size === size) return { ...before, leftOut }
    return { ...(await writer.finish(size, home.now())), leftOut }
  })
}

/** All of them where there is no root yet, or the log is not the one that it was made from. */
export function touchedSince(home: Home, before: AnnouncedRoot | undefined, size: number): Iterable<string> {
  if (before === undefined || before.size > size) return home.fold.bundleIds()
  const ids = new Set<string>()
  for (let index = before.size; index < size; index += 1) {
    const parsed = parseStatement(home.journal.entry(index))
    if (parsed.kind !== 'known') continue
    if (GOVERNING.has(parsed.statement.type)) return home.fold.bundleIds()
    if ('id' in parsed.statement) ids.add(parsed.statement.id)
  }
  return ids
}

/** Where a bundle stands in the root. */
export function bundlePath(id: string): string {
  return `bundles/${id.slice(0, 2)}/${id}`
}

function placeBundle(
  home: Home,
  {
    announced,
    writer,
    small,
  }: { readonly announced: Announced; readonly writer: RootWriter; readonly small: SmallBlocks },
  id: string,
): { readonly isChanged: boolean; readonly isLeftOut: boolean } {
  const view = publishedView(home, id)
  const path = bundlePath(id)
  const there = announced.entry(`bundles/${id.slice(0, 2)}`, id)
  const root = view?.state === 'published' ? parseCid(view.root) : undefined
  const block = root === undefined ? undefined : small.read(root)
  const isLeftOut = root !== undefined && block === undefined
  const isThere = there !== undefined && root !== undefined && Buffer.compare(there.cid, root.bytes) === 0
  if (root !== undefined && block !== undefined) {
    if (!isThere) writer.put(path, { cid: root, tsize: tsizeOf(block), blocks: [] })
    return { isChanged: !isThere, isLeftOut }
  }
  if (there !== undefined) writer.remove(path)
  return { isChanged: there !== undefined, isLeftOut }
}

/** Bytes of all blocks below a directory, by what its links state. */
export function tsizeOf(block: Uint8Array): number {
  return decode(block).Links.reduce((sum, { Tsize = 0 }) => sum + Tsize, block.length)
}

/** Files are known by their names; those that hold notes are read again while their head may still gain cosignatures. */
function placeManifest(home: Home, announced: Announced, writer: RootWriter, size: number): number {
  const wanted = filesUnderHead(home, size)
  const settled = announced.newest()?.size ?? 0
  const there = new Map([...announced.below('manifest')].map(({ path, cid }) => [path, cid]))
  let changes = 0
  for (const name of wanted) {
    const path = `manifest/${name}`
    const known = there.get(path)
    there.delete(path)
    if (known !== undefined && !(isNoteFile(name) && mayHaveGained(name, settled))) continue
    const file = announcedFile(home.paths.manifest, name)
    if (known !== undefined && Buffer.compare(known, file.cid.bytes) === 0) continue
    writer.put(path, file)
    changes += 1
  }
  const directories = directoriesOf(wanted)
  for (const path of there.keys()) {
    if (directories.has(path)) continue
    // Directories go with the last name in them.
    if (hasEntries(announced, path)) continue
    writer.remove(path)
    changes += 1
  }
  return changes
}

function mayHaveGained(name: string, settled: number): boolean {
  const [, kept] = /^checkpoints\/(\d+)$/u.exec(name) ?? []
  return kept === undefined || Number(kept) >= settled
}

function directoriesOf(names: Iterable<string>): Set<string> {
  const directories = new Set<string>()
  for (const name of names) {
    let path = `manifest/${name}`
    while (path.includes('/')) {
      path = path.slice(0, path.lastIndexOf('/'))
      if (directories.has(path)) break
      directories.add(path)
    }
  }
  return directories
}

function hasEntries(announced: Announced, directory: string): boolean {
  return announced.entries(directory).length > 0
}
