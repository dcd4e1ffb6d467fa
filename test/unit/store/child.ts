import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly process: ChildProcess
  /** The next line that the child prints. */
  line(): Promise<string>
  /** Everything that it prints until it ends, and its exit code. */
  end(): Promise<{ readonly lines: readonly string[]; readonly code: number | null }>
  /** Kills it as a power failure would, and waits until it is gone. */
  kill(): Promise<void>
}

/** Runs a script of `processes/` with the test's own Node; killed after the test if it still lives. */
export function startChild(
  context: TestContext,
  script: string,
  args: readonly string[],
  prefix: readonly string[] = [],
): Child {
  const path = fileURLToPath(new URL(`processes/${script}`, import.meta.url))
  const [command = process.execPath, ...rest] = [...prefix, process.execPath, path, ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  context.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    async line() {
      const next = await lines.next()
      if (next.done === true) throw new Error(`${script} ended before it printed a line`)
      return next.value
    },
    async end() {
      const rest: string[] = []
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) rest.push(next.value)
      await closed
      return { lines: rest, code: child.exitCode }
    },
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
  }
}
