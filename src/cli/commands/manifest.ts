import { Argument, type Command, Option } from '@commander-js/extra-typings'
import type { Recovered } from '../../pipeline/recover.ts'
import { command, group } from '../command.ts'
import type { Context } from '../context.ts'
import { endedProblem } from '../ended-problem.ts'
import { CliError } from '../errors.ts'
import { wholeNumber } from '../integer-option.ts'
import { readPolicy } from '../policy-option.ts'
import { keepHeapSmall } from '../small-heap.ts'
import { tell } from '../tell.ts'

/** `holdfast manifest show|verify|export|recover` */
export function manifestCommand(context: Context): Command {
  // No options of its own: they would take those of the commands below it.
  return group('manifest', 'the signed log itself: show, verify, export, recover', 'holdfast manifest show', [
    showCommand(context),
    verifyCommand(context),
    exportCommand(context),
    recoverCommand(context),
  ])
}

function showCommand(context: Context): Command {
  return command('show', 'the head of the own log, or statements of it', 'holdfast manifest show 0 12')
    .argument('[index...]', 'statements to show')
    .action(async (indices, options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { publishedHead } = await import('../../pipeline/published-head.ts')
      const { witnessedHead } = await import('../../pipeline/witnessed.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      for (const index of indices.map(wholeNumber)) {
        if (index >= home.journal.size()) throw noStatement(index, home.journal.size())
        const bytes = home.journal.entry(index)
        context.report.emit({ event: 'statement', index, statement: JSON.parse(new TextDecoder().decode(bytes)) })
      }
      const head = publishedHead(home)
      context.finish({
        origin: home.origin,
        vkey: home.vkey,
        size: head?.size ?? 0,
        root: head === undefined ? null : Buffer.from(head.root).toString('hex'),
        sequenced: home.journal.size(),
        witnessed: (await witnessedHead(home.paths)).witnessed.map(({ name, time }) => `${name} ${rfc3339(time)}`),
      })
    }) as unknown as Command
}

/** @param seconds - POSIX. */
function rfc3339(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

function noStatement(index: number, size: number): CliError {
  return new CliError('USAGE', `there is no statement ${index}: the log has ${size}, numbered from 0`, {
    hint: 'without a number, `holdfast manifest show` prints the head of the log',
  })
}

function verifyCommand(context: Context): Command {
  return command(
    'verify',
    'checks a whole manifest: signatures, tiles, statements, index',
    'holdfast manifest verify /media/usb --policy policy.txt',
  )
    .argument('[where]', 'a directory or URL (default: the own home)')
    .option('--policy <file|vkey>', 'whose signatures count (default: policy.txt of the own home)')
    .option('--max-age <seconds>', 'refuse a head that was last witnessed longer ago than this', wholeNumber)
    .action(async (where, options) => {
      keepHeapSmall()
      const { openWorld } = await import('../world.ts')
      const { homePaths, requireHome } = await import('../../store/home.ts')
      const { openManifest } = await import('../../read/open-manifest.ts')
      const { verifyManifest } = await import('../../read/verify-manifest.ts')
      const { verifyKeptHeads } = await import('../../read/verify-kept-heads.ts')
      const { openScratchState } = await import('../../store/scratch-state.ts')
      const { nodePrimitives: primitives } = await import('../../store/node-primitives.ts')
      const paths = homePaths((await openWorld(context, options)).home)
      if (options.policy === undefined) await requireHome(paths.home)
      const policy = await readPolicy(options.policy ?? paths.policy, primitives.sha256)
      // Nothing is begun that would have to be finished, so the first Ctrl-C ends it.
      const signal = context.stopping
      const manifest = await openManifest(where ?? paths.manifest, policy, {
        primitives,
        signal,
        ...(options.maxAge === undefined ? {} : { maxAgeSeconds: options.maxAge }),
      })
      using scratch = openScratchState()
      const sizes = new Set([manifest.log.head.size])
      const verified = await verifyManifest(manifest, {
        primitives,
        signal,
        state: scratch.state,
        entries: scratch,
        onEvent(event) {
          // A head ends with the index of all that is before it.
          if (event.type === 'index') sizes.add(event.index + 1)
          if (event.type !== 'problem') return
          context.report.emit({
            event: 'problem',
            code: event.code,
            message: `statement ${event.index}: ${event.message}`,
          })
        },
        onProgress: (doneItems) => context.report.progress({ label: 'verifying', doneBytes: 0, doneItems }),
      })
      const heads = await verifyKeptHeads(manifest, sizes, { primitives, signal })
      const { halted } = verified.status
      if (verified.successor !== undefined)
        context.report.emit({ event: 'problem', ...endedProblem(verified.successor) })
      if (halted !== undefined)
        context.report.emit({
          event: 'problem',
          code: halted.code,
          message: `statement ${halted.index}: ${halted.message}`,
          hint: 'install a newer Holdfast; the index was not checked, and what follows was not applied',
        })
      context.finish(
        {
          origin: manifest.origin,
          size: verified.size,
          root: verified.root,
          statements: verified.size,
          problems: verified.status.problems,
          heads,
          ...(verified.successor === undefined ? {} : { successor: verified.successor }),
        },
        halted === undefined ? 0 : 3,
      )
    }) as unknown as Command
}

function exportCommand(context: Context): Command {
  return command(
    'export',
    'the current mapping of content to URLs, as a table',
    'holdfast manifest export csv -o mapping.csv',
  )
    .addArgument(new Argument('[format]', 'json (one object a line) or csv').choices(['json', 'csv']))
    .addOption(new Option('--format <format>', 'the same').choices(['json', 'csv']))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action(async (format, options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { exportMapping } = await import('../../pipeline/export-mapping.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      const rows = await exportMapping(home, {
        format: format ?? options.format ?? 'json',
        output: options.output,
        onText: (text) => context.report.emit({ event: 'text', text }),
      })
      context.finish({ rows })
    }) as unknown as Command
}

function recoverCommand(context: Context): Command {
  return command(
    'recover',
    `adopts a longer copy of the own log, or rebuilds a lost home

It is enough that the keys are left; the log key is needed. Decisions about what may be published are private and not in
the log: whatever is not published is held until somebody clears it again. With the home itself as the copy, a damaged
manifest directory is written anew from the state.`,
    'holdfast manifest recover --from https://mirror.example --home ~/holdfast',
  )
    .requiredOption('--from <url|dir>', 'a copy of the manifest: a mirror, a web server, a disk')
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (options) => {
      keepHeapSmall()
      const { openWorld } = await import('../world.ts')
      const { recover } = await import('../../pipeline/recover.ts')
      const { CONFIG_TEMPLATE } = await import('../config-template.ts')
      const world = await openWorld(context, options)
      const done = await recover(world.home, {
        from: options.from,
        world,
        config: CONFIG_TEMPLATE,
        signal: context.signal,
        onEvent: tell(context.report),
      })
      for (const message of recoveryNotes(done)) context.report.emit({ event: 'note', message })
      context.finish({ ...done })
    }) as unknown as Command
}

/** What somebody has to do after a recovery, which nothing else would tell. */
function recoveryNotes({ rebuilt, held, withdrawals }: Recovered): readonly string[] {
  return [
    ...(rebuilt ? ['now run `holdfast add` on the archive: its bundles are found again under their ids'] : []),
    ...(held > 0
      ? [
          `${held} bundles were cleared and are held now, because later decisions are lost: see \`holdfast list --where state=held\``,
        ]
      : []),
    ...(withdrawals > 0 ? [`${withdrawals} withdrawals wait for the next head: run \`holdfast publish\``] : []),
  ]
}
