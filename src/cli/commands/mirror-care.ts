import type { Command } from '@commander-js/extra-typings'
import { agreedTo } from '../agree.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { wholeNumber } from '../integer-option.ts'
import { openWhenFree } from '../open-when-free.ts'
import { formatBytes } from '../report/format.ts'

const CHECK = `reads everything that is held again, and says what is wrong

A mirror does this by itself, a share at each sync, so that all of it is read again within 30 days. This does it now, those files first that
were not read for longest; with --days 1 it goes on where an earlier check was stopped. What is damaged or gone is fetched again
by the next sync. A running mirror goes on meanwhile.

Exits with 4 when something is wrong.`

const OBEY = `obeys withdrawals that wait, by your own decision

When more bundles are withdrawn without approvals than a mirror obeys in 30 days, the others wait: the key of the publisher may be stolen, or its
owner forced. Ask the publisher over another channel, then decide. Without ids and --all this only lists what waits.

With --keep they are served on for good, unless approvers of the log stand behind the withdrawal. Each decision is written down.`

const PURGE = `deletes files that have been in quarantine for 30 days

Nothing that was withdrawn is ever deleted by itself, and nothing earlier than that: a thief of the publisher's key could have withdrawn
it. Lists what it would delete, and asks.`

/** `holdfast mirror check` */
export function checkCommand(context: Context): Command {
  return command('check', CHECK, 'holdfast mirror check archive')
    .argument('[name]', 'one of the logs (default: all)')
    .option('--days <n>', 'only what was not read for so many days', wholeNumber, 0)
    .action(async (name, options) => {
      const { openWorld } = await import('../world.ts')
      const { followedNames, requireMirrorHome } = await import('../../pipeline/mirror/mirror-home.ts')
      const { checkLog } = await import('../check-mirror.ts')
      const { home } = await openWorld(context, options)
      await requireMirrorHome(home)
      const sum = { logs: 0, files: 0, bytes: 0, damaged: 0 }
      for (const each of name === undefined ? await followedNames(home) : [name]) {
        if (context.stopping.aborted) break
        const counts = await checkLog(context, home, each, options.days)
        sum.logs += 1
        for (const key of ['files', 'bytes', 'damaged'] as const) sum[key] += counts[key]
      }
      context.finish(sum, sum.damaged > 0 ? EXIT.verification : EXIT.done)
    }) as unknown as Command
}

/** `holdfast mirror obey` */
export function obeyCommand(context: Context): Command {
  return command('obey', OBEY, 'holdfast mirror obey archive 7k3q2m9x4ht')
    .argument('<name>', 'the log')
    .argument('[id...]', 'bundles whose withdrawal waits')
    .option('--all', 'all that wait')
    .option('--keep', 'serve them on, and stop asking')
    .option('-y, --yes', 'do not ask')
    .action(async (name, ids, options) => {
      const { openWorld } = await import('../world.ts')
      const { openFollowedLog } = await import('../../pipeline/mirror/followed-log.ts')
      const { decideWithdrawals, openWithdrawals } = await import('../../pipeline/mirror/decide-withdrawals.ts')
      const world = await openWorld(context, options)
      const isDecided = options.all === true || ids.length > 0
      await using log = isDecided
        ? await openWhenFree(context, { home: world.home, name, write: 'mirror obey' })
        : await openFollowedLog(world.home, name)
      const { report } = context
      const open = isDecided ? openWithdrawals(log, options.all === true ? undefined : ids) : log.tables.notObeyed()
      if (!isDecided) for (const withdrawal of open) report.emit({ event: 'waiting', name, ...withdrawal })
      const act = options.keep === true ? 'go on serving' : 'stop serving'
      const question = `${act} ${open.length} bundles of ${name} that were withdrawn`
      const isAgreed = isDecided && open.length > 0 && (await agreedTo(context, question, options.yes === true))
      if (isAgreed) {
        await decideWithdrawals(log, open, {
          verdict: options.keep === true ? 'kept' : 'obeyed',
          by: world.operator,
          onWithdrawn: (id, index) => report.emit({ event: 'withdrawn', id, index }),
        })
      }
      context.finish({ decided: isAgreed ? open.length : 0, waiting: log.tables.waiting().length })
    }) as unknown as Command
}

/** `holdfast mirror purge` */
export function purgeCommand(context: Context): Command {
  return command('purge', PURGE, 'holdfast mirror purge archive --dry-run')
    .argument('<name>', 'the log')
    .option('--dry-run', 'only say what it would delete')
    .option('-y, --yes', 'do not ask')
    .action(async (name, options) => {
      const { openWorld } = await import('../world.ts')
      const { openFollowedLog } = await import('../../pipeline/mirror/followed-log.ts')
      const { purgeable, purgeFiles } = await import('../../pipeline/mirror/purge-quarantine.ts')
      const { home } = await openWorld(context, options)
      const isDry = options.dryRun === true
      await using log = isDry
        ? await openFollowedLog(home, name)
        : await openWhenFree(context, { home, name, write: 'mirror purge' })
      const files = purgeable(log)
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
      const tell = (file: (typeof files)[number]): void =>
        context.report.emit({
          event: 'purged',
          name,
          path: file.path,
          bytes: file.bytes,
          since: file.at,
          deleted: !isDry,
        })
      if (isDry) for (const file of files) tell(file)
      const question = `delete ${files.length} files (${formatBytes(bytes)}) for good`
      const isAgreed = !isDry && files.length > 0 && (await agreedTo(context, question, options.yes === true))
      const purged = isAgreed ? await purgeFiles(log, files, { stopping: context.stopping, onPurged: tell }) : 0
      context.finish({ purged, due: files.length - purged, quarantined: log.tables.quarantined().length })
    }) as unknown as Command
}
