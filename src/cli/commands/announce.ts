import type { Command } from '@commander-js/extra-typings'
import type { NameRecord } from '../../announce/record.ts'
import { ipnsNameText } from '../../model/ipns-name.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import type { World } from '../world.ts'

const DESCRIPTION = `lets one IPFS name lead to everything that is published

\`publish\` keeps the name up by itself, and so does \`serve\` while it runs and can open the key. This looks at every bundle
again, makes the name record anew where that is due, and brings it to the routers and the Kubo under [announce] of the
configuration. Without these nobody is told: readers find the record at \`holdfast serve\` and at mirrors.

Prints the name, the content ID that it leads to, and the line for DNS under which people find it by a host name. The name is a
hint: what it leads to is checked by the policy, as from every other source.`

/** `holdfast announce` */
export function announceCommand(context: Context): Command {
  return command('announce', DESCRIPTION, 'holdfast announce --dry-run')
    .option('--dry-run', 'show what is announced as it stands, change nothing and tell nobody')
    .option('--renew', 'make a new record although the one that is kept is good')
    .option('--passphrase-file <file>', 'take the passphrase of the key from the first line of this file')
    .action(async (options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline.ts')
      const { announceEverywhere, announcedNow } = await import('../../pipeline/announce/announce-everywhere.ts')
      const world = await openWorld(context, options)
      const { report, signal } = context
      await using home = await openHome(world.home, options.dryRun === true ? {} : { write: 'announce' })
      if (options.dryRun === true) {
        const now = announcedNow(home)
        if (now !== undefined) tellName(context, world, now.record, { size: now.root.size, made: false })
        else report.emit({ event: 'note', message: 'nothing is announced yet: `holdfast publish` does it' })
        context.finish({ size: now?.root.size ?? 0 }, now === undefined ? EXIT.failed : EXIT.done)
        return
      }
      const done = await announceEverywhere(home, {
        ...{ places: world.config.announce, copies: world.config.manifest.urls, renew: options.renew === true, signal },
        askPassphrase: (label) => world.askPassphrase(label),
        onProblem: (problem) => report.emit({ event: 'problem', ...problem }),
        onAnnounced: ({ root, record, made }) => tellName(context, world, record, { size: root.size, made }),
        onPlace: (place) => report.emit({ event: 'told', ...place }),
      })
      if (done === undefined) context.finish({ size: 0 }, EXIT.failed)
      else context.finish({ ...done }, done.failed > 0 ? EXIT.partly : EXIT.done)
    }) as unknown as Command
}

function tellName(
  { report }: Context,
  { config }: World,
  { key, root, sequence, validity }: NameRecord,
  { size, made }: { readonly size: number; readonly made: boolean },
): void {
  const name = ipnsNameText(key)
  const host = config.serve.hostNames[0] ?? 'HOST'
  report.emit({
    ...{ event: 'announced', name, root: root.toString(), size, made },
    ...{ sequence: `${sequence}`, validUntil: validity.replace(/\.\d+Z$/u, 'Z') },
    dnslink: `_dnslink.${host} TXT "dnslink=/ipns/${name}"`,
  })
}
