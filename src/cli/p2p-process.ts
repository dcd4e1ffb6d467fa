import { HoldfastError, problemOf } from '../model/errors.ts'
import type { P2pContent } from '../p2p/content.ts'
import { openNode, type P2pNode } from '../p2p/node.ts'
import { openServedHome } from '../pipeline/mirror/served-home.ts'
import { homePaths } from '../store/home.ts'
import { openPeerSeed } from '../store/peer-seed.ts'
import type { ServedContent } from '../view/ports.ts'
import { type P2pNews, type P2pOrder, parseOrder } from './p2p-messages.ts'
import { keepHeapSmall } from './small-heap.ts'

/** Within the five seconds that a service manager gives at the least. */
const LONGEST_END_MS = 3_000

/** The process of `serve --p2p`: strangers talk to it, so it holds no secrets but its own seed, and writes nothing. */
async function serveHome({ home: directory, settings }: P2pOrder): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack()
  const home = opened.use(await openServedHome(directory))
  const node: P2pNode = opened.use(
    await openNode({
      settings,
      seed: await openPeerSeed(homePaths(directory).peerSeed),
      content: p2pContent(home.content),
      onProblem: (problem) => tell({ type: 'problem', problem }),
    }),
  )
  tell({ type: 'ready', peerId: node.peerId, multiaddrs: node.multiaddrs })
  return opened.move()
}

/** The closed set of the HTTP gateway, asked the same way. */
function p2pContent({ standing, readBlock }: ServedContent): P2pContent {
  return { isServed: (cid) => standing(cid) === 'served', readBlock }
}

function tell(news: P2pNews): void {
  if (process.connected) process.send?.(news)
}

async function end(serving: AsyncDisposable | undefined): Promise<never> {
  setTimeout(() => process.exit(0), LONGEST_END_MS).unref()
  await serving?.[Symbol.asyncDispose]()
  process.exit(0)
}

if (import.meta.main) {
  keepHeapSmall()
  // Ctrl-C in a terminal reaches this process, too; `serve` decides when it ends.
  process.on('SIGINT', () => undefined)
  let serving: AsyncDisposable | undefined
  // Also when `serve` was killed: the channel closes with its process.
  process.once('disconnect', () => void end(serving))
  process.once('SIGTERM', () => void end(serving))
  process.once('message', (message) => {
    serveHome(parseOrder(message)).then(
      (opened) => {
        serving = opened
        if (!process.connected) void end(serving)
      },
      (error: unknown) => {
        if (!(error instanceof HoldfastError)) throw error
        process.send?.({ type: 'refused', problem: problemOf(error) } satisfies P2pNews, () => process.exit(1))
      },
    )
  })
}
