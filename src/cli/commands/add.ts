import { basename } from 'node:path'
import { type Command, Option } from '@commander-js/extra-typings'
import type { Layout } from '../../intake/layout.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type Exit } from '../exit-codes.ts'
import { requireNewSpreadsheet, writeNewFile } from '../new-file.ts'
import { printable } from '../report/format.ts'
import { rowReport } from '../row-report.ts'
import { keepHeapSmall } from '../small-heap.ts'
import { tell } from '../tell.ts'

const DESCRIPTION = `takes in a folder where it lies; copies nothing

PATH is a folder that yt-dlp left behind, or one with a spreadsheet that says what its files are (CSV, TSV or XLSX;
\`holdfast template\` writes one to fill in). Files stay where they are and are read once. Running it again finds what is
new or corrected; a folder that was moved is recognised by its content. A bundle is public only where its source says so
or you do; everything else is held until somebody clears it.

Columns are found by their names, in several languages. What was understood of a spreadsheet is written into
mappings/ of the home, for you to correct; the spreadsheet itself is never changed.`

/** `holdfast add PATH…` */
export function addCommand(context: Context): Command {
  return command('add', DESCRIPTION, 'holdfast add ~/archive --access hold --report todo.xlsx')
    .argument('<path...>', 'files or directories')
    .addOption(new Option('--access <word>', 'your word for everything added now').choices(['public', 'hold']))
    .option('--format <layout>', 'take it as this layout instead of recognising it (yt-dlp, spreadsheet)')
    .option('--mapping <file>', 'what the columns of the spreadsheets are, instead of the mappings in the home')
    .option('--report <file>', 'write what could not be used, row by row, as .csv or .xlsx')
    .option('--dry-run', 'say what would be added, write nothing (but the report)')
    .action((paths, options) => addPaths(context, paths, options)) as unknown as Command
}

interface Options {
  readonly home?: string
  readonly access?: 'public' | 'hold'
  readonly format?: string
  readonly mapping?: string
  readonly report?: string
  readonly dryRun?: true
}

async function addPaths(context: Context, paths: readonly string[], options: Options): Promise<void> {
  keepHeapSmall()
  const kind = options.report === undefined ? undefined : requireNewSpreadsheet(options.report)
  const { openHome } = await import('../../pipeline/open-home.ts')
  const { add } = await import('../../pipeline.ts')
  const { bytesToRead } = await import('../../pipeline/measure.ts')
  const { openHasher } = await import('../../address/hash-file.ts')
  const { openWorld } = await import('../world.ts')
  const world = await openWorld(context, options)
  const layouts = await layoutsOf(context, world.home, options)
  await using home = await openHome(world.home, options.dryRun === true ? {} : { write: 'add' })
  await using hasher = openHasher()
  const { forgetIfMappingsChanged, rememberMappings } = await import('../../pipeline/saved-mappings.ts')
  const { isTableName } = await import('../../intake/tables/read-tables.ts')
  if (options.dryRun !== true) await forgetIfMappingsChanged(home, context.signal)
  // A dry run can forget nothing, and what another mapping said holds for that run alone.
  const reread = options.dryRun === true || options.mapping !== undefined
  const totalBytes = context.interactive ? await bytesToRead(home, paths, context.signal) : undefined
  const report = rowReport(tell(context.report))
  const counts = await add(home, paths, {
    layouts,
    hasher,
    dryRun: options.dryRun === true,
    signal: context.signal,
    stopping: context.stopping,
    onEvent: options.report === undefined ? tell(context.report) : report.listen,
    ...(reread ? { reread: (path: string) => isTableName(basename(path)) } : {}),
    ...(totalBytes === undefined ? {} : { totalBytes }),
    ...(options.format === undefined ? {} : { format: options.format }),
    ...(options.access === undefined ? {} : { decided: { access: options.access, by: world.operator } }),
  })
  if (options.dryRun !== true) await rememberMappings(home, context.signal)
  if (options.report !== undefined && kind !== undefined) await writeNewFile(options.report, await report.encode(kind))
  context.finish({ ...counts }, exitOf(counts))
}

/** The spreadsheet comes second: of two that are as sure, the first is taken. */
async function layoutsOf(context: Context, home: string, options: Options): Promise<readonly Layout[]> {
  const { ytDlpLayout } = await import('../../intake/layouts/yt-dlp.ts')
  const { spreadsheetLayout } = await import('../../intake/layouts/spreadsheet.ts')
  const { savedMappings } = await import('../../pipeline/saved-mappings.ts')
  const mappings = savedMappings({
    home,
    dryRun: options.dryRun === true,
    onSaved: (path, name) => {
      const message = `How the columns of ${printable(name)} were understood stands in ${path}: correct it there.`
      context.report.emit({ event: 'note', message })
    },
    ...(options.mapping === undefined ? {} : { file: options.mapping }),
  })
  // A mapping that a person named must be good before anything begins.
  if (options.mapping !== undefined) await mappings.load('')
  return [ytDlpLayout, spreadsheetLayout(mappings)]
}

function exitOf(counts: { added: number; known: number; failed: number }): Exit {
  if (counts.failed === 0) return EXIT.done
  return counts.added + counts.known > 0 ? EXIT.partly : EXIT.failed
}
