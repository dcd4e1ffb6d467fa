import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { endedProblem } from '../ended-problem.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { wholeNumber } from '../integer-option.ts'
import { matchOf } from '../match.ts'
import { readPolicy } from '../policy-option.ts'

const DESCRIPTION = `finds what was at a link, dead or alive; proves absence, too

All bundles that match, their originals, files and copies; on the own home, or in any manifest. The host learns only
that you asked for one of a group of links, not which one.`

/** `holdfast lookup WHAT` */
export function lookupCommand(context: Context): Command {
  return command(
    'lookup',
    DESCRIPTION,
    'holdfast lookup https://youtu.be/dQw4w9WgXcQ --manifest https://archive.example --policy policy.txt',
  )
    .argument('<what>', 'a URL, a key, a CID, a bundle id, lbry://…, or a claim id of LBRY')
    .option('--manifest <url|dir>', 'the manifest to look in, instead of the own home')
    .option('--policy <file|vkey>', 'whose signatures count: a policy file, or the verifier key of the log')
    .option('--max-age <seconds>', 'refuse a head that was last witnessed longer ago than this', wholeNumber)
    .action(async (what, options) => {
      const { readReference } = await import('../../read/look-up-reference.ts')
      const reference = readReference(what)
      const found =
        options.manifest === undefined
          ? await inHome(context, options, reference)
          : await inManifest(context, options.manifest, options, reference)
      for (const match of found.matches) context.report.emit({ event: 'match', ...match })
      if (found.matches.length === 0) {
        context.report.emit({
          event: 'problem',
          code: 'NOT_IN_MANIFEST',
          message: `${what} is not in the manifest as of size ${found.size}, ${found.asOf}`,
          ...hintFor(reference),
        })
      }
      context.finish(
        { matches: found.matches.length, origin: found.origin, size: found.size, asOf: found.asOf },
        found.matches.length === 0 ? EXIT.failed : EXIT.done,
      )
    }) as unknown as Command
}

/** Some addresses name what a manifest rarely names in that spelling. */
function hintFor(reference: Reference): { readonly hint?: string } {
  const kind = reference.kind === 'original' ? /^lbry:(url|output):/.exec(reference.key)?.[1] : undefined
  if (kind === 'url')
    return {
      hint: 'an address with a shortened id is found in one spelling only: look up the whole claim id, 40 digits',
    }
  return kind === 'output' ? { hint: 'manifests name claims, not each version of them: look up the claim id' } : {}
}

interface Found {
  readonly matches: readonly ReturnType<typeof matchOf>[]
  readonly origin: string
  readonly size: number
  readonly asOf: string
}

type Reference = Parameters<typeof matchOf>[1]

async function inHome(context: Context, options: { readonly home?: string }, reference: Reference): Promise<Found> {
  const { openWorld } = await import('../world.ts')
  const { openHome } = await import('../../pipeline/open-home.ts')
  const { lookUpInHome } = await import('../../pipeline/look-up-in-home.ts')
  const { publishedAsOf } = await import('../../pipeline/published-head.ts')
  const world = await openWorld(context, options)
  await using home = await openHome(world.home)
  const { views, unpublished } = lookUpInHome(home, reference)
  return {
    matches: [...views.map((view) => matchOf(view, reference)), ...unpublished],
    origin: home.origin,
    size: home.publishedSize(),
    asOf: publishedAsOf(home),
  }
}

async function inManifest(
  context: Context,
  where: string,
  options: { readonly home?: string; readonly policy?: string; readonly maxAge?: number },
  reference: Reference,
): Promise<Found> {
  if (options.policy === undefined) {
    throw new CliError('USAGE', '--manifest needs --policy', {
      hint: 'give the policy file or the verifier key that the publisher handed out',
    })
  }
  const { openManifestSource } = await import('../../read/manifest-source.ts')
  const { lookUpIn } = await import('../../read/look-up-reference.ts')
  const { nodePrimitives: primitives } = await import('../../store/node-primitives.ts')
  const { openWorld } = await import('../world.ts')
  await openWorld(context, options)
  const policy = await readPolicy(options.policy, primitives.sha256)
  // Nothing is begun that would have to be finished, so the first Ctrl-C ends it.
  const signal = context.stopping
  const { manifest, answer } = await lookUpIn(await openManifestSource(where, { signal }), policy, reference, {
    primitives,
    signal,
    ...(options.maxAge === undefined ? {} : { maxAgeSeconds: options.maxAge }),
  })
  const { views, asOf, successor } = answer
  if (successor !== undefined) context.report.emit({ event: 'problem', ...endedProblem(successor) })
  return {
    matches: views.map((view) => matchOf(view, reference)),
    origin: manifest.origin,
    size: manifest.log.head.size,
    asOf,
  }
}
