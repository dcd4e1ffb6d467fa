import type { Command } from '@commander-js/extra-typings'
import { command } from '../command.ts'
import type { Context } from '../context.ts'

const DESCRIPTION = `serves what is published, and nothing else, over HTTP

The manifest under /manifest/, blocks, CARs and files under /ipfs/, /healthz. On this computer alone unless the
configuration says otherwise. Keeps no log of who reads what.`

/** `holdfast serve` */
export function serveCommand(context: Context): Command {
  return command('serve', DESCRIPTION, 'holdfast serve --listen 127.0.0.1:8480')
    .option(
      '--listen <address:port>',
      'where to listen; port 0 takes a free one (default: the configuration, else 127.0.0.1:8480)',
    )
    .action(async (options) => {
      const { openWorld } = await import('../world.ts')
      const { openHome } = await import('../../pipeline/open-home.ts')
      const { servedContent } = await import('../../pipeline/served-content.ts')
      const { publishedHead } = await import('../../pipeline/published-head.ts')
      const { openServer } = await import('../../view/server.ts')
      const { manifestDirectory } = await import('../../view/manifest-directory.ts')
      const world = await openWorld(context, options)
      await using home = await openHome(world.home)
      const said = new Set<string>()
      await using server = await openServer({
        listen: world.config.serve.listen,
        hostNames: world.config.serve.hostNames,
        allowRemote: world.config.serve.allowRemote,
        content: servedContent(home),
        manifest: manifestDirectory(home.paths.manifest),
        health: () => ({ ok: true, origin: home.origin, size: publishedHead(home)?.size ?? 0 }),
        onProblem: (problem) => {
          // One fault of one file may meet every reader; the operator needs to hear of it once.
          const key = `${problem.code} ${problem.message}`
          if (said.has(key)) return
          said.add(key)
          context.report.emit({ event: 'problem', ...problem })
        },
        signal: context.signal,
      })
      context.report.emit({
        event: 'ready',
        http: server.url,
        origin: home.origin,
        size: publishedHead(home)?.size ?? 0,
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
