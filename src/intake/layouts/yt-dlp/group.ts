import type { WalkedFile } from '../../layout.ts'
import { nameOf } from '../../walk.ts'
import { readSuffix, type Sidecar, stemOfInfo } from './sidecar.ts'

/** A file beside an `.info.json`, and what its name says. */
export interface Member {
  readonly file: WalkedFile
  readonly sidecar: Sidecar
}

/** One `.info.json` with what belongs to it by stem. */
export interface Group {
  readonly info: WalkedFile
  /** In the order of names, without the `.info.json`. */
  readonly members: readonly Member[]
}

export interface Grouping {
  readonly groups: readonly Group[]
  /** Files that belong to no `.info.json` of this directory. */
  readonly rest: readonly WalkedFile[]
}

/**
 * Sorts the files of a directory to their `.info.json` by the longest stem that a name begins with, so that titles with dots and
 * titles that begin alike are told apart. Linear in the number of names.
 */
export function groupByStem(unit: readonly WalkedFile[]): Grouping {
  const stems = new Map<string, { info: WalkedFile; members: Member[] }>()
  const folded = new Map<string, string | undefined>()
  for (const file of unit) {
    const stem = stemOfInfo(nameOf(file))
    if (stem === undefined) continue
    stems.set(stem, { info: file, members: [] })
    // Two stems that are equal but for their normal form are told apart by their exact names alone.
    folded.set(stem.normalize(), folded.has(stem.normalize()) ? undefined : stem)
  }
  const rest: WalkedFile[] = []
  for (const file of unit) {
    const name = nameOf(file)
    if (stemOfInfo(name) !== undefined) continue
    const found =
      longest(name, (stem) => stems.has(stem)) ?? longest(name.normalize(), (stem) => folded.get(stem) !== undefined)
    const group = found && (stems.get(found.stem) ?? stems.get(folded.get(found.stem) ?? ''))
    if (found === undefined || group === undefined) rest.push(file)
    else group.members.push({ file, sidecar: readSuffix(found.suffix) })
  }
  return { groups: [...stems.values()], rest }
}

function longest(name: string, isStem: (stem: string) => boolean): { stem: string; suffix: string } | undefined {
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    if (isStem(name.slice(0, dot))) return { stem: name.slice(0, dot), suffix: name.slice(dot + 1) }
  }
  return undefined
}
