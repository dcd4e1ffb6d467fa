import type { Command } from '@commander-js/extra-typings'
import type { CosignerVkeys } from '../../store/cosigner-keys.ts'
import { command, group } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'

const MAKE = `makes the keys with which this home cosigns

Three keys with three meanings: NAME/witness says that a head continues all that this home saw of that manifest, NAME/mirror
that its statements are safe here, NAME/holder that all its content is here.

The name is public for ever and should say nothing about you; without --name a random one is taken.`

const NEXT = `
Give the witness key to publishers who want you as a witness. Put the verifier keys of their manifests under [witness] logs in
holdfast.toml; \`holdfast serve\` then cosigns their heads, and \`holdfast cosign\` does so by hand.`

/** `holdfast key make|show` */
export function keyCommand(context: Context): Command {
  return group('key', 'keys with which this home cosigns: make, show', 'holdfast key make', [
    makeCommand(context),
    showCommand(context),
  ])
}

function makeCommand(context: Context): Command {
  return command('make', MAKE, 'holdfast key make')
    .option('--name <name>', 'such as m-7k3q2 (default: a random one)')
    .option('--no-passphrase', 'leave the keys unencrypted: whoever gets this disk can cosign in your name')
    .option('--passphrase-file <file>', 'take the passphrase from the first line of this file')
    .action(async (options) => {
      const { openWorld } = await import('../world.ts')
      const { homePaths, requireHome } = await import('../../store/home.ts')
      const { acquireLock } = await import('../../store/lock.ts')
      const { passphraseForNewKey } = await import('../../store/passphrase.ts')
      const { createCosigners, isCosignerName, randomCosignerName } = await import('../../store/cosigner-keys.ts')
      const name = options.name ?? randomCosignerName()
      if (!isCosignerName(name)) {
        throw new CliError('USAGE', 'the name of a key has 1 to 200 printable ASCII characters, without spaces and +', {
          hint: 'leave --name out for a random one; names are public for ever',
        })
      }
      const world = await openWorld(context, options)
      await requireHome(world.home)
      await using _lock = await acquireLock(world.home, { command: 'key make' })
      const passphrase = options.passphrase ? await passphraseForNewKey(world.passphrases, 'the new keys') : undefined
      const vkeys = await createCosigners(homePaths(world.home), { name, passphrase })
      tellKeys(context, vkeys)
      if (!options.passphrase) {
        const message = 'the keys are not encrypted: whoever gets this disk can cosign in your name'
        context.report.emit({ event: 'note', message })
      }
      context.report.emit({ event: 'note', message: NEXT })
      context.finish({ ...vkeys })
    }) as unknown as Command
}

function showCommand(context: Context): Command {
  return command('show', 'the verifier keys of this home, to hand out', 'holdfast key show').action(async (options) => {
    const { openWorld } = await import('../world.ts')
    const { homePaths, requireHome } = await import('../../store/home.ts')
    const { readCosigners } = await import('../../store/cosigner-keys.ts')
    const { StoreError } = await import('../../store/errors.ts')
    const world = await openWorld(context, options)
    await requireHome(world.home)
    const vkeys = await readCosigners(homePaths(world.home))
    if (vkeys === undefined) {
      throw new StoreError('KEY_MISSING', 'this home has no keys to cosign with', {
        hint: 'make them once with `holdfast key make`',
      })
    }
    tellKeys(context, vkeys)
    context.finish({ ...vkeys })
  }) as unknown as Command
}

/** One a line, to be copied. */
function tellKeys({ report }: Context, vkeys: CosignerVkeys): void {
  for (const [what, vkey] of Object.entries(vkeys)) report.emit({ event: 'row', row: { what, vkey } })
}
