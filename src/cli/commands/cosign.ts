import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { readPolicy } from '../policy-option.ts'

const DESCRIPTION = `cosigns the newest head of a manifest, as a witness, by hand

For who has no server that publishers can ask. The head that waits for witnesses is taken, else the one that is shown. It is
signed only if its log signed it and it continues all that this home has cosigned of that log before.

The cosignature is brought back: to the \`holdfast serve\` that the manifest came from, or into the directory, such as a disk
that goes back to the publisher. It is printed in any case.`

/** `holdfast cosign` */
export function cosignCommand(context: Context): Command {
  return command('cosign', DESCRIPTION, 'holdfast cosign --manifest https://archive.example --policy policy.txt')
    .requiredOption('--manifest <url|dir>', 'where the manifest is')
    .requiredOption('--policy <file|vkey>', 'the keys of its log')
    .option('--passphrase-file <file>', 'take the passphrase of the witness key from the first line of this file')
    .action(async (options) => {
      const { openWorld } = await import('../world.ts')
      const { cosignByHand } = await import('../../pipeline/cosign-by-hand.ts')
      const { homePaths, requireHome } = await import('../../store/home.ts')
      const { nodePrimitives } = await import('../../store/node-primitives.ts')
      const world = await openWorld(context, options)
      await requireHome(world.home)
      const { origin, head, line, key, delivered } = await cosignByHand(homePaths(world.home), world, {
        manifest: options.manifest,
        policy: await readPolicy(options.policy, nodePrimitives.sha256),
        signal: context.stopping,
        onProblem: (problem) => context.report.emit({ event: 'problem', ...problem }),
      })
      const root = Buffer.from(head.root).toString('hex')
      context.report.emit({ event: 'cosigned', origin, size: head.size, root, name: key.name, line: line.line })
      context.finish({ origin, size: head.size, delivered }, delivered ? EXIT.done : EXIT.partly)
    }) as unknown as Command
}
