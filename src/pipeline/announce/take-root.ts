import type { CID } from 'multiformats/cid'
import PQueue from 'p-queue'
import { RAW_CODEC } from '../../model/content-id.ts'
import { ReadError } from '../../read/errors.ts'
import { type Announced, type AnnouncedBlock, openAnnounced } from '../../store/announced.ts'
import type { Home } from '../home.ts'
import { readFact, writeFacts } from '../open-home.ts'
import { noteFile } from './manifest-directory.ts'
import { type OwnPart, ownPart } from './own-part.ts'
import { type OwnTree, ownTree } from './own-tree.ts'
import { pruneRoots, splitPath } from './root-writer.ts'
import { type TakenDirectory, takeDirectory, untrue } from './taken-directory.ts'

/** Gives a block of the root, verified. @throws {ReadError} where nobody has it now. */
export type ReadRoot = (cid: CID) => Promise<Uint8Array>

/** What was found below a root, and is not written down yet. */
export interface TakenRoot {
  /** True where everything that can be here is. */
  readonly whole: boolean
  /** Writes it down, inside the caller's transaction. */
  keep(): void
}

/** Blocks of one root that are fetched in one go, and their bytes; what is beyond comes with the next sync. */
const MOST_BLOCKS = 8_192
const MOST_BYTES = 64 * 2 ** 20
const MOST_NOTE_BYTES = 128 * 1024
const AT_ONCE = 8
/** The fact that some directory of the newest root is not here. */
const PARTLY = 'announced-partly'

type Blocks = readonly Omit<AnnouncedBlock, 'path'>[]

interface Taking {
  readonly home: Home
  readonly announced: Announced
  readonly own: OwnPart
  readonly tree: OwnTree
  readonly read: ReadRoot
  /** New names of the directories that changed. */
  readonly directories: Map<string, TakenDirectory['links']>
  readonly blocks: Map<string, Blocks>
  /** Paths that are in the root and could not be had; they are looked at again. */
  readonly lacking: Set<string>
}

/** Whether a root is here as far as it ever can be. */
export function isTaken(home: Home, root: CID): boolean {
  const newest = openAnnounced(home.db).newest()
  return newest !== undefined && Buffer.compare(newest.cid, root.bytes) === 0 && readFact(home.db, PARTLY) !== '1'
}

/**
 * Fetches the nodes of a root's directories that are not here, so that they can be given on. Each name in them is checked against
 * the own copy of the log; directories of files that are here are made and not fetched. Nothing is written before `keep`.
 *
 * @param size - statements under the head in the root, which is the one that is shown here.
 * @throws {AnnounceError} `ROOT_UNTRUE`; {ReadError} when the root itself cannot be had.
 */
export async function takeRoot(home: Home, root: CID, size: number, readRoot: ReadRoot): Promise<TakenRoot> {
  const announced = openAnnounced(home.db)
  const own = ownPart(home, size)
  const taking: Taking = {
    ...{ home, announced, own, tree: ownTree(home, announced, own, size), read: bounded(readRoot) },
    ...{ directories: new Map(), blocks: new Map(), lacking: new Set() },
  }
  const queue = new PQueue({ concurrency: AT_ONCE })
  let fault: unknown
  const visit = async (path: string, cid: CID): Promise<void> => {
    if (fault !== undefined) return
    try {
      for (const below of await visitDirectory(taking, path, cid)) {
        void queue.add(() => visit(below.path, below.cid))
      }
    } catch (error) {
      if (!(error instanceof ReadError) || path === '') fault ??= error
      else taking.lacking.add(path)
    }
  }
  await visit('', root)
  await queue.onIdle()
  if (fault !== undefined) throw fault
  return { whole: taking.lacking.size === 0, keep: () => keep(taking, root, size) }
}

/** @returns the directories in it that are to be looked at. */
async function visitDirectory(
  taking: Taking,
  path: string,
  cid: CID,
): Promise<readonly { readonly path: string; readonly cid: CID }[]> {
  const { own, announced, directories, blocks } = taking
  const { nodes, links } = (await madeHere(taking, path, cid)) ?? (await takeDirectory(cid, taking.read))
  const below: { readonly path: string; readonly cid: CID }[] = []
  const known = new Map(announced.entries(path).map((entry) => [entry.name, entry.cid]))
  for (const link of links) {
    const at = path === '' ? link.name : `${path}/${link.name}`
    const part = own.partAt(at, link.cid)
    const same = Buffer.compare(known.get(link.name) ?? new Uint8Array(), link.cid.bytes) === 0
    if (same || part === 'bundle') continue
    if (part === 'directory') below.push({ path: at, cid: link.cid })
    else if (part === 'ignored') taking.lacking.add(at)
    else await takeFile(taking, at, link.cid, part)
  }
  directories.set(path, links)
  blocks.set(
    `${path}/`,
    nodes.map((node) => ({ multihash: node.cid.multihash.bytes, at: 0, length: node.bytes.length, bytes: node.bytes })),
  )
  return below
}

/** The directory as it is made here, if it is the one that is asked for. */
async function madeHere({ tree }: Taking, path: string, cid: CID): Promise<TakenDirectory | undefined> {
  const made = await tree.directory(path)
  return made?.cid.equals(cid) === true ? made : undefined
}

/** Everything but notes follows from the head, and so must be what is here. */
async function takeFile(taking: Taking, path: string, cid: CID, part: 'file' | 'note'): Promise<void> {
  const { own, blocks, lacking, read } = taking
  const file = own.file(path)
  if (file?.cid.equals(cid) === true) {
    blocks.set(path, file.blocks)
    return
  }
  if (part === 'file') throw untrue(cid, `which is not ${path} of this log`)
  // A head that is not kept here cannot be told from something else, so it is not given on.
  if (file === undefined) return
  if (cid.code !== RAW_CODEC) throw untrue(cid, `which is no note, as ${path} is one`)
  try {
    const bytes = await read(cid)
    if (bytes.length > MOST_NOTE_BYTES || !own.isSameNote(path, bytes))
      throw untrue(cid, `which is not ${path} of this log`)
    blocks.set(path, noteFile(bytes).blocks)
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    lacking.add(path)
  }
}

function keep({ home, announced, directories, blocks, lacking }: Taking, root: CID, size: number): void {
  const { seq } = announced.begin(root.bytes, size, home.now())
  for (const [directory, links] of directories) {
    const names = new Set(links.map(({ name }) => name))
    for (const { name } of announced.entries(directory))
      if (!names.has(name)) removeBelow(announced, directory === '' ? name : `${directory}/${name}`, seq)
    for (const { name, cid, tsize } of links) {
      const path = directory === '' ? name : `${directory}/${name}`
      // Without its entry it is looked at again.
      if (lacking.has(path)) announced.removeEntry(directory, name)
      else announced.putEntry(directory, { name, cid: cid.bytes, tsize })
    }
  }
  for (const [path, held] of blocks) {
    announced.dropBlocks(
      path,
      held.map(({ multihash }) => multihash),
      seq,
    )
    for (const block of held) announced.putBlock({ ...block, path })
  }
  forgetAbove(announced, lacking)
  pruneRoots(announced, home.now())
  writeFacts(home.db, { [PARTLY]: lacking.size > 0 ? '1' : '0' })
}

/** A name that is gone, with everything below it. */
function removeBelow(announced: Announced, top: string, seq: number): void {
  for (const gone of [top, ...[...announced.below(top)].map((each) => each.path)]) {
    const [directory, name] = splitPath(gone)
    announced.removeEntry(directory, name)
    for (const path of [gone, `${gone}/`]) announced.dropBlocks(path, [], seq)
  }
}

/** Directories on the way to what is lacking are looked into again, so their entries must not say that they are known. */
function forgetAbove(announced: Announced, lacking: Iterable<string>): void {
  for (const path of lacking) {
    for (let [above] = splitPath(path); above !== ''; [above] = splitPath(above)) {
      const [directory, name] = splitPath(above)
      announced.removeEntry(directory, name)
    }
  }
}

/** @throws (when called) {ReadError} `SOURCE_ANSWER_TOO_LARGE` beyond what is fetched in one go. */
function bounded(read: ReadRoot): ReadRoot {
  const left = { blocks: MOST_BLOCKS, bytes: MOST_BYTES }
  return async (cid) => {
    if (left.blocks <= 0 || left.bytes <= 0)
      throw new ReadError('SOURCE_ANSWER_TOO_LARGE', 'the announced root has more directories than are fetched at once')
    left.blocks -= 1
    const bytes = await read(cid)
    left.bytes -= bytes.length
    return bytes
  }
}
