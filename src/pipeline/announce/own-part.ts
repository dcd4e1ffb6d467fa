import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { isNoteFile } from '../../announce/manifest-files.ts'
import { parseBundleId } from '../../model/bundle-id.ts'
import { cidText } from '../../model/content-id.ts'
import { systemCode } from '../../store/file-errors.ts'
import type { Home } from '../home.ts'
import { publishedView } from '../published-view.ts'
import { announcedFile, filesUnderHead } from './manifest-directory.ts'
import type { Announcing } from './root-writer.ts'
import { untrue } from './taken-directory.ts'

/** What a name of a root may be, by what this mirror knows of the log. */
export type Part = 'directory' | 'file' | 'note' | 'bundle' | 'ignored'

/** What a mirror can say of a root from its own copy of the log. */
export interface OwnPart {
  /** @throws {AnnounceError} `ROOT_UNTRUE` for a name that the root cannot have, and a bundle that the log knows otherwise. */
  partAt(path: string, cid: CID): Part
  /** Names in a directory of `manifest`, or in `manifest` itself. */
  names(directory: string): readonly string[]
  isFile(path: string): boolean
  /** A file of the manifest as it is here; nothing where it is not. */
  file(path: string): Announcing | undefined
  /** Whether a note says what the own one says, apart from who has signed it besides the log. */
  isSameNote(path: string, bytes: Uint8Array): boolean
}

const MANIFEST = 'manifest/'
const SIGNATURE = /^\u2014 /u

/** @param size - of the head that is in the root and is shown here. */
export function ownPart(home: Home, size: number): OwnPart {
  const files = filesUnderHead(home, size)
  const children = childrenOf(files)
  const made = new Map<string, Announcing>()
  const readOwn = (path: string): Uint8Array | undefined => {
    try {
      return readFileSync(join(home.paths.home, path))
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    partAt(path, cid) {
      const part = path.startsWith(MANIFEST) ? manifestPart(path.slice(MANIFEST.length)) : otherPart(home, path, cid)
      if (part === undefined)
        throw untrue(cid, `under the name ${JSON.stringify(path.slice(0, 100))}, which no root has`)
      return part
    },
    names: (directory) => [...(children.get(directory) ?? [])],
    isFile: (path) => path.startsWith(MANIFEST) && files.has(path.slice(MANIFEST.length)),
    file(path) {
      const known = made.get(path)
      if (known !== undefined || !existsSync(join(home.paths.home, path))) return known
      const file = announcedFile(home.paths.manifest, path.slice(MANIFEST.length))
      made.set(path, file)
      return file
    },
    isSameNote(path, bytes) {
      const own = readOwn(path)
      if (own === undefined) return false
      const [one, other] = [own, bytes].map((note) => new TextDecoder().decode(note).split('\n'))
      const said = (lines: readonly string[] = []): string => lines.filter((line) => !SIGNATURE.test(line)).join('\n')
      // The first line is the log's, whose signature is the same each time.
      const signed = one?.find((line) => SIGNATURE.test(line))
      return said(one) === said(other) && signed !== undefined && (other ?? []).includes(signed)
    },
  }

  function manifestPart(name: string): Part | undefined {
    if (files.has(name)) return isNoteFile(name) ? 'note' : 'file'
    if (children.has(`${MANIFEST}${name}`)) return 'directory'
    // A publisher may have kept heads that are not here.
    const [, kept] = /^checkpoints\/(0|[1-9]\d{0,15})$/u.exec(name) ?? []
    return kept !== undefined && Number(kept) <= size ? 'note' : undefined
  }
}

function otherPart(home: Home, path: string, cid: CID): Part | undefined {
  const [top, prefix, id, ...more] = path.split('/')
  if (path === 'site') return 'ignored'
  if (path === 'manifest' || path === 'bundles') return 'directory'
  if (top !== 'bundles' || prefix === undefined || !/^[1-9a-z]{2}$/u.test(prefix)) return undefined
  if (id === undefined) return 'directory'
  if (more.length > 0 || !id.startsWith(prefix) || parseBundleId(id) !== id) return undefined
  const view = publishedView(home, id)
  return view?.state === 'published' && view.root === cidText(cid) ? 'bundle' : undefined
}

/** Names in each directory below `manifest`, by its path in the root. */
function childrenOf(files: Iterable<string>): Map<string, Set<string>> {
  const children = new Map<string, Set<string>>()
  for (const file of files) {
    const names = `${MANIFEST}${file}`.split('/')
    for (let n = 1; n < names.length; n += 1) {
      const directory = names.slice(0, n).join('/')
      const known = children.get(directory) ?? new Set()
      if (known.has(names[n] ?? '')) continue
      known.add(names[n] ?? '')
      children.set(directory, known)
    }
  }
  return children
}
