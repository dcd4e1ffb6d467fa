import { readFileSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { AddressError } from '../../../src/address/errors.ts'
import { cidText, parseCid } from '../../../src/model/content-id.ts'
import { embeddedEngine, type HeldBundles } from '../../../src/replicate/embedded.ts'
import { ReplicateError } from '../../../src/replicate/errors.ts'
import type { MadeBundle } from '../../fakes/made-bundle.ts'
import { workbench } from '../address/samples.ts'
import { type EngineWorld, engineContract } from './contract.ts'

/** The bundle in a reference store: its video in a file, the rest beside the catalogue. */
async function aWorld({ made, promised, video }: MadeBundle): Promise<EngineWorld> {
  const bench = await workbench()
  const { path, id } = await bench.addFile('video.mp4', video)
  const small = [...made.blocks].filter(([text]) => !bench.store.has(parseCid(text)))
  for (const [text, bytes] of small) bench.store.putSmall(parseCid(text), bytes)
  const held: HeldBundles = {
    filesOf: (root) => (root === cidText(promised.root) ? [{ path, check: async () => 'ok' as const }] : []),
    async readBlock(wanted, signal) {
      try {
        return await bench.store.readBlock(wanted, { signal })
      } catch (error) {
        if (!(error instanceof AddressError)) throw error
        if (error.code !== 'BLOCK_DAMAGED') return undefined
        throw new ReplicateError('ENGINE_BYTES_DIFFER', error.message)
      }
    },
  }
  return {
    engine: embeddedEngine(held),
    faults: {},
    async change(_root, leaf, to) {
      if (to === 'nothing') return unlinkSync(path)
      const [stat] = bench.store.locationsOf(id)
      const at = video.indexOf(made.blocks.get(cidText(leaf))?.[0] ?? 0)
      const bytes = readFileSync(path)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      writeFileSync(path, bytes)
      // As a disk does it: behind the back of the file system.
      const seconds = Number(stat?.stat.mtimeNs ?? 0) / 1e9
      utimesSync(path, seconds, seconds)
    },
    sent: () => undefined,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  }
}

engineContract('embedded', aWorld, [])
