import { join } from 'node:path'
import { indexReceiptPath } from '../manifest/index-build.ts'
import { formatTlogProof } from '../manifest/proof.ts'
import { writeDurable } from '../store/durable-file.ts'
import { inclusionProof, type OwnLog } from './inclusion-proof.ts'

/** Writes the proof by which readers find the newest index; it stands before the checkpoint does (manifest-v1 §5.9). */
export async function writeIndexReceipt(log: OwnLog, note: Uint8Array): Promise<void> {
  const index = log.head.size - 1
  const receipt = formatTlogProof({ extra: log.journal.entry(index), index, path: inclusionProof(log, index), note })
  await writeDurable(join(log.directory, indexReceiptPath(index)), receipt)
}
