import { type Command, Option } from '@commander-js/extra-typings'
import { command, group } from '../command.ts'
import type { Context } from '../context.ts'
import { wholeNumber } from '../integer-option.ts'
import { addedSettings } from '../mirror-settings.ts'
import { keepNewSpaceSmall } from '../small-heap.ts'
import { openCosigning, syncAll } from '../sync-mirrors.ts'
import { checkCommand, obeyCommand, purgeCommand } from './mirror-care.ts'

const ADD = `follows a log of somebody else, or changes what is wanted of one

NAME is yours and seen by nobody else. --policy is the file that the publisher handed out over a channel that you trust. Only the
addresses that you give here are ever asked; name other mirrors in --from, too, and the publisher may vanish. Peers are asked last, for
content alone, and not through a proxy (docs/guides/mirror.md).`

const SYNC = `fetches what is new, once

Heads of up to three sources are compared, statements and content come from whichever has them, every block is checked. Can be
stopped and run again at any time. Exit 4: the log contradicted itself, see the evidence.

A share of what is held is read again, all of it within 30 days; what rotted or vanished is fetched again.

What is durable here is signed with the mirror and the witness key, at most once a day for each head, with the holder key where all content
is here and was read again within 90 days, and so is a head that waits for witnesses at a source. The cosignatures are brought to the
sources, and stand in the manifest that this mirror serves.`

const RUN = `follows for months: syncs, waits, syncs

Waits longer while sources fail, and up to an hour. Ctrl-C ends it after the bundle at hand.`

const PASSPHRASE = 'take the passphrase of the cosigner keys from the first line of this file'
const RULES =
  'hold only bundles that a rule takes: key=PREFIX, since=DATE, max=SIZE, joined by commas (default: all bundles)'

/** `holdfast mirror add|sync|run|status` */
export function mirrorCommand(context: Context): Command {
  // No options of its own: they would take those of the commands below it.
  return group(
    'mirror',
    'holds what others publish: add, sync, run, status, check …',
    'holdfast mirror add archive --from https://archive.example --policy policy.txt',
    [
      addCommand(context),
      syncCommand(context),
      runCommand(context),
      statusCommand(context),
      checkCommand(context),
      obeyCommand(context),
      purgeCommand(context),
    ],
  )
}

function addCommand(context: Context): Command {
  return command(
    'add',
    ADD,
    'holdfast mirror add archive --from https://archive.example --policy policy.txt --budget 2TB',
  )
    .argument('<name>', 'what you call it')
    .option(
      '--from <url|dir|ipns...>',
      'where it can be read: a `holdfast serve`, another mirror, a directory, ipns://NAME',
    )
    .option('--router <url...>', 'who else may know where the name of the log leads')
    .option('--gateway <url...>', 'who else may have its content')
    .option(
      '--peer <multiaddr...>',
      'who is asked over Bitswap for content that nobody else gave: /dns4/…/tcp/…/p2p/ID',
    )
    .option('--policy <file|vkey>', 'whose signatures count')
    .option('--budget <size>', 'most bytes of content, such as 2TB; 0 for no bound')
    .option('--include <rule...>', RULES)
    .addOption(new Option('--order <order>', 'which bundles come first').choices(['newest', 'smallest']))
    .option('--limit <size>', 'bytes a second, such as 2MB; 0 for no bound')
    .option('--jurisdiction <code...>', 'where this mirror stands, such as DE: legal withdrawals of these are obeyed')
    .action(async (name, options) => {
      const { openWorld } = await import('../world.ts')
      const { addMirror } = await import('../../pipeline/mirror/add-mirror.ts')
      const world = await openWorld(context, options)
      const wanted = await addedSettings(world.home, name, options)
      const added = await addMirror(world.home, name, wanted)
      context.finish({ name, home: world.home, ...added })
    }) as unknown as Command
}

function syncCommand(context: Context): Command {
  return command('sync', SYNC, 'holdfast mirror sync')
    .argument('[name]', 'one of the logs (default: all)')
    .option('--passphrase-file <file>', PASSPHRASE)
    .action(async (name, options) => {
      keepNewSpaceSmall()
      const { openWorld } = await import('../world.ts')
      const world = await openWorld(context, options)
      using cosigning = await openCosigning(context, world)
      const { counts, exit } = await syncAll(context, world, name, cosigning)
      context.finish({ ...counts }, exit)
    }) as unknown as Command
}

function runCommand(context: Context): Command {
  return command('run', RUN, 'holdfast mirror run --every 300')
    .argument('[name]', 'one of the logs (default: all)')
    .option('--passphrase-file <file>', PASSPHRASE)
    .option('--every <seconds>', 'how long to wait after a sync', wholeNumber, 300)
    .action(async (name, options) => {
      keepNewSpaceSmall()
      const { openWorld } = await import('../world.ts')
      const { runMirrors } = await import('../run-mirrors.ts')
      const world = await openWorld(context, options)
      using cosigning = await openCosigning(context, world)
      context.endsWhenStopped()
      context.finish({ ...(await runMirrors(context, world, name, { everySeconds: options.every, cosigning })) })
    }) as unknown as Command
}

function statusCommand(context: Context): Command {
  return command('status', 'what is held, how old it is, what is wrong', 'holdfast mirror status')
    .argument('[name]', 'one of the logs (default: all)')
    .action(async (name, options) => {
      const { openWorld } = await import('../world.ts')
      const { followedNames, mirrorName, requireMirrorHome } = await import('../../pipeline/mirror/mirror-home.ts')
      const { openFollowedLog } = await import('../../pipeline/mirror/followed-log.ts')
      const { mirrorStatus } = await import('../../pipeline/mirror/mirror-status.ts')
      const { toldKeys } = await import('../../pipeline/mirror/mirror-gauges.ts')
      const { home } = await openWorld(context, options)
      await requireMirrorHome(home)
      const names = name === undefined ? await followedNames(home) : [name]
      for (const each of names) {
        await using log = await openFollowedLog(home, each)
        context.report.emit({ event: 'mirror', ...mirrorStatus(log, await toldKeys(home, log)) })
      }
      context.finish({ name: await mirrorName(home), logs: names.length })
    }) as unknown as Command
}
