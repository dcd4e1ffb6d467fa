import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'

const DESCRIPTION = `serves what is published, and nothing else, over HTTP

The manifest under /manifest/, blocks, CARs and files under /ipfs/, /healthz. On this computer alone unless the
configuration says otherwise. Keeps no log of who reads what.

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
    .action(async (options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { publishedHead } = await import('../../pipeline/published-head.ts')
      const { observeServe } = await import('../observe-serve.ts')
      const { openServer } = await import('../../view/server.ts')
      const { manifestDirectory } = await import('../../view/manifest-directory.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      const size = publishedHead(home)?.size ?? 0
      await using observed = await observeServe(context, world.config.serve, home, size)
      await using server = await openServer({
        listen: world.config.serve.listen,
        hostNames: world.config.serve.hostNames,
        allowRemote: world.config.serve.allowRemote,
        content: observed.content,
        tally: observed.tally,
        onProblem: observed.onProblem,
        manifest: manifestDirectory(home.paths.manifest),
        health: () => ({ ok: true, origin: home.origin, size: publishedHead(home)?.size ?? 0 }),
        signal: context.signal,
      })
      context.report.emit({
        event: 'ready',
        http: server.url,
        origin: home.origin,
        size,
        ...(observed.metrics === undefined ? {} : { metrics: `${observed.metrics}/metrics` }),
      })
      context.endsWhenStopped()
      await stopped(context.stopping)
      context.finish({ http: server.url })
    }) as unknown as Command
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
