import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { AddressError } from '../../address/errors.ts'
import { isBlockOf } from '../../address/small-blocks.ts'
import { cidText } from '../../model/content-id.ts'
import { type AnnouncedBlock, openAnnounced } from '../../store/announced.ts'
import { systemCode } from '../../store/file-errors.ts'
import type { Home } from '../home.ts'

/** Blocks of the roots that are announced which belong to no bundle. */
export interface AnnouncedContent {
  has(cid: CID): boolean
  /**
   * One block, verified; nothing for what is not announced.
   *
   * @throws {AddressError} `BLOCK_DAMAGED`, `BLOCK_MISSING` where the manifest directory is not as it was.
   */
  readBlock(cid: CID): Promise<Uint8Array | undefined>
  /** The root of the bundle in which a path of the announced root ends, and the path below it. */
  bundleBelow(root: CID, path: string): { readonly root: Uint8Array; readonly path: string } | undefined
}

const MANIFEST = 'manifest/'
const BUNDLE = /^(bundles\/[^/]+)\/([^/]+)\/(.+)$/u

export function announcedContent({ db, paths }: Pick<Home, 'db' | 'paths'>): AnnouncedContent {
  const announced = openAnnounced(db)
  return {
    has: (cid) => announced.blocks(cid.multihash.bytes).length > 0,
    async readBlock(cid) {
      const places = announced.blocks(cid.multihash.bytes)
      for (const place of places) {
        const bytes = place.bytes ?? (await readPlace(paths.manifest, place))
        if (bytes !== undefined && isBlockOf(cid, bytes)) return bytes
      }
      if (places.length === 0) return undefined
      throw new AddressError('BLOCK_DAMAGED', `${cidText(cid)} is not in the manifest directory as it was announced`, {
        hint: 'run `holdfast manifest verify`; `holdfast announce` announces what is there now',
      })
    },
    bundleBelow(root, path) {
      const [, directory = '', id = '', rest = ''] = BUNDLE.exec(path) ?? []
      if (rest === '' || Buffer.compare(announced.newest()?.cid ?? new Uint8Array(), root.bytes) !== 0) return undefined
      const entry = announced.entry(directory, id)
      return entry && { root: entry.cid, path: rest }
    },
  }
}

/** Nothing where the file is gone or too short. */
async function readPlace(directory: string, { path, at, length }: AnnouncedBlock): Promise<Uint8Array | undefined> {
  if (!path.startsWith(MANIFEST)) return undefined
  try {
    await using file: FileHandle = await open(join(directory, path.slice(MANIFEST.length)))
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, at)
    return bytesRead === length ? buffer : undefined
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined
    throw error
  }
}
