import { statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePolicy } from '../manifest/policy.ts'
import { formatTlogProof } from '../manifest/proof.ts'
import { verifyCheckpoint } from '../manifest/verify-checkpoint.ts'
import { readReference } from '../read/look-up-reference.ts'
import { inclusionProof } from '../record/inclusion-proof.ts'
import { writeDurable } from '../store/durable-file.ts'
import { PipelineError } from './errors.ts'
import type { Home } from './home.ts'
import { lookUpInHome } from './look-up-in-home.ts'

export interface MadeReceipt {
  readonly id: string
  readonly index: number
  readonly size: number
  readonly bytes: number
}

/**
 * Writes a receipt with the smallest kept checkpoint that covers the statement and meets the policy (manifest-v1 §11.1).
 *
 * @throws {PipelineError} `BUNDLE_NOT_PUBLISHED`, `OUTPUT_EXISTS`, `SELECTION_UNCLEAR` when several bundles match, or when the
 * statement that was asked for is not about this one.
 */
export async function makeReceipt(
  home: Home,
  what: string,
  options: { readonly output: string; readonly index?: number },
): Promise<MadeReceipt> {
  const { views } = lookUpInHome(home, readReference(what))
  const [view, second] = views
  if (view === undefined)
    throw new PipelineError('BUNDLE_NOT_PUBLISHED', `${what} is not in the manifest of this home`, {
      hint: 'publish it first',
    })
  if (second !== undefined) {
    throw new PipelineError(
      'SELECTION_UNCLEAR',
      `${what} leads to ${views.length} bundles: ${views.map(({ id }) => id).join(', ')}`,
      { hint: 'name one of them by its id' },
    )
  }
  const index = options.index ?? view.index
  if (!isAbout(home, index, view.id)) {
    throw new PipelineError('SELECTION_UNCLEAR', `statement ${index} is not about ${view.id}`, {
      hint: 'leave --statement out, or look at `holdfast manifest show INDEX`',
    })
  }
  const { note, size, root } = await smallestCover(home, index)
  const path = inclusionProof(
    { directory: home.paths.manifest, journal: home.journal, sha256: home.primitives.sha256, head: { size, root } },
    index,
  )
  const receipt = formatTlogProof({ extra: home.journal.entry(index), index, path, note })
  await writeNew(options.output, receipt)
  return { id: view.id, index, size, bytes: receipt.length }
}

/** Entry 0 is about every bundle: it says whose log this is. */
function isAbout(home: Home, index: number, id: string): boolean {
  return index === 0 || home.fold.touches(id).includes(index)
}

/** The same receipt again is fine; anything else that stands there, such as the video itself, is not ours to replace. */
async function writeNew(path: string, receipt: Uint8Array): Promise<void> {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return writeDurable(path, receipt)
  const isSame = stat.isFile() && stat.size === receipt.length && Buffer.compare(await readFile(path), receipt) === 0
  if (isSame) return
  throw new PipelineError('OUTPUT_EXISTS', `${path} is there already and is something else`, {
    hint: 'give another name after -o',
  })
}

async function smallestCover(home: Home, index: number): Promise<{ note: Uint8Array; size: number; root: Uint8Array }> {
  const directory = join(home.paths.manifest, 'checkpoints')
  const policy = parsePolicy(await readFile(home.paths.policy, 'utf8'), home.primitives.sha256)
  const sizes = (await readdir(directory).catch(() => []))
    .map(Number)
    .filter((size) => Number.isSafeInteger(size) && size > index)
  for (const size of sizes.sort((a, b) => a - b)) {
    const note = await readFile(join(directory, String(size)))
    const { checkpoint, quorumMet } = verifyCheckpoint(home.primitives, policy, note)
    if (quorumMet) return { note, size: checkpoint.size, root: checkpoint.root }
  }
  throw new PipelineError('BUNDLE_NOT_PUBLISHED', `statement ${index} is not under a published head yet`, {
    hint: 'run `holdfast publish` to make one',
  })
}
