import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import { type BundleView, bundleView } from '../manifest/bundle-view.ts'
import type { Home } from './home.ts'

export interface ExportOptions {
  readonly format: 'json' | 'csv'
  /** A file; undefined hands the text to `onText`. */
  readonly output: string | undefined
  readonly onText: (text: string) => void
}

const COLUMNS = [
  'origin',
  'id',
  'state',
  'root',
  'index',
  'at',
  'originals',
  'urls',
  'files',
  'cids',
  'sha256',
  'bytes',
] as const
/** Rows that are formatted at a time. */
const ROWS_AT_ONCE = 256

/**
 * Writes what the log says now: a row for each bundle, with its originals and files. Lists in a CSV cell are separated by
 * spaces, which none of their items can hold.
 *
 * @returns the number of rows.
 */
export async function exportMapping(home: Home, { format, output, onText }: ExportOptions): Promise<number> {
  await using sink = openSink(output, onText)
  let rows = 0
  let batch: BundleView[] = []
  if (format === 'csv') await sink.write(stringify([COLUMNS]))
  for (const id of home.fold.bundleIds()) {
    const view = bundleView(home.fold, id)
    if (view === undefined) continue
    rows += 1
    batch.push(view)
    if (batch.length < ROWS_AT_ONCE) continue
    await sink.write(textOf(home.origin, batch, format))
    batch = []
  }
  if (batch.length > 0) await sink.write(textOf(home.origin, batch, format))
  return rows
}

function textOf(origin: string, views: readonly BundleView[], format: 'json' | 'csv'): string {
  if (format === 'json') return views.map((view) => `${JSON.stringify({ origin, ...view })}\n`).join('')
  return stringify(
    views.map((view) => [
      origin,
      view.id,
      view.state,
      view.root,
      view.index,
      view.at,
      view.originals.map(({ key }) => key).join(' '),
      view.originals.flatMap(({ url }) => url ?? []).join(' '),
      view.files.map(({ path }) => path).join(' '),
      view.files.map(({ cid }) => cid).join(' '),
      view.files.map(({ sha256 }) => sha256).join(' '),
      view.bytes,
    ]),
    // A cell that a spreadsheet would run as a formula is written as text.
    { escape_formulas: true },
  )
}

interface Sink extends AsyncDisposable {
  write(text: string): Promise<void>
}

function openSink(output: string | undefined, onText: (text: string) => void): Sink {
  if (output === undefined) return { write: async (text) => onText(text), [Symbol.asyncDispose]: async () => undefined }
  const stream = createWriteStream(output)
  const failed = once(stream, 'error').then(([error]) => Promise.reject(error))
  failed.catch(() => undefined)
  return {
    async write(text) {
      if (!stream.write(text)) await Promise.race([once(stream, 'drain'), failed])
    },
    async [Symbol.asyncDispose]() {
      stream.end()
      await Promise.race([once(stream, 'finish'), failed])
    },
  }
}
