import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { OriginalState } from '../manifest/statement-types.ts'
import { parseBundleId } from '../model/bundle-id.ts'
import { parseOriginal } from '../model/original.ts'
import type { LogWriter } from '../record/log-writer.ts'
import { readError } from '../store/file-errors.ts'
import { transaction } from '../store/transaction.ts'
import { PipelineError } from './errors.ts'
import type { Home } from './home.ts'

export interface RecordOriginalOptions {
  readonly id: string
  readonly url: string
  readonly state?: OriginalState
  /** Path of a file that shows what was seen. */
  readonly evidence?: string
  readonly signal: AbortSignal
}

/**
 * Writes an `original/1` statement about a published bundle and a head over it.
 *
 * @returns no index when the log says that already.
 * @throws {PipelineError} `BUNDLE_NOT_PUBLISHED`, `ORIGINAL_UNCLEAR`; {RecordError} `STATEMENT_REFUSED`; {StoreError} `STORE_UNREADABLE`
 * for the evidence.
 */
export async function recordOriginal(
  home: Home,
  log: LogWriter,
  options: RecordOriginalOptions,
): Promise<{ id: string; key: string; index: number | undefined; manifestSize: number }> {
  const id = parseBundleId(options.id)
  // Of the log alone: after a recovery it may know bundles whose files are not here.
  const view = id === undefined ? undefined : log.view(id)
  if (view === undefined) {
    throw new PipelineError('BUNDLE_NOT_PUBLISHED', `${options.id} is not a published bundle of this home`, {
      hint: 'publish it first; `holdfast list` shows the ids',
    })
  }
  const original = parseOriginal(options.url)
  if (original === undefined)
    throw new PipelineError('ORIGINAL_UNCLEAR', `${options.url} is not a URL`, {
      hint: 'give the whole address, beginning with https://',
    })
  await log.finish(options.signal)
  const evidenceSha256 = options.evidence === undefined ? undefined : await hashOf(options.evidence)
  // A run that was killed may have said so already; without an observation there is nothing to say twice.
  const isSaid = options.state === undefined && view.originals.some(({ key }) => key === original.key)
  const index = isSaid
    ? undefined
    : transaction(home.db, () =>
        log.sequence({
          type: 'original/1',
          at: home.now(),
          id: view.id,
          root: view.root,
          key: original.key,
          ...(options.state === undefined ? {} : { state: options.state }),
          ...(evidenceSha256 === undefined ? {} : { evidenceSha256 }),
        }),
      )
  const head = await log.announce(options.signal)
  return { id: view.id, key: original.key, index, manifestSize: head.size }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk)
  } catch (error) {
    throw readError(error, path)
  }
  return hash.digest('hex')
}
