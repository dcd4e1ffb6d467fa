import type { Command } from '@commander-js/extra-typings'
import { agreedToSpend } from '../agree.ts'
import { command, group } from '../command.ts'
import type { Context } from '../context.ts'
import { wholeNumber } from '../integer-option.ts'
import type { World } from '../world.ts'

const ADD_LBRY = `publishes through an LBRY daemon that you run

Whoever reaches the daemon can spend its wallet, so it is on this computer unless --allow-remote says otherwise.`

const ADD_ODYSEE = `publishes through Odysee's own service, with an account there

Odysee holds the keys of such an account. The token is kept among the keys of the home, under the same passphrase as the
log key; HOLDFAST_ODYSEE_TOKEN stands above it.`

const THUMBNAIL = 'https URL of the stills, with {id} or {root} for the bundle'

const SPLIT = `splits the funds of the LBRY wallet, so that more goes out between two blocks

Of one output, 20 publications in a row can wait for a block. A payment of the wallet to itself makes many; only its fee is spent.
Does nothing when there are as many.`

/** `holdfast target add|list|check|split|token` */
export function targetCommand(context: Context): Command {
  const adding = 'names a place where copies are published'
  const add = group('add', adding, 'holdfast target add lbry --channel @archive', [
    addLbry(context),
    addOdysee(context),
  ])
  return group(
    'target',
    'where copies are published: an LBRY daemon, Odysee',
    'holdfast target add lbry --channel @archive',
    [add, listTargets(context), checkTarget(context), splitFunds(context), replaceToken(context)],
  )
}

function addLbry(context: Context): Command {
  return command('lbry', ADD_LBRY, 'holdfast target add lbry --channel @archive')
    .requiredOption('--channel <name>', '@name of the channel, or its claim id')
    .option('--url <url>', 'address of the daemon', 'http://127.0.0.1:5279')
    .option('--allow-remote', 'the daemon may be on another computer')
    .option('--bid <lbc>', 'LBC behind each claim; they come back when it is abandoned', '0.002')
    .option(
      '--blobs <place>',
      "the daemon's directory of blobs, a blob server, or `daemon` to ask it: equality is proven with it",
    )
    .option('--thumbnail <url>', THUMBNAIL)
    .action(async (options) => {
      const { addTarget } = await import('../targets-file.ts')
      const { world, paths } = await openPaths(context, options)
      const { channel, url, bid, blobs, thumbnail, allowRemote } = options
      await addTarget(paths.targets, 'lbry', { channel, url, bid, blobs, thumbnail, allowRemote })
      context.finish({ target: 'lbry', home: world.home })
    }) as unknown as Command
}

function addOdysee(context: Context): Command {
  return command('odysee', ADD_ODYSEE, 'holdfast target add odysee --channel @archive --token-file token.txt')
    .requiredOption('--channel <name>', '@name of the channel, or its claim id')
    .option('--token-file <file>', 'file with the auth_token of the account alone on its first line')
    .option('--url <base>', "base URL of the service, instead of Odysee's own")
    .option('--thumbnail <url>', THUMBNAIL)
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (options) => {
      const { addTarget } = await import('../targets-file.ts')
      const { world, paths } = await openPaths(context, options)
      const { channel, url, thumbnail } = options
      // The token first: a target without one would only fail later.
      if (options.tokenFile !== undefined) await keep(world, options.tokenFile)
      else if (world.odyseeToken() === undefined) {
        const message =
          'no token was given: set HOLDFAST_ODYSEE_TOKEN, or run `holdfast target token --token-file FILE`'
        context.report.emit({ event: 'note', message })
      }
      await addTarget(paths.targets, 'odysee', { channel, url, thumbnail })
      context.finish({ target: 'odysee', home: world.home })
    }) as unknown as Command
}

function replaceToken(context: Context): Command {
  const description = "keeps a new token of Odysee's service among the keys of the home"
  return command('token', description, 'holdfast target token --token-file token.txt')
    .requiredOption('--token-file <file>', 'file with the auth_token of the account alone on its first line')
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (options) => {
      const { world } = await openPaths(context, options)
      await keep(world, options.tokenFile)
      context.finish({ target: 'odysee', home: world.home })
    }) as unknown as Command
}

async function keep(world: World, tokenFile: string): Promise<void> {
  const { keepToken, readTokenFile } = await import('../../store/token.ts')
  const { homePaths } = await import('../../store/home.ts')
  const { logKey, odyseeToken } = homePaths(world.home)
  const token = await readTokenFile(tokenFile)
  await keepToken(odyseeToken, token, { logKey, getPassphrase: () => world.askPassphrase('the log key') })
}

function listTargets(context: Context): Command {
  return command('list', 'the targets of this home', 'holdfast target list').action(async (options) => {
    const { readTargets } = await import('../targets-file.ts')
    const { paths } = await openPaths(context, options)
    const targets = Object.entries(await readTargets(paths.targets))
    for (const [name, settings] of targets) context.report.emit({ event: 'row', row: { what: name, ...settings } })
    context.finish({ targets: targets.length })
  }) as unknown as Command
}

function checkTarget(context: Context): Command {
  const description = 'asks a target whether it could publish now; spends nothing'
  return command('check', description, 'holdfast target check lbry')
    .argument('<name>', 'lbry or odysee')
    .option('--passphrase-file <file>', 'take the passphrase of the log key from the first line of this file')
    .action(async (name, options) => {
      const { openTarget } = await import('../open-target.ts')
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      await using target = (await openTarget(name, world, home)).target
      await target.prepare(context.signal)
      const { available } = await target.estimate([], context.signal)
      context.finish({ target: name, channel: target.channel, available })
    }) as unknown as Command
}

function splitFunds(context: Context): Command {
  return command('split', SPLIT, 'holdfast target split --outputs 40 --amount 0.1')
    .option('--outputs <n>', 'how many there are to be', wholeNumber, 20)
    .option('--amount <lbc>', 'LBC in each, at least', '0.05')
    .option('--yes', 'do not ask')
    .action(async (options) => {
      const { openWallet } = await import('../lbry-wallet.ts')
      const { outputs, amount } = options
      if (
        !(await agreedToSpend(
          context,
          `split the funds into ${outputs} outputs of ${amount} LBC`,
          options.yes === true,
        ))
      ) {
        context.finish({ made: 0, spent: '0.0' })
        return
      }
      await using wallet = await openWallet(context, options.home === undefined ? {} : { home: options.home })
      context.finish({ ...(await wallet.split(outputs, amount, context.signal)) })
    }) as unknown as Command
}

async function openPaths(context: Context, options: { home?: string; passphraseFile?: string }) {
  const { openWorld } = await import('../world.ts')
  const { homePaths, requireHome } = await import('../../store/home.ts')
  const world = await openWorld(context, options)
  await requireHome(world.home)
  return { world, paths: homePaths(world.home) }
}
