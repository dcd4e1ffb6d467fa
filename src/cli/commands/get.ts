import { join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import type { BundleView } from '../../manifest/bundle-view.ts'
import { HoldfastError, problemOf } from '../../model/errors.ts'
import type { BlockSource } from '../../read/block-source.ts'
import type { GetOptions } from '../../read/get-bundle.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { endedProblem } from '../ended-problem.ts'
import { CliError } from '../errors.ts'
import { EXIT, type Exit, exitOf } from '../exit-codes.ts'
import { type LbrySource, lbrySource } from '../lbry-source.ts'
import { readPolicy } from '../policy-option.ts'
import { sayOnce } from '../say-once.ts'
import { keepNewSpaceSmall } from '../small-heap.ts'

const DESCRIPTION = `fetches what was at a link, and checks every block of it

It takes any place that answers. What an interrupted run fetched is checked and kept. Each bundle goes into a directory
of its own, named by its id. Recordings that no gateway has can come from their copies on LBRY, which have neither subtitles nor
description.`

/** `holdfast get WHAT -o DIR` */
export function getCommand(context: Context): Command {
  return command(
    'get',
    DESCRIPTION,
    `holdfast get https://youtu.be/dQw4w9WgXcQ --manifest https://archive.example --policy policy.txt -o found
holdfast get lbry://name#CLAIMID --manifest /media/usb --policy policy.txt --lbry-blobs https://blobs.example -o found`,
  )
    .argument('<what>', 'a URL, a key, a CID, a bundle id, lbry://…, or a claim id of LBRY')
    .requiredOption('-o, --output <dir>', 'where to put it')
    .option('--manifest <url|dir>', 'the manifest to look in, instead of the own home')
    .option('--policy <file|vkey>', 'whose signatures count')
    .option('--from <url...>', 'gateways to fetch from; the source of --manifest too, if it is one')
    .option(
      '--lbry-blobs <url|dir...>',
      'where blobs of LBRY are, for recordings that no gateway has: a server that answers URL/HASH, or a directory of blobs',
    )
    .action(async (what, options) => {
      keepNewSpaceSmall()
      const { readReference } = await import('../../read/look-up-reference.ts')
      await using resources = new AsyncDisposableStack()
      const place =
        options.manifest === undefined
          ? await ownHome(context, options, resources)
          : await elsewhere(context, { ...options, manifest: options.manifest })
      const views = await place.lookUp(readReference(what))
      const available = views.filter(({ state }) => state !== 'withdrawn')
      if (available.length === 0) {
        const gone = views.length > 0
        context.report.emit({
          event: 'problem',
          code: gone ? 'BUNDLE_IS_WITHDRAWN' : 'NOT_IN_MANIFEST',
          message: gone ? `${what} was withdrawn by its publisher` : `${what} is not in the manifest`,
        })
        context.finish({ bundles: 0, files: 0, bytes: 0 }, EXIT.failed)
        return
      }
      await fetchAll(
        context,
        available,
        { ...place, lbry: await lbrySource(context, options.lbryBlobs) },
        options.output,
      )
    }) as unknown as Command
}

interface Place {
  readonly blocks: BlockSource
  lookUp(
    reference: ReturnType<typeof import('../../read/look-up-reference.ts').readReference>,
  ): Promise<readonly BundleView[]>
}

interface Options {
  readonly home?: string
  readonly policy?: string
  readonly from?: string[]
  readonly lbryBlobs?: string[]
}

async function ownHome(context: Context, options: Options, resources: AsyncDisposableStack): Promise<Place> {
  const { openWorld } = await import('../world.ts')
  const { openHome } = await import('../../pipeline/open-home.ts')
  const { lookUpInHome } = await import('../../pipeline/look-up-in-home.ts')
  const { homeBlocks } = await import('../../pipeline/home-blocks.ts')
  const world = await openWorld(context, options)
  const home = resources.use(await openHome(world.home))
  return {
    blocks: homeBlocks(home, options.from === undefined ? undefined : await gateways(context, options.from)),
    lookUp: async (reference) => lookUpInHome(home, reference).views,
  }
}

async function elsewhere(context: Context, options: Options & { readonly manifest: string }): Promise<Place> {
  if (options.policy === undefined) {
    throw new CliError('USAGE', '--manifest needs --policy', {
      hint: 'give the policy file or the verifier key that the publisher handed out',
    })
  }
  const { openManifestSource } = await import('../../read/manifest-source.ts')
  const { lookUpIn } = await import('../../read/look-up-reference.ts')
  const { openWorld } = await import('../world.ts')
  const { nodePrimitives: primitives } = await import('../../store/node-primitives.ts')
  const policy = await readPolicy(options.policy, primitives.sha256)
  await openWorld(context, options)
  const { signal } = context
  const source = await openManifestSource(options.manifest, { signal })
  const own = source.gateway
  const bases = [...(options.from ?? []), ...(own === undefined ? [] : [own])]
  if (bases.length === 0 && options.lbryBlobs === undefined) {
    throw new CliError('USAGE', 'nothing was named to fetch from', {
      hint: 'name a gateway with --from, such as the address of a mirror, or blobs of LBRY with --lbry-blobs',
    })
  }
  return {
    blocks: await gateways(context, bases),
    async lookUp(reference) {
      const { answer } = await lookUpIn(source, policy, reference, { primitives, signal })
      if (answer.successor !== undefined) context.report.emit({ event: 'problem', ...endedProblem(answer.successor) })
      return answer.views
    },
  }
}

async function gateways(context: Context, bases: readonly string[]): Promise<BlockSource> {
  const { gatewaySource } = await import('../../read/block-pool.ts')
  return gatewaySource(bases, sayOnce(context))
}

async function fetchAll(
  context: Context,
  views: readonly BundleView[],
  { blocks, lbry }: Place & { readonly lbry: LbrySource | undefined },
  output: string,
): Promise<void> {
  const { parseCid } = await import('../../model/content-id.ts')
  const { getBundle } = await import('../../read/get-bundle.ts')
  const counts = { bundles: 0, files: 0, bytes: 0 }
  let exit: Exit = EXIT.done
  let doneBytes = 0
  let totalBytes = 0
  const options: GetOptions = {
    signal: context.signal,
    stopping: context.stopping,
    onBytes(more) {
      doneBytes += more
      context.report.progress({ label: 'fetching', doneBytes, totalBytes, doneItems: counts.files })
    },
    onTotal(more) {
      totalBytes += more
    },
  }
  for (const view of views) {
    try {
      const promised = { ...view, root: parseCid(view.root) }
      const ways = { ...options, ...(lbry === undefined ? {} : { otherwise: lbry(view, options) }) }
      for await (const { path, bytes, sha256 } of getBundle(promised, join(output, view.id), blocks, ways)) {
        counts.files += 1
        counts.bytes += bytes
        context.report.emit({ event: 'file', id: view.id, path, bytes, sha256, verified: true })
      }
      counts.bundles += 1
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      // The bundles are independent of each other: one that cannot be had or believed does not keep the others back.
      context.report.emit({ event: 'problem', ...problemOf(error) })
      exit = worse(exit, exitOf(error))
    }
  }
  context.finish(counts, exit)
}

/** A failed verification above what can be repeated, and that above what cannot. */
function worse(one: Exit, other: Exit): Exit {
  return one > other ? one : other
}
