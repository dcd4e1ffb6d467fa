import type { CID } from 'multiformats/cid'
import { importDirectory } from '../../address/directory.ts'
import { SmallBlocks } from '../../address/small-blocks.ts'
import { isNoteFile } from '../../announce/manifest-files.ts'
import { decodeCid, parseCid } from '../../model/content-id.ts'
import type { Announced, AnnouncedEntry } from '../../store/announced.ts'
import type { Home } from '../home.ts'
import { publishedView } from '../published-view.ts'
import type { OwnPart } from './own-part.ts'
import type { TakenDirectory } from './taken-directory.ts'
import { touchedSince, tsizeOf } from './update-root.ts'

/** Directories of a root as a mirror makes them from what it has, so that they need not be fetched. */
export interface OwnTree {
  /** @returns undefined where something in it is not here; it may also turn out to be another one than the publisher's. */
  directory(path: string): Promise<(TakenDirectory & { readonly cid: CID }) | undefined>
}

interface Link {
  readonly name: string
  readonly cid: CID
  readonly tsize: number
}

/** @param size - of the head in the root. */
export function ownTree(home: Home, announced: Announced, own: OwnPart, size: number): OwnTree {
  const small = new SmallBlocks(home.db)
  const changed = bundlesByPrefix(touchedSince(home, announced.newest(), size))
  const links = new Map<string, Promise<Link | undefined>>()

  /** The link to one path, made at most once. */
  function linkTo(directory: string, name: string): Promise<Link | undefined> {
    const path = directory === '' ? name : `${directory}/${name}`
    const made = links.get(path) ?? makeLink(directory, name, path)
    links.set(path, made)
    return made
  }

  async function makeLink(directory: string, name: string, path: string): Promise<Link | undefined> {
    const known = knownLink(announced.entry(directory, name))
    if (own.isFile(path)) return known !== undefined && isSettled(path) ? known : fileLink(name, path)
    if (known !== undefined && isUnchanged(path)) return known
    const made = await make(path)
    return made && { name, cid: made.cid, tsize: made.tsize }
  }

  function fileLink(name: string, path: string): Link | undefined {
    const file = own.file(path)
    return file && { name, cid: file.cid, tsize: file.tsize }
  }

  /** Under such a name there is only ever the same file; the newest notes may have gained cosignatures. */
  function isSettled(path: string): boolean {
    const [, kept] = /^manifest\/checkpoints\/(\d+)$/u.exec(path) ?? []
    return kept === undefined ? !isNoteFile(path.slice('manifest/'.length)) : Number(kept) < size
  }

  /** A directory whose names are as they were, and whose files cannot be others. */
  function isUnchanged(path: string): boolean {
    const [top, prefix, more] = path.split('/')
    if (top === 'bundles') return prefix !== undefined && more === undefined && !changed.has(prefix)
    const names = own.names(path)
    const before = announced.entries(path)
    return (
      before.length === names.length && before.every(({ name }) => names.includes(name) && isLeaf(`${path}/${name}`))
    )
  }

  function isLeaf(path: string): boolean {
    return own.isFile(path) && isSettled(path)
  }

  async function make(path: string): Promise<(TakenDirectory & { cid: CID; tsize: number }) | undefined> {
    const found: Link[] = []
    for (const name of namesIn(path)) {
      const link = /^bundles\/[^/]+$/u.test(path) ? bundleLink(path, name) : await linkTo(path, name)
      if (link === 'not here' || link === undefined) return undefined
      if (link !== 'not published') found.push(link)
    }
    const nodes: TakenDirectory['nodes'][number][] = []
    const entries = found.map(({ name, cid, tsize }) => ({ path: name, cid, tsize }))
    const { root, tsize } = await importDirectory(entries, (cid, bytes) => nodes.push({ cid, bytes }))
    return { cid: root, tsize, nodes, links: found }
  }

  function namesIn(path: string): readonly string[] {
    if (path === '') return ['manifest', 'bundles']
    if (!path.startsWith('bundles')) return own.names(path)
    const more = path === 'bundles' ? changed.keys() : (changed.get(path.slice('bundles/'.length)) ?? [])
    return [...new Set([...announced.entries(path).map(({ name }) => name), ...more])]
  }

  function bundleLink(directory: string, id: string): Link | 'not published' | 'not here' {
    const known = knownLink(announced.entry(directory, id))
    if (known !== undefined && changed.get(id.slice(0, 2))?.has(id) !== true) return known
    const view = publishedView(home, id)
    if (view?.state !== 'published') return 'not published'
    const cid = parseCid(view.root)
    const block = small.read(cid)
    return block === undefined ? 'not here' : { name: id, cid, tsize: tsizeOf(block) }
  }

  return { directory: make }
}

function bundlesByPrefix(ids: Iterable<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const prefixes = new Map<string, Set<string>>()
  for (const id of ids) {
    const known = prefixes.get(id.slice(0, 2)) ?? new Set()
    prefixes.set(id.slice(0, 2), known.add(id))
  }
  return prefixes
}

function knownLink(entry: AnnouncedEntry | undefined): Link | undefined {
  return entry && { ...entry, cid: decodeCid(entry.cid) }
}
