import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A place for one run of the demo, gone afterwards. */
export interface Stage extends AsyncDisposable {
  /** Aborted by Ctrl-C, and when nobody reads the output any more. */
  readonly signal: AbortSignal
  /** Makes and returns a directory for one person. */
  room(name: string): Promise<string>
}

/** Sets the stage in the system's temporary directory; nothing is ever written elsewhere. */
export async function openStage(): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-demo-'))
  const stopping = new AbortController()
  const stop = (): void => stopping.abort(new Error('stopped'))
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop)
  process.stdout.on('error', stop)
  return {
    signal: stopping.signal,
    async room(name) {
      const path = join(directory, name)
      await mkdir(path)
      return path
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true })
      process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop)
    },
  }
}

/** A sentence that needs no command. */
export function lesson(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** One command as a person would type it, and what came of it. */
export function tell(command: string, ...outcome: readonly string[]): void {
  process.stdout.write(`$ ${command}\n${outcome.map((line) => `    ${line}\n`).join('')}`)
}

export function heading(text: string): void {
  process.stdout.write(`\n${text}\n`)
}
