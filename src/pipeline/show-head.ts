import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManifestError } from '../manifest/errors.ts'
import { policyOfVkey } from '../manifest/policy.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { writeIndexReceipt } from '../record/index-receipt.ts'
import { writeDurable } from '../store/durable-file.ts'
import { readError, systemCode } from '../store/file-errors.ts'
import type { CheckedCopy } from './checked-copy.ts'
import type { Home } from './home.ts'

/** Writes the head of an adopted copy, after all that it covers is durable. Safe to repeat. */
export async function showHead(home: Home, { head, note }: CheckedCopy): Promise<void> {
  const { paths, journal, primitives } = home
  await writeIndexReceipt({ directory: paths.manifest, journal, sha256: primitives.sha256, head }, note)
  const kept = join(paths.manifest, `checkpoints/${head.size}`)
  // One that is kept here may have more cosignatures than the one that was read.
  if (!(await isHead(home, kept, head.root))) await writeDurable(kept, note)
  await writeDurable(join(paths.manifest, 'checkpoint'), note)
}

async function isHead({ vkey, primitives }: Home, path: string, root: Uint8Array): Promise<boolean> {
  try {
    const { checkpoint } = verifyCheckpoint(primitives, policyOfVkey(vkey, primitives.sha256), await readFile(path))
    return Buffer.compare(checkpoint.root, root) === 0
  } catch (error) {
    if (error instanceof ManifestError || systemCode(error) === 'ENOENT') return false
    throw readError(error, path)
  }
}
