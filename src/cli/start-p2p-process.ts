import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Problem } from '../model/errors.ts'
import { type P2pOrder, parseNews } from './p2p-messages.ts'

export interface P2pProcess {
  readonly peerId: string
  readonly multiaddrs: readonly string[]
  /** How it ended, for people: `exit code 1`, `SIGKILL`. Never rejects. */
  readonly ended: Promise<string>
  /** Resolves when it is gone. */
  stop(): Promise<void>
}

const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './p2p-process.ts' : './p2p-process.js', import.meta.url)
const KILL_AFTER_MS = 4_000

/**
 * Starts the libp2p process and waits for its first word. Its environment is empty: what is in this one, a passphrase
 * among it, is nothing for a process that talks to strangers.
 */
export async function startP2pProcess(
  order: P2pOrder,
  { onProblem }: { readonly onProblem: (problem: Problem) => void },
): Promise<P2pProcess | { readonly refused: Problem }> {
  const child = fork(fileURLToPath(ENTRY), { env: {}, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  // Killing and sending may fail because it has just ended, which `exit` says.
  child.on('error', () => undefined)
  const ended = once(child, 'exit').then(([code, signal]) => (signal === null ? `exit code ${code}` : String(signal)))
  const said = new Promise<P2pProcess | { readonly refused: Problem }>((resolve) => {
    child.on('message', (message) => {
      const news = parseNews(message)
      if (news.type === 'ready') resolve({ peerId: news.peerId, multiaddrs: news.multiaddrs, ended, stop })
      else if (news.type === 'refused') resolve({ refused: news.problem })
      else onProblem(news.problem)
    })
    void ended.then((how) => resolve({ refused: silent(how) }))
  })
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect()
    const tooLong = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
    await ended
    clearTimeout(tooLong)
  }
  child.send(order, () => undefined)
  return said
}

function silent(how: string): Problem {
  return {
    code: 'P2P_START_FAILED',
    message: `the process of the libp2p node ended before it was ready (${how})`,
    hint: 'run the same command again; if it ends again, leave --p2p away and report it',
  }
}
