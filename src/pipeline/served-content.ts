import type { CID } from 'multiformats/cid'
import { AddressError } from '../address/errors.ts'
import { cidText, decodeCid } from '../model/content-id.ts'
import type { ServedContent, Standing } from '../view/ports.ts'
import { announcedContent } from './announce/announced-content.ts'
import type { Home } from './home.ts'

/**
 * The catalogue and the reference store, as the gateway asks them: exactly what is published and not withdrawn, and what
 * the announced root has beside that.
 */
export function servedContent(home: Home): ServedContent {
  const announced = announcedContent(home)
  return {
    standing(cid) {
      // Leaves of files are what is asked for most, and one place where a block is served decides.
      const standings = home.content.contentsOf(cid).map((content) => home.standings.ofContent(content))
      if (standings.includes('served')) return 'served'
      const standing = best([...standings, home.standings.ofSmallBlock(cid.multihash.bytes)])
      return standing === 'unknown' && announced.has(cid) ? 'served' : standing
    },
    async readBlock(cid, { signal }) {
      const block = (await home.content.readBlock(cid, { signal })) ?? (await announced.readBlock(cid))
      if (block === undefined) throw new AddressError('BLOCK_MISSING', `${cidText(cid)} is not in the store`)
      return block
    },
    mediaType(root, path) {
      const below = announced.bundleBelow(root, path)
      if (below !== undefined) return home.standings.mediaType(cidText(decodeCid(below.root)), below.path)
      return home.standings.mediaType(cidText(root), path) ?? mediaTypeOfFile(home, root, path)
    },
  }
}

/** A file that is asked for by its own CID has the type that any bundle gives it. */
function mediaTypeOfFile(home: Home, cid: CID, path: string): string | undefined {
  const content = path === '' ? home.content.contentByCid(cid) : undefined
  return content === undefined ? undefined : home.standings.mediaTypeOfContent(content.id)
}

function best(standings: readonly Standing[]): Standing {
  for (const standing of ['served', 'withdrawn', 'withdrawn-legal'] as const)
    if (standings.includes(standing)) return standing
  return 'unknown'
}
