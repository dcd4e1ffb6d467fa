import type { TargetWallet } from '../publish/lbry/wallet.ts'
import type { CommonOptions } from './command.ts'
import type { Context } from './context.ts'

export interface WalletOptions extends CommonOptions {
  readonly url?: string
  readonly allowRemote?: true
}

/** The wallet of the daemon that was named, else of the target `lbry`, else of one on this computer. Asks nothing yet. */
export async function openWallet(context: Context, options: WalletOptions): Promise<TargetWallet> {
  const { openWorld } = await import('./world.ts')
  const { homePaths } = await import('../store/home.ts')
  const { readTargets } = await import('./targets-file.ts')
  const { outbound } = await import('../read/dispatcher.ts')
  const { openTargetWallet } = await import('../publish/lbry/wallet.ts')
  const world = await openWorld(context, options)
  const { lbry } = await readTargets(homePaths(world.home).targets)
  return openTargetWallet({
    url: options.url ?? lbry?.url ?? 'http://127.0.0.1:5279',
    // The permission belongs to the address that it was given for.
    allowRemote: options.allowRemote === true || (options.url === undefined && lbry?.allowRemote === true),
    dispatcher: outbound(),
    ...(lbry?.waits === undefined ? {} : { waits: lbry.waits }),
  })
}
