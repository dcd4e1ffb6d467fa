import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'

export interface PeerRun {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface PeerOptions {
  /** The whole environment; nothing is inherited, so that no setting of this machine leads a peer to the network. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly input?: string | Uint8Array
}

/** Above what any run takes on a slow machine; a peer that hangs must fail its test instead of all. */
const TOO_LONG_MS = 10 * 60_000

/** Runs a peer to its end. It is killed when the test ends before. */
export async function runPeer(
  context: TestContext,
  program: string,
  args: readonly string[],
  options: PeerOptions = {},
): Promise<PeerRun> {
  const { env = {}, cwd, input = '' } = options
  const child = spawn(program, args, { env, cwd, timeout: TOO_LONG_MS, killSignal: 'SIGKILL' })
  const closed = once(child, 'close')
  context.after(() => child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  // A peer that refuses may end before it has read everything.
  child.stdin.on('error', () => undefined).end(input)
  await closed
  return { exit: child.exitCode, ...said }
}
