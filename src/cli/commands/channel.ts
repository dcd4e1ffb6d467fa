import { Command } from '@commander-js/extra-typings'
import { agreedToSpend } from '../agree.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { openWallet } from '../lbry-wallet.ts'

const CREATE = `makes a channel in the wallet of the LBRY daemon, once

Every claim is signed by a channel; its key is in the wallet of the daemon, and nowhere else. Keep a copy of that wallet: who
loses it loses the channel. A channel of that name that is there already is shown and nothing is sent.`

const URL_TEXT = 'address of the daemon (default: that of `target add lbry`, else http://127.0.0.1:5279)'
const REMOTE_TEXT = 'the daemon may be on another computer; whoever reaches it can spend its wallet'
/** What ytsync put behind each channel. */
const BID = '0.01'

/** `holdfast channel [list|create]` */
export function channelCommand(context: Context): Command {
  // No options of its own: they would take those of the commands below it.
  return new Command('channel')
    .description('channels in the wallet of the LBRY daemon: list, create')
    .addHelpText('after', '\nExample:\n  holdfast channel create @archive --bid 0.01')
    .configureHelp({ subcommandTerm: (each) => each.name() })
    .addCommand(listChannels(context), { isDefault: true })
    .addCommand(createChannel(context)) as unknown as Command
}

function listChannels(context: Context): Command {
  return command('list', 'the channels that this wallet can publish in', 'holdfast channel list')
    .option('--url <url>', URL_TEXT)
    .option('--allow-remote', REMOTE_TEXT)
    .action(async (options) => {
      await using wallet = await openWallet(context, options)
      const channels = await wallet.list(context.signal)
      for (const { id: claimId, ...channel } of channels) context.report.emit({ event: 'channel', claimId, ...channel })
      context.finish({ channels: channels.length })
    }) as unknown as Command
}

function createChannel(context: Context): Command {
  return command('create', CREATE, 'holdfast channel create @archive --bid 0.01')
    .argument('<name>', '@ and the name')
    .option('--bid <lbc>', 'LBC behind it; they come back when it is abandoned', BID)
    .option('--yes', 'do not ask')
    .option('--url <url>', URL_TEXT)
    .option('--allow-remote', REMOTE_TEXT)
    .action(async (name, options) => {
      await using wallet = await openWallet(context, options)
      const price = await wallet.price(name, options.bid, context.signal)
      if (price !== undefined) {
        const act = `make the channel ${name} for ${price.lbc} LBC of ${price.available}`
        if (!(await agreedToSpend(context, act, options.yes === true))) {
          context.finish({ made: 0, spent: '0.0' })
          return
        }
      }
      const { channel, isNew, spent } = await wallet.make(name, options.bid, context.signal)
      const { id: claimId, ...shown } = channel
      context.report.emit({ event: 'channel', claimId, ...shown })
      if (isNew) {
        const message =
          'Make a copy of the wallet of the daemon now: the key of this channel is in it and nowhere else.'
        context.report.emit({ event: 'note', message })
      }
      context.finish({ made: isNew ? 1 : 0, spent })
    }) as unknown as Command
}
