import { open, rename, rm } from 'node:fs/promises'
import { stringify } from 'csv-stringify/sync'
import type { BundleView } from '../manifest/bundle-view.ts'
import { writeError } from '../store/file-errors.ts'
import type { Home } from './home.ts'
import { publishedView } from './published-view.ts'

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
 * Writes what the published log says now: a row for each bundle, with its originals and files. Lists in a CSV cell are separated by
 * spaces, which none of their items can hold.
 *
 * @returns the number of rows.
 * @throws {StoreError} `STORE_UNWRITABLE`, `DISK_FULL`; a file that stood there is then as it was.
 */
export async function exportMapping(home: Home, { format, output, onText }: ExportOptions): Promise<number> {
  if (output === undefined) return writeRows(home, format, async (text) => onText(text))
  const part = `${output}.part`
  try {
    const rows = await toFile(part, (write) => writeRows(home, format, write))
    await rename(part, output)
    return rows
  } catch (error) {
    await rm(part, { force: true })
    throw writeError(error, output)
  }
}

type Write = (text: string) => Promise<void>

async function writeRows(home: Home, format: 'json' | 'csv', write: Write): Promise<number> {
  let rows = 0
  let batch: BundleView[] = []
  if (format === 'csv') await write(stringify([COLUMNS]))
  for (const id of home.fold.bundleIds()) {
    const view = publishedView(home, id)
    if (view === undefined) continue
    rows += 1
    batch.push(view)
    if (batch.length < ROWS_AT_ONCE) continue
    await write(textOf(home.origin, batch, format))
    batch = []
  }
  if (batch.length > 0) await write(textOf(home.origin, batch, format))
  return rows
}

async function toFile<T>(path: string, fill: (write: Write) => Promise<T>): Promise<T> {
  await using file = await open(path, 'w')
  const result = await fill(async (text) => void (await file.write(text)))
  await file.sync()
  return result
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
