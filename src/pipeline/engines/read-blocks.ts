import { randomInt } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { parseCid } from '../../model/content-id.ts'
import { HoldfastError, problemOf } from '../../model/errors.ts'
import type { PinEngine } from '../../replicate/engine.ts'
import type { DueReplica } from '../../store/replicas.ts'
import type { Home } from '../home.ts'
import { ordered } from '../ordered.ts'
import type { ReadOptions } from './audit-bundle.ts'
import { readOne, type Verdict } from './read-one.ts'

/** One block as it was found. */
export interface ReadBlock {
  readonly cid: CID
  readonly verdict: Verdict
  /** The place's own words on what is wrong, such as which part of it. */
  readonly why?: string
}

/** Blocks of a bundle as the catalogue knows them, all or some that are drawn anew each time. */
export async function* readBlocks(
  home: Home,
  place: PinEngine,
  bundle: DueReplica,
  { sample, each, signal, onEvent }: ReadOptions,
): AsyncGenerator<ReadBlock> {
  let blocks: readonly CID[] = []
  try {
    blocks = drawn(home.content.blocksOf(parseCid(bundle.root)), sample)
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    onEvent({ type: 'problem', problem: problemOf(error) })
  }
  yield* ordered(blocks, each, async (cid) => {
    const { verdict, why } = await readOne(place, bundle.root, cid, signal)
    return why === undefined ? { cid, verdict } : { cid, verdict, why }
  })
}

/** Blocks of a bundle, or some of them, each as likely as any other. Source of the drawing: Vitter 1985, algorithm R. */
function drawn(blocks: Iterable<{ readonly cid: CID }>, sample: number | undefined): readonly CID[] {
  const chosen: CID[] = []
  const seen = new Set<string>()
  for (const { cid } of blocks) {
    const key = Buffer.from(cid.bytes).toString('latin1')
    if (seen.has(key)) continue
    seen.add(key)
    if (sample === undefined || chosen.length < sample) chosen.push(cid)
    else {
      const at = randomInt(seen.size)
      if (at < sample) chosen[at] = cid
    }
  }
  return chosen
}
