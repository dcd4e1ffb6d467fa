import { join } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import type { BundleView } from '../../manifest/bundle-view.ts'
import type { BlockSource } from '../../read/block-source.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { readPolicy } from '../policy-option.ts'

const DESCRIPTION = `fetches what was at a link, from any place that answers, and checks every block of it. What an interrupted
run fetched is checked and kept. Each bundle goes into a directory of its own, named by its id.`

/** `holdfast get WHAT -o DIR` */
export function getCommand(context: Context): Command {
  return command(
    'get',
    DESCRIPTION,
    'holdfast get https://youtu.be/dQw4w9WgXcQ --manifest https://archive.example --policy policy.txt -o found',
  )
    .argument('<what>', 'a URL, a key, a CID, a bundle id')
    .requiredOption('-o, --output <dir>', 'where to put it')
    .option('--manifest <url|dir>', 'the manifest to look in, instead of the own home')
    .option('--policy <file|vkey>', 'whose signatures count')
    .option('--from <url...>', 'gateways to fetch from; the source of --manifest too, if it is one')
    .action(async (what, options) => {
      const { readReference } = await import('../../read/look-up-reference.ts')
      const { closeConnections } = await import('../../read/http-get.ts')
      await using resources = new AsyncDisposableStack()
      resources.defer(closeConnections)
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
      await fetchAll(context, available, place.blocks, options.output)
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
  const { openManifest } = await import('../../read/open-manifest.ts')
  const { lookUpReference } = await import('../../read/look-up-reference.ts')
  const { nodePrimitives: primitives } = await import('../../store/node-primitives.ts')
  const policy = await readPolicy(options.policy, primitives.sha256)
  const manifest = await openManifest(options.manifest, policy, { primitives, signal: context.signal })
  const own = manifest.source.gateway
  const bases = [...(options.from ?? []), ...(own === undefined ? [] : [own])]
  if (bases.length === 0) {
    throw new CliError('USAGE', 'nothing was named to fetch from', {
      hint: 'name a gateway with --from, such as the address of a mirror',
    })
  }
  return {
    blocks: await gateways(context, bases),
    lookUp: async (reference) =>
      (await lookUpReference(manifest, reference, { primitives, signal: context.signal })).views,
  }
}

async function gateways(context: Context, bases: readonly string[]): Promise<BlockSource> {
  const { gatewaySource } = await import('../../read/block-source.ts')
  const said = new Set<string>()
  return gatewaySource(bases, (source, problem) => {
    // A source that lies does so for every block; once is enough to know.
    const key = `${source} ${problem.code}`
    if (said.has(key)) return
    said.add(key)
    context.report.emit({ event: 'problem', ...problem })
  })
}

async function fetchAll(
  context: Context,
  views: readonly BundleView[],
  blocks: BlockSource,
  output: string,
): Promise<void> {
  const { CID } = await import('multiformats/cid')
  const { getBundle } = await import('../../read/get-bundle.ts')
  let files = 0
  let bytes = 0
  let doneBytes = 0
  let totalBytes = 0
  const show = (): void => context.report.progress({ label: 'fetching', doneBytes, totalBytes, doneItems: files })
  for (const view of views) {
    const promised = new Map(view.files.map(({ path, sha256 }) => [path, sha256]))
    const options = {
      signal: context.signal,
      stopping: context.stopping,
      onBytes: (more: number) => {
        doneBytes += more
        show()
      },
      onTotal: (more: number) => {
        totalBytes += more
      },
    }
    for await (const file of getBundle(CID.parse(view.root), join(output, view.id), blocks, promised, options)) {
      files += 1
      bytes += file.bytes
      context.report.emit({
        event: 'file',
        id: view.id,
        path: file.path,
        bytes: file.bytes,
        sha256: file.sha256,
        verified: true,
      })
    }
  }
  context.finish({ bundles: views.length, files, bytes })
}
