import type { Command } from '@commander-js/extra-typings'
import type { Problem } from '../../model/errors.ts'
import type { OpenWitness } from '../../pipeline/open-witness.ts'
import type { HomePaths } from '../../store/home.ts'
import { command } from '../command.ts'
import type { Config } from '../config.ts'
import type { Context } from '../context.ts'
import type { ServedP2p } from '../serve-p2p.ts'
import { keepNewSpaceSmall } from '../small-heap.ts'
import type { World } from '../world.ts'

const DESCRIPTION = `serves what is published, and nothing else, over HTTP

The manifest under /manifest/, blocks, CARs and files under /ipfs/, name records under /ipns/ and /routing/v1/ipns/, /healthz. On this computer alone unless the
configuration says otherwise. Keeps no log of who reads what.

--p2p runs a libp2p node in a process of its own: peers that connect get published blocks over Bitswap. Nothing is announced
and nobody is looked for. Who sees what then: docs/guides/serving-to-ipfs.md.

A home that has cosigner keys and names logs under [witness] of the configuration cosigns their heads at
/witness/add-checkpoint (C2SP tlog-witness). Where cosigners are wanted, POST /manifest/cosignature takes what they bring; while
it runs, the witnesses under [manifest] are asked to cosign the head again once a day.

While it runs, the name that leads to all of it is renewed in time, where its key has no passphrase or --passphrase-file gives
it (see \`holdfast announce --help\`).

--metrics and --log are for who runs it: counts by kind and by minute, starts, stops and faults; no address, no path and no
content ID is in them. Metrics are shown to this computer alone.`

/** `holdfast serve` */
export function serveCommand(context: Context): Command {
  return command('serve', DESCRIPTION, 'holdfast serve --listen 127.0.0.1:8480')
    .option(
      '--listen <address:port>',
      'where to listen; port 0 takes a free one (default: the configuration, else 127.0.0.1:8480)',
    )
    .option(
      '--metrics <address:port>',
      '/metrics for Prometheus, at an address of its own on this computer (default: none)',
    )
    .option('--log <file>', 'append JSON lines to a file; - is standard error (default: none)')
    .option(
      '--passphrase-file <file>',
      'take the passphrase of the witness key and of the name from the first line of this file',
    )
    .option('--p2p', 'also answer IPFS nodes over libp2p and Bitswap, where [p2p] of the configuration says')
    .action(async (options) => {
      keepNewSpaceSmall()
      const { openWorld } = await import('../world.ts')
      const { openServedHome } = await import('../../pipeline/mirror/served-home.ts')
      const { independenceOf } = await import('../independence.ts')
      const { observeServe } = await import('../observe-serve.ts')
      const { openServer } = await import('../../view/server.ts')
      const { holdingsDirectory, manifestDirectory } = await import('../../view/manifest-directory.ts')
      const { startRecosigning } = await import('../../pipeline/recosign.ts')
      const { startKeepingName } = await import('../../pipeline/announce/keep-name.ts')
      const { takingCosignatures } = await import('../../pipeline/take-cosignature.ts')
      const world = await openWorld(context, options)
      await using home = await openServedHome(world.home, await independenceOf(world, { home: world.home }))
      const size = home.size()
      await using observed = await observeServe(context, world.config.serve, home, size)
      using witness = await witnessOf(world, observed.onProblem)
      using _recosigning = home.publisher && startRecosigning(home.publisher, world.config.manifest, observed.onProblem)
      using _keepingName =
        home.publisher &&
        startKeepingName(home.publisher, {
          askPassphrase: (label) => passphraseWithoutAsking(world, label),
          onProblem: observed.onProblem,
        })
      await using server = await openServer({
        listen: world.config.serve.listen,
        hostNames: world.config.serve.hostNames,
        allowRemote: world.config.serve.allowRemote,
        content: observed.content,
        tally: observed.tally,
        onProblem: observed.onProblem,
        manifest: manifestDirectory(home.manifestDirectory),
        readName: home.readName,
        logs: new Map(
          [...home.logs].map(([hex, { content, readName, manifestDirectory: directory, holdingsDirectory: held }]) => [
            hex,
            { content, readName, manifest: manifestDirectory(directory), holdings: holdingsDirectory(held) },
          ]),
        ),
        witness,
        takeCosignature:
          home.publisher === undefined ? undefined : await takingCosignatures(home.publisher, world.config.manifest),
        health: async () => ({
          ok: true,
          origin: home.origin,
          size: home.size(),
          ...(await ageOfHead(home.publisher)),
        }),
        signal: context.signal,
      })
      await using p2p = options.p2p === true ? await startP2p(context, world.config, observed.onProblem) : undefined
      context.report.emit({
        event: 'ready',
        http: server.url,
        origin: home.origin,
        size,
        ...(observed.metrics === undefined ? {} : { metrics: `${observed.metrics}/metrics` }),
        ...(witness === undefined ? {} : { witness: witness.vkey }),
        ...(p2p === undefined ? {} : { p2p: { peerId: p2p.peerId, multiaddrs: p2p.multiaddrs } }),
      })
      context.endsWhenStopped()
      await stopped(context.stopping)
      context.finish({ http: server.url })
    }) as unknown as Command
}

/** Hours after the start nobody sits at the terminal any more. */
async function passphraseWithoutAsking({ passphrases }: World, label: string): Promise<string> {
  const { passphraseForKey } = await import('../../store/passphrase.ts')
  return passphraseForKey({ ...passphrases, terminal: undefined }, label)
}

/** Of a mirror it is in `mirror status`. */
async function ageOfHead(publisher: HomePaths | undefined): Promise<{ readonly headAge?: number }> {
  if (publisher === undefined) return {}
  const { witnessedHead } = await import('../../pipeline/witnessed.ts')
  const { ageSeconds } = await witnessedHead(publisher)
  return ageSeconds === undefined ? {} : { headAge: ageSeconds }
}

/** The keys are opened before anything is served, because their passphrase may have to be typed. */
async function witnessOf(world: World, onProblem: (problem: Problem) => void): Promise<OpenWitness | undefined> {
  const { logs } = world.config.witness
  if (logs.length === 0) return undefined
  const { openWitness } = await import('../../pipeline/open-witness.ts')
  const { homePaths } = await import('../../store/home.ts')
  return openWitness(homePaths(world.home), world, { logs, onProblem })
}

/** Loaded when it is asked for; libp2p itself only ever in the other process. */
async function startP2p(
  { report }: Context,
  { home, p2p, network }: Config,
  onProblem: (problem: Problem) => void,
): Promise<ServedP2p> {
  const { serveP2p } = await import('../serve-p2p.ts')
  return serveP2p({
    home,
    settings: p2p,
    proxied: network.proxy !== '',
    onProblem: (problem) => {
      // Each end of the process is news, so it does not go where a fault is said once.
      if (problem.code.startsWith('P2P_')) report.emit({ event: 'problem', ...problem })
      else onProblem(problem)
    },
    onNote: (message) => report.emit({ event: 'note', message }),
  })
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
